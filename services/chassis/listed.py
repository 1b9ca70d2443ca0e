"""Long lists in parts: one page of what is found, and the words by which somebody seeks in it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import Field

from services.chassis.errors import Invalid
from services.chassis.sentences import said

T = TypeVar("T")
PEOPLE: Final = 25
"""Rows of people on a page: a row of a week has a link for each of its days."""
_FARTHEST: Final = 100_000


@dataclass(frozen=True)
class Sought:
    """What somebody asks of a list: words to seek, and which page of it, counted from one; nought for the usual one."""

    q: Annotated[str, Field(max_length=100)] = ""
    page: Annotated[int, Field(ge=0, le=_FARTHEST)] = 0

    def among(self, rows: Iterable[T], says: Callable[[T], str]) -> list[T]:
        """Those of these rows that say every word which is sought, in capitals or not."""
        words = self.q.casefold().split()
        return [row for row in rows if all(word in says(row).casefold() for word in words)] if words else list(rows)

    def query(self, page: int | None = None, **more: object) -> str:
        """The query of an address that asks for the same, or for another page of it; empty parts are left out."""
        asked = {**more, "q": self.q, "page": self.page if page is None else page}
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class Part(Generic[T]):
    """One page of a list: its rows, the number of the first of them, which page of how many, and how many in all."""

    rows: Sequence[T]
    first: int
    page: int
    pages: int
    count: int

    @classmethod
    def of(cls, found: Sequence[T], page: int, size: int = PEOPLE) -> Part[T]:
        """A page of these; the last one for a page that there is not."""
        at = cls.place(len(found), page, size)
        return cls(found[at : at + size], at + 1, at // size + 1, max(1, -(-len(found) // size)), len(found))

    @classmethod
    def counted(cls, rows: Sequence[T], count: int, page: int, size: int = PEOPLE) -> Part[T]:
        """A page that was read by itself, out of so many, from its `place` on."""
        at = cls.place(count, page, size)
        return cls(rows, at + 1, at // size + 1, max(1, -(-count // size)), count)

    @staticmethod
    def place(count: int, page: int, size: int = PEOPLE) -> int:
        """How many rows of the list come before this page of it."""
        return min(max(page, 1), max(1, -(-count // size))) * size - size

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.first + len(self.rows) - 1


def page_with(found: Sequence[T], is_it: Callable[[T], bool], size: int = PEOPLE) -> int:
    """The page of a list on which somebody stands; the first one if they do not."""
    return next((number // size + 1 for number, one in enumerate(found) if is_it(one)), 1)


def person_named(people: Mapping[str, str], typed: str, field: str) -> str:
    """The id of whom somebody means by an id, a name, or both as a list of suggestions has them; empty for nobody.

    Raises Invalid with the field for somebody who is not there, and for a name that several have.
    """
    typed = typed.strip()
    if not typed or typed in people:
        return typed
    meant = {
        one for one, name in people.items() if typed.casefold() in (name.casefold(), suggested(one, name).casefold())
    }
    if len(meant) > 1:
        raise Invalid(said("several people are called so: choose one of the list"), field=field)
    if not meant:
        raise Invalid(said("nobody is called so: choose one of the list"), field=field)
    return meant.pop()


def suggested(person: str, name: str) -> str:
    """How a list of suggestions tells people apart who may have the same name."""
    return f"{name} ({person})"
