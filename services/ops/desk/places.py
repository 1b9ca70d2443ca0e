"""Where the operators' pages are, and what all of them need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.http import allow

OPS: Final[list[Any]] = [allow("ops")]
HOME: Final = "/ops/desk/"


def story_path(lead_id: str) -> str:
    """The page of a lead's story."""
    return f"{HOME}leads/{lead_id}"


def address(path: str, asked: Mapping[str, Any]) -> str:
    """A page's address with what is asked for; what is empty is left out."""
    query = urlencode([(name, value) for name, value in asked.items() if value])
    return f"{HOME}{path}?{query}" if query else f"{HOME}{path}"
