"""Workflow code is light: every sandbox imports it anew, so nothing heavy and no service may come along."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import workflows

ROOT = Path(workflows.__path__[0])
ALLOWED = sys.stdlib_module_names | {"temporalio", "pydantic", "workflows"}
# A workflow may not reach out of its sandbox: what talks to a server belongs to services.
FORBIDDEN = ("temporalio.client", "temporalio.worker", "temporalio.testing", "temporalio.service")


def modules(root: Path) -> set[str]:
    """The names of a package's modules and folders."""
    found = (path for path in root.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())
    return {path.stem for path in found if path.stem != "__init__"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: an import says where it is from"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_workflow_code_imports_the_standard_library_temporalio_and_pydantic_only(path: Path) -> None:
    names = set(imported(path))
    assert {name.split(".")[0] for name in names} <= ALLOWED
    assert not {name for name in names if name.startswith(FORBIDDEN)}


def test_every_module_has_its_layer() -> None:
    """import-linter says nothing of a module that stands in no layer."""
    linter = tomllib.loads((ROOT.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = " | ".join(next(rule["layers"] for rule in linter["contracts"] if "workflows.contracts" in rule["layers"]))
    assert modules(ROOT) == {
        name.removeprefix("workflows.") for name in layers.split(" | ") if name.startswith("workflows.")
    }
