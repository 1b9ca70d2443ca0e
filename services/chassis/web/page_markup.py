"""The tags of one of our own pages, with where they stand, so that a few of them can be written anew in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


@dataclass
class Tag:
    """A tag as it is opened at `begins`..`ends` of the page; what is in it ends at `closes`. `within` is around it."""

    name: str
    attributes: dict[str, str | None]
    begins: int
    ends: int
    within: Tag | None
    closes: int = -1
    texts: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute, empty if it is not there."""
        return self.attributes.get(name) or ""

    def around(self) -> Sequence[Tag]:
        """All that are around it, the nearest first."""
        found, tag = [], self.within
        while tag is not None:
            found.append(tag)
            tag = tag.within
        return found

    def text(self) -> str:
        """What is written in it, as one line."""
        return " ".join("".join(self.texts).split())

    def after(self) -> int:
        """Where something may stand right behind it."""
        return self.ends if self.name in _VOID else self.closes + len(f"</{self.name}>")

    def written(self, changes: Mapping[str, str | None], without: Sequence[str] = ()) -> str:
        """Its opening with these attributes changed; none stands for one without a value."""
        given = {name: value for name, value in {**self.attributes, **changes}.items() if name not in without}
        inside = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in given.items())
        return f"<{self.name}{inside}>"


class Markup(HTMLParser):
    """A page taken apart: `tags` in their order. Our templates close what they open."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.tags: list[Tag] = []
        self._open: list[Tag] = []
        self._lines = [0]
        for line in page.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One is opened."""
        begins = self._here()
        around = self._open[-1] if self._open else None
        one = Tag(tag, dict(attrs), begins, begins + len(self.get_starttag_text() or ""), around)
        self.tags.append(one)
        if tag not in _VOID:
            self._open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One that is closed at once."""
        self.handle_starttag(tag, attrs)
        if self._open and self._open[-1] is self.tags[-1]:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """One is closed, with what was left open in it."""
        if tag not in {one.name for one in self._open}:
            return
        while (one := self._open.pop()).name != tag:
            one.closes = self._here()
        one.closes = self._here()

    def handle_data(self, data: str) -> None:
        """Words, for those fields that are named by them."""
        if self._open and self._open[-1].name in {"option", "textarea"}:
            self._open[-1].texts.append(data)

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


class Edits:
    """What is written elsewhere or anew in a page, put in all at once."""

    def __init__(self) -> None:
        self._made: list[tuple[int, int, str]] = []
        self._tags: dict[int, tuple[Tag, dict[str, str | None], set[str]]] = {}

    def change(self, tag: Tag, changes: Mapping[str, str | None] | None = None, without: Sequence[str] = ()) -> None:
        """These attributes of a tag are others, or are taken away; what is changed later holds."""
        _, changed, gone = self._tags.setdefault(tag.begins, (tag, {}, set()))
        changed |= changes or {}
        gone |= set(without)
        gone -= set(changes or {})

    def put(self, begins: int, ends: int, text: str) -> None:
        """This text instead of what stands there."""
        self._made.append((begins, ends, text))

    def made(self, page: str) -> str:
        """The page with all of it."""
        opened = [(tag.begins, tag.ends, tag.written(to, sorted(gone))) for tag, to, gone in self._tags.values()]
        for begins, ends, text in sorted([*opened, *self._made], key=lambda one: one[:2], reverse=True):
            page = page[:begins] + text + page[ends:]
        return page
