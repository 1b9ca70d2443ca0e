"""What Temporal calls something is told in words: every activity, signal, workflow and timer has some."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import workflows
from services.chassis.web.words import told_in, words_of
from services.chassis.workflow_words import ACTIVITIES, SIGNALS, STARTS, WORKFLOWS, message_words
from workflows.contracts import ids

UK = words_of("uk").gettext
IDS = {
    "ColdCall": ids.cold_call("l"),
    "Conversion": ids.conversion("l"),
    "CustomerCare": ids.customer("l"),
    "Campaign": ids.campaign("c"),
    "FitTiming": ids.FIT_TIMING,
    "OpenCare": ids.open_care("i"),
    "PublishCatalogue": ids.CATALOGUE,
}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(workflows.__path__, "workflows."):
        yield importlib.import_module(found.name)


def classes() -> set[type]:
    return {one for module in modules() for one in vars(module).values() if isinstance(one, type)}


def activities() -> set[str]:
    found = (getattr(one, "__temporal_activity_definition", None) for kind in classes() for one in vars(kind).values())
    return {one.name for one in found if one is not None}


def signals() -> set[tuple[str, str]]:
    defined = (getattr(kind, "__temporal_workflow_definition", None) for kind in classes())
    return {(one.name, str(signal)) for one in defined if one is not None for signal in one.signals}


def kinds() -> set[str]:
    defined = (getattr(kind, "__temporal_workflow_definition", None) for kind in classes())
    return {str(one.name) for one in defined if one is not None}


def test_every_activity_has_words_and_no_word_is_left_over() -> None:
    assert activities() == set(ACTIVITIES)


def test_every_workflow_has_words_and_so_has_its_beginning() -> None:
    assert kinds() == set(WORKFLOWS) == set(STARTS) == set(IDS)


def test_every_signal_has_words_for_each_workflow_that_takes_it() -> None:
    told = {message_words(signal, IDS[kind]) for kind, signal in signals()}
    assert told == set(SIGNALS.values())
    assert message_words("changed", ids.CATALOGUE) != message_words("changed", ids.campaign("c"))


@pytest.mark.parametrize("words", [*ACTIVITIES.values(), *WORKFLOWS.values(), *SIGNALS.values(), *STARTS.values()])
def test_they_are_words_and_not_names_in_both_languages(words: str) -> None:
    assert "_" not in words
    assert UK(words) != words


def test_every_timer_is_named_in_words_that_are_known_in_ukrainian() -> None:
    tell_uk = told_in("uk")
    names = {name for file in Path(*workflows.__path__).rglob("*.py") for name in timers(ast.parse(file.read_text()))}
    assert len(names) > 5
    assert {name for name in names if tell_uk(name) == name} == set()


def timers(tree: ast.AST) -> Iterator[str]:
    """What a file calls the timers that it sets: of an inbox's wait, of a sleep, and of its tables of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("next", "sleep"):
            given = [*node.args[1:], *(one.value for one in node.keywords if one.arg == "summary")]
            yield from filter(None, map(text_of, given))
        elif isinstance(node, ast.FunctionDef) and node.name in ("summary", "_summary"):
            tables = (one for one in ast.walk(node) if isinstance(one, ast.Dict))
            yield from filter(None, (text_of(value) for table in tables for value in table.values))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_SUMMARIES":
            table = node.value
            yield from filter(None, map(text_of, table.values if isinstance(table, ast.Dict) else ()))


def text_of(node: ast.expr) -> str | None:
    """The text of a literal, with a name in each of its places."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "Ihor" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value else None
