"""Each floor of a tier keeps to its own work. Who may import whom is import-linter's to hold (pyproject.toml)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.unit.architecture.source import TIERS, Function, files, functions, lines_of, place, tree

ROUTE_LINES = 15
FUNCTION_LINES = 40
FILE_LINES = 300
METHODS = {"get", "post", "put", "patch", "delete"}
QUERIES = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "copy_records_to_table", "copy_to_table"}
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|LOCK TABLE|WITH|SET LOCAL|TRUNCATE|ALTER|CREATE)\s")
# What makes a transaction more than a row: an action's business, shared by pages, routes and activities.
EFFECTS = {"services.chassis.outbox", "services.chassis.work_items", "services.chassis.events"}


def _rooms(name: str) -> list[Path]:
    return [path for tier in TIERS for path in files(f"services/{tier}/{name}")]


def _method(function: Function) -> str | None:
    """The HTTP method of a route function, or none for another function."""
    for decorator in function.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(call, ast.Attribute) and call.attr in METHODS:
            return call.attr
    return None


def _names_from(path: Path, package: str) -> set[str]:
    """Names that a file takes from a package or from one of its modules."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module and re.match(rf"{re.escape(package)}(\.|$)", node.module)
        for alias in node.names
    }


def test_every_tier_has_the_same_rooms() -> None:
    rooms = {"routes", "schemas", "actions", "repository", "documents", "domain", "migrations"}
    desks = {"api.py", "worker.py", "activities.py", "seed.py", "__init__.py", "desk", "__pycache__"}
    for tier in TIERS:
        found = {path.name for path in files(f"services/{tier}")[0].parent.iterdir()}
        assert found - rooms - desks - {"seed_texts.py"} == set(), tier
        # Tier 1 makes no documents.
        assert rooms - found <= ({"documents"} if tier == "lead_gen" else set()), tier


def test_sql_is_written_in_repositories_and_migrations_only() -> None:
    found = []
    for path in [path for tier in TIERS for path in files(f"services/{tier}")]:
        if {"repository", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(tree(path)):
            asked = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUERIES
            written = isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
            if asked or written:
                found.append(place(path, node))
    assert found == []


def test_a_route_reads_the_request_calls_one_action_and_shapes_the_answer() -> None:
    long = [
        f"{place(path, function)} {function.name}: {lines_of(function)}"
        for path in [*_rooms("routes"), *_rooms("desk")]
        for function in functions(path)
        if lines_of(function) > ROUTE_LINES
    ]
    assert long == []


def test_a_route_that_changes_something_leaves_the_change_to_an_action() -> None:
    found = []
    for path in [*_rooms("routes"), *_rooms("desk")]:
        tier = path.parts[path.parts.index("services") + 1]
        rows = _names_from(path, f"services.{tier}.repository")
        for function in functions(path):
            if _method(function) not in {"post", "put", "patch", "delete"}:
                continue
            used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            found += [f"{place(path, function)} {function.name}: {name}" for name in sorted(used & rows)]
    assert found == []


def test_routes_and_activities_have_no_effects_of_their_own() -> None:
    found = []
    for path in [
        *_rooms("routes"),
        *_rooms("desk"),
        *(files(f"services/{tier}")[0].parent / "activities.py" for tier in TIERS),
    ]:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            taken = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            if taken & EFFECTS:
                found.append(place(path, node))
    assert found == []


def test_a_function_fits_on_a_page_and_a_file_has_one_subject() -> None:
    code = files("services", "workflows", "leadrelay")
    long = [
        f"{place(path, function)} {function.name}"
        for path in code
        for function in functions(path)
        # A factory of routes is as long as its routes.
        if lines_of(function) > FUNCTION_LINES and not function.name.endswith("_router")
    ]
    large = [str(path) for path in code if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES]
    assert long == []
    assert large == []
