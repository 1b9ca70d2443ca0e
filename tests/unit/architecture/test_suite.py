"""The suite passes on any machine: what a test needs is made while it runs, and it waits for events, not for time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.unit.architecture.source import ROOT, Function, files, place, tree

# Its value is another one each time: old when the test runs at last, or different on each worker.
FRESH = {
    "now", "utcnow", "today", "monotonic", "perf_counter", "time_ns", "uuid1", "uuid4", "new_id", "token_hex",
    "urandom", "getpid", "getsockname", "mint",
}  # fmt: skip
LATER = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)


def _at_once(node: ast.AST) -> Iterator[ast.Call]:
    """The calls that are made when this is imported; of a function, only those in its decorators and defaults."""
    if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
        return
    if isinstance(node, ast.Call):
        yield node
    if isinstance(node, Function):
        children: list[ast.AST] = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    elif isinstance(node, ast.Lambda):
        children = []
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _at_once(child)


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        owner = call.func.value
        is_clock = call.func.attr == "time" and isinstance(owner, ast.Name) and owner.id == "time"
        return "now" if is_clock else call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


@cache
def _fresh_in(path: Path) -> frozenset[str]:
    """Names in this file whose call gives something fresh, its own functions and imported ones of tests included."""
    fresh = set(FRESH)
    for node in tree(path).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            source = ROOT.joinpath(*str(node.module).split(".")).with_suffix(".py")
            theirs = _fresh_in(source) if source.exists() else frozenset()
            fresh |= {alias.name for alias in node.names} & theirs
    own = [node for node in tree(path).body if isinstance(node, Function)]
    grown = True
    while grown:
        more = {
            function.name
            for function in own
            if any(isinstance(node, ast.Call) and _name(node) in fresh for node in ast.walk(function))
        }
        grown = not more <= fresh
        fresh |= more
    return frozenset(fresh)


def test_nothing_that_grows_old_is_made_when_tests_are_collected() -> None:
    found = [
        f"{place(path, call)} {_name(call)}"
        for path in files("tests")
        for call in _at_once(tree(path))
        if _name(call) in _fresh_in(path)
    ]
    assert found == []


def _sleeps(node: ast.AST, *, waiting: bool = False) -> Iterator[ast.Call]:
    """Calls of sleep that are not the pause of a loop which looks again."""
    for child in ast.iter_child_nodes(node):
        if (
            isinstance(child, ast.Call)
            and _name(child) == "sleep"
            and not waiting
            and ast.unparse(child.args[0]) != "0"
        ):
            yield child
        inside = waiting and not isinstance(child, LATER)
        yield from _sleeps(child, waiting=inside or isinstance(child, ast.While))


def test_tests_wait_for_what_they_need_and_do_not_sleep() -> None:
    found = [
        place(path, call)
        for path in files("tests")
        for call in _sleeps(tree(path))
        if "workflows" not in path.parts  # there the server's clock is moved on
    ]
    assert found == []
