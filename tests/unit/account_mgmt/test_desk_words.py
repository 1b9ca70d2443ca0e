"""What a change at the account desk says is a sentence of the reader's language."""

from __future__ import annotations

import ast
from pathlib import Path

DESK = Path(__file__).parents[3] / "services" / "account_mgmt" / "desk"


def untranslated(tree: ast.AST) -> list[int]:
    """Lines where `said` is a text as it stands, or the last words of a call to `back_to` are."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if (isinstance(node, ast.keyword) and node.arg == "said") or (
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "said"
        ):
            found.append(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "back_to":
            found.append(node.args[-1])
    return [one.lineno for one in found if isinstance(one, ast.JoinedStr) or _is_text(one)]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_sentence_goes_through_the_catalogue() -> None:
    sources = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in DESK.glob("*.py")}
    assert {name: lines for name, tree in sources.items() if (lines := untranslated(tree))} == {}
