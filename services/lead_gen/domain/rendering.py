"""Placeholders in a script's text: {{company}}, or {{contact_name|there}} with words for when it is not known.

What is put in is never read again (one pass), and characters that could be a placeholder or markup are left out of
it: a company that names itself `<img ...>` or `{{caller}}` is only read out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

FIELDS = ("company", "contact_name", "industry", "size", "region", "city", "website", "caller")
"""What a text may name: fields of the lead, and `caller`, the name of who calls."""

_PLACEHOLDER = re.compile(r"\{\{([^{}|]*)(?:\|([^{}|]*))?\}\}")
# Controls, line breaks included, invisible direction marks, and whatever opens markup or a placeholder.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>{}`]+")
_LONGEST = 200


def placeholder_faults(text: str) -> Iterator[str]:
    """What is wrong with the placeholders of a text: names nobody knows, braces that are not closed."""
    for match in _PLACEHOLDER.finditer(text):
        name = match[1].strip()
        if name not in FIELDS:
            yield f"nothing is known by the name '{name[:50]}' in {{{{...}}}}; there are {', '.join(FIELDS)}"
    rest = _PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest:
        yield "a placeholder is written {{name}} or {{name|if it is not known}}, without braces inside"


def render(text: str, values: Mapping[str, str | None]) -> str:
    """The text with every placeholder replaced: by the value, else by its fallback, else by nothing."""
    return _PLACEHOLDER.sub(lambda match: _spoken(values, match[1].strip(), match[2]), text)


def _spoken(values: Mapping[str, str | None], name: str, fallback: str | None) -> str:
    value = " ".join(_UNSPEAKABLE.sub(" ", values.get(name) or "").split())[:_LONGEST]
    return value or (fallback or "").strip()
