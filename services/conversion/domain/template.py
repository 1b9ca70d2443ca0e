"""Mail templates: a deal's fields in a supervisor's words. One pass, so that a lead's own text is never a field."""

from __future__ import annotations

import re
from collections.abc import Mapping

FIELDS = ("company", "contact_name", "city", "industry", "manager", "need", "seller")
_PLACE = re.compile(r"\{\{\s*([a-z_]*)\s*(?:\|([^{}]*))?\}\}")


def unknown_fields(text: str) -> list[str]:
    """Names between braces that are no fields, in order; also an opening pair of braces that is never closed."""
    wrong = [found.group(1) or "(empty)" for found in _PLACE.finditer(text) if found.group(1) not in FIELDS]
    if "{{" in _PLACE.sub("", text):
        wrong.append("{{")
    return wrong


def render(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its fields filled in; what is not known is what stands after the bar, or nothing."""

    def value(found: re.Match[str]) -> str:
        return values.get(found.group(1)) or (found.group(2) or "").strip()

    return _PLACE.sub(value, text)
