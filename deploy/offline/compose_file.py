"""docker-compose.yml as Compose reads it: merged, and filled in from an environment file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
Service = dict[str, Any]
_VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}")


def read_compose() -> dict[str, Any]:
    """The file, its anchors merged and no variable filled in."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return found


def read_env(text: str) -> dict[str, str]:
    """The variables of an environment file."""
    lines = (line.partition("=") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in lines}


def filled_in(value: str, given: Mapping[str, str]) -> str:
    """A value as Compose hands it to a container. Raises LookupError for a variable that must be given and is not."""

    def one(found: re.Match[str]) -> str:
        name, way, rest = found[1], found[2], found[3]
        if given.get(name):
            return given[name]
        if way == ":?":
            raise LookupError(name)
        return str(rest or "")

    return _VARIABLE.sub(one, value)


def fill_in(value: Any, given: Mapping[str, str]) -> Any:
    """Everything in this value filled in, however deep."""
    if isinstance(value, str):
        return filled_in(value, given)
    if isinstance(value, list):
        return [fill_in(one, given) for one in value]
    if isinstance(value, dict):
        return {key: fill_in(one, given) for key, one in value.items()}
    return value


def chosen(services: Mapping[str, Service], profiles: set[str]) -> dict[str, Service]:
    """The services that run with these profiles."""
    return {
        name: one for name, one in services.items() if set(one.get("profiles", profiles or {""})) & (profiles or {""})
    }
