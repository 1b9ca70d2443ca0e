"""The code of the project as syntax trees, for rules that no linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
TIERS = ("lead_gen", "conversion", "account_mgmt")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def files(*folders: str) -> list[Path]:
    """The Python files below these folders of the project, in order."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[Function]:
    """Every function of a file, the inner ones too."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def body_of(function: Function) -> list[ast.stmt]:
    """The statements of a function behind its docstring."""
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return function.body[1:] if is_docstring else function.body


def lines_of(function: Function) -> int:
    """How many lines the function's statements take, docstring and signature aside."""
    body = body_of(function)
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def place(path: Path, node: ast.AST) -> str:
    """Where something stands, as people write it."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
