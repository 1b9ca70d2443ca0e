"""What people call the fields of a policy. Each tier writes them as literal `_("...")` with `later as _`, so that
catalogues find them; they are put into the reader's language when a page is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Gettext = Callable[[str], str]
Look = Literal["", "share", "clock", "lines", "person", "ticked", "shipped"]
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Words:
    """One field: what it is called, what it decides, and the unit that stands behind its number.

    `names` are the words for its choices and for its fixed rows, `empty` is what leaving it empty means, `key` what the
    rows of a table go by, and `row` what a row of a list is called (`%(num)s`). `rows` are rows of a table that are
    always there. `look` is for what the type does not say: a share of 1 that people write in per cent, an hour as text,
    lines of a text, somebody's id, choices of which each may be there once (`ticked`), or a free text (`shipped`) of
    which `names` are those that come with the product: each reader has them in their own language.
    """

    label: str
    help: str = ""
    unit: str = ""
    names: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    empty: str = ""
    row: str = ""
    key: str = ""
    look: Look = ""
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Fields that are edited together. `fields` are by path: `commission`, then `commission.closed` for its parts.

    `kept` says what a new version of these means for work that has begun, where that is more than for the whole policy.
    """

    name: str
    title: str
    help: str
    fields: Mapping[str, Words]
    kept: str = ""

    @property
    def top(self) -> list[str]:
        """The policy's own fields among them, in the order in which they are shown."""
        return [path for path in self.fields if "." not in path]


Sections = Sequence[Section]


def in_language(sections: Sections, _: Gettext) -> list[Section]:
    """The sections in a reader's language."""
    return [
        replace(
            one,
            title=_(one.title),
            help=_(one.help),
            fields={path: _words(it, _) for path, it in one.fields.items()},
            kept=_(one.kept) if one.kept else "",
        )
        for one in sections
    ]


def _words(words: Words, _: Gettext) -> Words:
    def said(text: str) -> str:
        return _(text) if text else ""

    return replace(
        words,
        label=said(words.label),
        help=said(words.help),
        unit=said(words.unit),
        empty=said(words.empty),
        row=said(words.row),
        key=said(words.key),
        names={name: said(text) for name, text in words.names.items()},
    )


def words_at(sections: Sections) -> dict[str, Words]:
    """The words of every path of every section."""
    return {path: words for section in sections for path, words in section.fields.items()}
