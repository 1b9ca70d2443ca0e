"""A refused request names its field in one way in every tier: `lines[0].quantity`."""

from __future__ import annotations

import ast
import re
from pathlib import Path

SERVICES = Path(__file__).parents[3] / "services"
# A number behind a dot: as forms call their inputs, and no rule its fields.
_DOTTED = re.compile(r"\.(?:\d+|\{(?:n|at|number|index|position|place|i)\})(?:\.|$)")


def fields_of(source: str) -> list[str]:
    """What the calls of a source name as `field`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    given = [one.value for call in calls for one in call.keywords if one.arg == "field"]
    return [ast.unparse(one).removeprefix("f").strip("'\"") for one in given]


def test_a_place_in_a_list_stands_in_brackets_wherever_a_rule_refuses_it() -> None:
    files = [one for one in SERVICES.rglob("*.py") if {"actions", "domain", "routes", "schemas"} & set(one.parts)]
    dotted = {
        one.name: wrong
        for one in files
        if (wrong := [field for field in fields_of(one.read_text(encoding="utf-8")) if _DOTTED.search(field)])
    }
    assert len(files) > 100
    assert dotted == {}
