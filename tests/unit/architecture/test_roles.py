"""Routes name no role that nobody can have."""

from __future__ import annotations

import ast
from itertools import chain

from services.chassis.roles import ROLES
from tests.unit.architecture.source import files, place, tree


def test_routes_are_open_to_known_roles_only() -> None:
    known = set(chain.from_iterable(ROLES.values()))
    unknown = []
    for path in files("services"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "allow":
                named = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                unknown += [f"{place(path, node)} {role}" for role in named if role not in known]
    assert unknown == []
