"""What a workflow may command, read from its source: every command, in its order, and what it depends on.

Kept are the calls that make commands (activities, timers, children, signals to others, patches, search attributes, new
runs), the functions of `workflows/` through which they are reached, the conditions, loops and ends round them, and the
variables and constants that those name. Comments, texts, summaries and the data of requests are left out: replay does
not look at them.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable, Mapping

from tests.replay.modules import FUNCTIONS, Function, Module, closure, read

_COMMAND = re.compile(
    r"(execute|start)_(local_)?(activity|child_workflow)(_method|_class)?"
    r"|wait_condition|sleep|wait_for|continue_as_new|patched|deprecate_patch|signal"
    r"|upsert_search_attributes|upsert_memo"
)
_TIMED = {"timeout", "timeout_summary"}
_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_VERDICTS = (ast.Constant, ast.BoolOp, ast.Compare, ast.UnaryOp)


def outlines(texts: Mapping[str, str]) -> dict[str, str]:
    """The outline of every workflow that is defined in these modules, by its type."""
    modules = {name: read(text) for name, text in texts.items()}
    found = {}
    for name, module in modules.items():
        for class_name, workflow in module.workflows.items():
            reached = {one: modules[one] for one in closure(name, modules)}
            found[workflow] = _Outline(class_name, reached).text()
    return found


def _held_classes(functions: Iterable[Function], known: set[str]) -> dict[str, set[str]]:
    """Which of these classes an attribute holds, where it is made as one: `self._story = Story(...)`."""
    held: dict[str, set[str]] = {}
    for node in (one for function in functions for one in ast.walk(function)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and (_called(node.value) in known):
            for target in node.targets:
                if isinstance(target, ast.Attribute):
                    held.setdefault(target.attr, set()).add(str(_called(node.value)))
    return held


class _Outline:
    """One workflow: everything that is reached from its class."""

    def __init__(self, class_name: str, modules: Mapping[str, Module]) -> None:
        self._functions = {name: one for module in modules.values() for name, one in module.functions.items()}
        self._bases = {name: bases for module in modules.values() for name, bases in module.bases.items()}
        self._constants = {name: text for module in modules.values() for name, text in module.constants.items()}
        self._class = class_name
        self._held = _held_classes(self._functions.values(), {name.partition(".")[0] for name in self._functions})
        self._commanding = self._all_commanding()

    def text(self) -> str:
        """Constants, then function after function."""
        reached = self._reached()
        parts = {name: self._lines(name) for name in reached}
        body = "\n\n".join("\n".join([f"{name}:", *lines]) for name, lines in parts.items())
        named = sorted(name for name in set(re.findall(r"\b[A-Z_]{3,}\b", body)) if name in self._constants)
        constants = [f"{name} = {self._constants[name]}" for name in named]
        return "\n".join([*constants, "", body]).strip() + "\n"

    def _meant(self, node: ast.AST) -> set[str]:
        """The functions that a call may mean, by qualified name.

        All with that name, unless it is known what is asked: `self._story.tell(...)` is no `Register.tell`, because
        `_story` is made as a Story.
        """
        name = _called(node)
        if name is None or not isinstance(node, ast.Call):
            return set()
        classes = self._held.get(getattr(getattr(node.func, "value", None), "attr", ""))
        if classes:
            return {f"{one}.{name}" for one in classes} & set(self._functions)
        return {one for one in self._functions if one.rpartition(".")[2] == name}

    def _all_commanding(self) -> set[str]:
        """The functions that command something, themselves or through others."""
        found: set[str] = set()
        while True:
            more = {
                name
                for name, one in self._functions.items()
                if any(_command(node) or self._meant(node) & found for node in ast.walk(one))
            }
            if more == found:
                return found
            found = more

    def _reached(self) -> list[str]:
        classes, waiting = {self._class}, [self._class]
        while waiting:
            bases = self._bases.get(waiting.pop(), [])
            waiting += [one for one in bases if one not in classes]
            classes |= set(bases)
        waiting = [name for name in self._functions if name.partition(".")[0] in classes and name in self._commanding]
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                meant = (self._meant(node) for node in ast.walk(self._functions[name]))
                waiting += sorted(set().union(*meant) & self._commanding)
        return sorted(seen, key=lambda one: (one.partition(".")[0] != self._class, one))

    def _lines(self, name: str) -> list[str]:
        body = self._functions[name].body
        kept = self._block(body, set())
        # What the conditions name is assigned somewhere.
        return self._block(body, set(re.findall(r"\b[a-z_]\w*\b", "\n".join(kept))))

    def _block(self, body: Iterable[ast.stmt], named: set[str]) -> list[str]:
        return [f"    {line}" for one in body for line in self._statement(one, named)]

    def _statement(self, node: ast.stmt, named: set[str]) -> list[str]:
        match node:
            case ast.If():
                return self._branches("if", node, named)
            case ast.While():
                return self._headed(f"while {_plain(node.test)}:", node.test, node.body, named)
            case ast.For() | ast.AsyncFor():
                return self._headed(f"for {_plain(node.target)} in {_plain(node.iter)}:", node.iter, node.body, named)
            case ast.With() | ast.AsyncWith():
                return [*self._calls(*(one.context_expr for one in node.items)), *self._flat(node.body, named)]
            case ast.Try():
                return self._try(node, named)
            case ast.Match():
                return self._match(node, named)
            case _:
                return self._simple(node, named)

    def _simple(self, node: ast.stmt, named: set[str]) -> list[str]:
        if isinstance(node, FUNCTIONS):
            inner = self._block(node.body, named)
            return [f"def {node.name}:", *inner] if inner else []
        lines = self._calls(node)
        if _assigns(node, named) and all(line.startswith("patched ") for line in lines):
            lines.append(_plain(node))
        if isinstance(node, ast.Return) and isinstance(node.value, _VERDICTS):
            lines.append(_plain(node))
        elif isinstance(node, _LEAVES):
            lines.append(type(node).__name__.lower())
        return lines

    def _branches(self, word: str, node: ast.If, named: set[str]) -> list[str]:
        inner, other = self._block(node.body, named), node.orelse
        if len(other) == 1 and isinstance(other[0], ast.If):
            rest = self._branches("elif", other[0], named)
        else:
            lines = self._block(other, named)
            rest = ["else:", *lines] if lines else []
        calls = self._calls(node.test)
        if not (inner or rest or calls):
            return []
        return [*calls, f"{word} {_plain(node.test)}:", *(inner or ["    pass"]), *rest]

    def _headed(self, head: str, test: ast.expr, body: Iterable[ast.stmt], named: set[str]) -> list[str]:
        inner, calls = self._block(body, named), self._calls(test)
        return [*calls, head, *inner] if inner or calls else []

    def _flat(self, body: Iterable[ast.stmt], named: set[str]) -> list[str]:
        return [line for one in body for line in self._statement(one, named)]

    def _try(self, node: ast.Try, named: set[str]) -> list[str]:
        lines = ["try:", *self._block(node.body, named)]
        for handler in node.handlers:
            caught = _plain(handler.type) if handler.type is not None else ""
            lines += [f"except {caught}:", *self._block(handler.body, named)]
        for word, body in (("else:", node.orelse), ("finally:", node.finalbody)):
            inner = self._block(body, named)
            lines += [word, *inner] if inner else []
        return lines if any(line.startswith(" ") for line in lines) else []

    def _match(self, node: ast.Match, named: set[str]) -> list[str]:
        lines: list[str] = []
        for case in node.cases:
            guard = f" if {_plain(case.guard)}" if case.guard is not None else ""
            calls = self._calls(case.guard) if case.guard is not None else []
            lines += [*calls, f"case {ast.unparse(case.pattern)}{guard}:", *self._block(case.body, named)]
        calls = self._calls(node.subject)
        return [*calls, f"match {_plain(node.subject)}:", *(f"    {line}" for line in lines)]

    def _calls(self, *nodes: ast.AST) -> list[str]:
        """The commands in an expression, inner ones first, as they are carried out."""
        found: list[str] = []
        for node in nodes:
            for child in ast.iter_child_nodes(node):
                found += self._calls(child)
            if (command := _command(node)) is not None:
                found.append(command)
            elif isinstance(node, ast.Call) and self._meant(node) & self._commanding:
                found.append(f"-> {_called(node)}({_arguments(node)})")
        return found


def _assigns(node: ast.stmt, named: set[str]) -> bool:
    """Whether it gives one of these variables a value, other than the data of a request."""
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return False
    if isinstance(node.value, ast.Call) and (_called(node.value) or "")[:1].isupper():
        return False
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(re.findall(r"\w+", ast.unparse(one))[-1] in named for one in targets)


def _called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def _command(node: ast.AST) -> str | None:
    """A command in words, if the node is one."""
    name = _called(node)
    if name is None or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if not _COMMAND.fullmatch(name):
        return None
    if name == "wait_condition":
        timed = any(one.arg in _TIMED for one in node.keywords)
        return f"wait{' with a timer' if timed else ''} until {_plain(node.args[0])}"
    if name in {"sleep", "upsert_search_attributes", "upsert_memo", "continue_as_new"}:
        return name
    return f"{name} {ast.unparse(node.args[0]) if node.args else ''}".strip()


class _NoTexts(ast.NodeTransformer):
    """Texts for people replaced by three dots."""

    def visit_JoinedStr(self, _: ast.JoinedStr) -> ast.AST:
        return ast.Constant(...)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(...) if isinstance(node.value, str) and " " in node.value else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if _called(node) in {"patched", "deprecate_patch"}:
            return node
        return self.generic_visit(node)


def _plain(node: ast.AST) -> str:
    return " ".join(ast.unparse(_NoTexts().visit(copy.deepcopy(node))).split())


def _arguments(node: ast.Call) -> str:
    named = [f"{one.arg}={_plain(one.value)}" if one.arg else f"**{_plain(one.value)}" for one in node.keywords]
    return ", ".join([*map(_plain, node.args), *named])
