"""The workflows' source, module by module."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """One file: functions by qualified name, bases of classes, constants, and what it imports."""

    functions: dict[str, Function] = field(default_factory=dict)
    bases: dict[str, list[str]] = field(default_factory=dict)
    workflows: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)


def sources(folder: Path) -> dict[str, str]:
    """The workflows' modules. What the tiers tell each other makes no commands."""
    return {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__"): path.read_text()
        for path in sorted(folder.rglob("*.py"))
        if "contracts" not in path.parts
    }


def read(text: str) -> Module:
    """One file."""
    module, tree = Module(), ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            module.imports |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    for node in tree.body:
        if isinstance(node, FUNCTIONS):
            module.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            module.bases[node.name] = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
            module.functions |= {f"{node.name}.{one.name}": one for one in node.body if isinstance(one, FUNCTIONS)}
            module.workflows |= _workflow_name(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            module.constants |= {one.id: ast.unparse(node.value) for one in targets if isinstance(one, ast.Name)}
    return module


def _workflow_name(node: ast.ClassDef) -> dict[str, str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "workflow.defn":
            named = next((one.value for one in decorator.keywords if one.arg == "name"), None)
            return {node.name: str(named.value) if isinstance(named, ast.Constant) else node.name}
    return {}


def closure(start: str, modules: Mapping[str, Module]) -> list[str]:
    """The modules that one needs, itself among them."""
    found, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in found and name in modules:
            found.add(name)
            waiting += sorted(modules[name].imports)
    return sorted(found)
