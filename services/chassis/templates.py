"""Placeholders in a text that people write: {{company}}, or {{contact_name|there}} with words for when it is not known.

What is put in is never read again (one pass), and characters that could be a placeholder or markup are left out of
it: a company that names itself `<img ...>` or `{{manager}}` is only read out.

What is not known leaves no trace: `Good day, {{contact_name}}!` is `Good day!` then. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

_BRACES = re.compile(r"\{\{|\}\}")
_PLACEHOLDER = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")
# Controls, line breaks included, invisible direction marks, and whatever opens markup or a placeholder.
# Stands for what is not known until the text around it is mended: no text that was accepted holds it.
_GONE = "\x00"
_BLANKS = r"[^\S\n]*"
_PAIRS = "|".join(rf"{left}{_BLANKS}\x00{_BLANKS}{right}" for left, right in ((r"\(", r"\)"), "«»", "“”", '""'))
_AROUND = (
    # Several in a row, or one alone in brackets or quotation marks, are as one.
    (re.compile(rf"(?:{_PAIRS}|\x00)(?:{_BLANKS}\x00)*"), _GONE),
    # A line with nothing else in it, and the empty line that set it apart.
    (re.compile(rf"(?<=\n\n){_BLANKS}\x00{_BLANKS}\n\n"), ""),
    (re.compile(rf"^{_BLANKS}\x00{_BLANKS}(?:\n|\Z)", re.MULTILINE), ""),
)
_BESIDE = (
    # Before a full stop or at the end, the comma or dash that led to it goes too; of two commas one stays.
    (re.compile(rf"(?:{_BLANKS}[,–—]|[^\S\n]+-)?{_BLANKS}\x00{_BLANKS}(?=[.,;:!?…)»”]|$)", re.MULTILINE), ""),
    # Between two words, one blank is enough.
    (re.compile(r"(?<=\S)[^\S\n]+\x00[^\S\n]+"), " "),
)
_AT_THE_START = re.compile(r"^([^\S\n]*)\x00[^\S\n]*[,;:!–—-]*[^\S\n]*(\w?)", re.MULTILINE)
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>{}`]+")


@dataclass(frozen=True)
class Slip:
    """A placeholder that cannot be meant, at its place in the text; lines count from 1.

    `name` is what it names, empty for braces that are not closed; `near` is what was probably meant.
    """

    start: int
    end: int
    line: int
    name: str
    near: str | None


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

    def slips(self, text: str) -> list[Slip]:
        """The same faults, each at its place."""
        found = [
            self._slip(text, match.start(), match.end(), name)
            for match in _PLACEHOLDER.finditer(text)
            if (name := match[1].strip()) not in self.names
        ]
        # Of the same length, so that places stay what they are.
        rest = _PLACEHOLDER.sub(lambda match: " " * len(match[0]), text)
        found += [self._slip(text, match.start(), match.end(), "") for match in _BRACES.finditer(rest)]
        return sorted(found, key=lambda slip: slip.start)

    def _slip(self, text: str, start: int, end: int, name: str) -> Slip:
        near = next(iter(get_close_matches(name, self.names, n=1)), None) if name else None
        return Slip(start, end, text.count("\n", 0, start) + 1, name[:50], near)

    def fill(self, text: str, values: Mapping[str, str | None]) -> str:
        """The text with every placeholder replaced: by the value, else by its fallback, else by nothing.

        Where there is nothing, the comma, blank, brackets or line that were there for it alone go with it.
        """

        def said(match: re.Match[str]) -> str:
            value = self._spoken(values.get(match[1].strip())) or _fallback(match)
            is_glued = match.start() > 0 and text[match.start() - 1].isalpha() and value[:1].isalpha()
            return f" {value}" if is_glued else value or _GONE

        return _mended(_PLACEHOLDER.sub(said, text))

    def unknown(self, text: str, values: Mapping[str, str | None]) -> list[str]:
        """The fields a text names that are not known and have no words instead, in the order of the list."""
        named = {
            match[1].strip()
            for match in _PLACEHOLDER.finditer(text)
            if not self._spoken(values.get(match[1].strip())) and not _fallback(match)
        }
        return [name for name in self.names if name in named]

    def _spoken(self, value: str | None) -> str:
        return " ".join(_UNSPEAKABLE.sub(" ", value or "").split())[: self.longest]


def _mended(text: str) -> str:
    if _GONE not in text:
        return text
    for pattern, instead in _AROUND:
        text = pattern.sub(instead, text)
    text = _AT_THE_START.sub(lambda match: match[1] + match[2].upper(), text)
    for pattern, instead in _BESIDE:
        text = pattern.sub(instead, text)
    return text.replace(_GONE, "")


def _fallback(match: re.Match[str]) -> str:
    return (match[2] or "").strip()


def marked(text: str, slips: Sequence[Slip]) -> list[tuple[bool, str]]:
    """The text in pieces: (whether it is one of these slips, its words)."""
    pieces, done = [], 0
    for slip in slips:
        pieces += [(False, text[done : slip.start]), (True, text[slip.start : slip.end])]
        done = slip.end
    return [piece for piece in [*pieces, (False, text[done:])] if piece[1]]
