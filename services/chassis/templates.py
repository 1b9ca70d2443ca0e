"""Placeholders in a text that people write: {{company}}, or {{contact_name|there}} with words for when it is not known.

What is put in is never read again (one pass), and characters that could be a placeholder or markup are left out of
it: a company that names itself `<img ...>` or `{{manager}}` is only read out. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")
# Controls, line breaks included, invisible direction marks, and whatever opens markup or a placeholder.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>{}`]+")


@dataclass(frozen=True)
class Fields:
    """What the texts of one kind may name. A value is cut at `longest` characters."""

    names: tuple[str, ...]
    longest: int = 200

    def faults(self, text: str) -> Iterator[str]:
        """What is wrong with the placeholders of a text: names nobody knows, braces that are not closed."""
        for match in _PLACEHOLDER.finditer(text):
            name = match[1].strip()
            if name not in self.names:
                yield f"nothing is known by the name '{name[:50]}' in {{{{...}}}}; there are {', '.join(self.names)}"
        rest = _PLACEHOLDER.sub("", text)
        if "{{" in rest or "}}" in rest:
            yield "a placeholder is written {{name}} or {{name|if it is not known}}, without braces inside"

    def fill(self, text: str, values: Mapping[str, str | None]) -> str:
        """The text with every placeholder replaced: by the value, else by its fallback, else by nothing."""
        return _PLACEHOLDER.sub(lambda match: self._spoken(values.get(match[1].strip())) or _fallback(match), text)

    def _spoken(self, value: str | None) -> str:
        return " ".join(_UNSPEAKABLE.sub(" ", value or "").split())[: self.longest]


def _fallback(match: re.Match[str]) -> str:
    return (match[2] or "").strip()
