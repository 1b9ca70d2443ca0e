"""A tier's part of a story: what happened with one of its records, what waits, and how it is told.

Every tier tells its own part from its own records; whoever reads them together puts the parts on one line of time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from services.chassis.logging import mask
from services.chassis.records import Record
from services.chassis.sentences import filled

MOST_WORDS = 300
"""Of what people typed, so many characters are told."""
_DOCUMENT = re.compile(r"(?<![0-9A-Za-z])([A-Z]{2,8}(?:-[A-Z]{1,4})?-20\d\d-\d{6,8})(?![0-9A-Za-z])")
Place = tuple[datetime, str]
"""Where an event stands in a story: its time, and its `ref` among those of the same time."""


class Fact(Record):
    """A row of something that happened, before it is told. `by` is a name where one is known."""

    at: datetime
    ref: str
    kind: str
    by: str | None
    facts: dict[str, Any]


class Event(Record):
    """Something that happened, in words. `why` is the reason that was given for it."""

    at: datetime
    ref: str = Field(description="Unique among the events of all tiers; with `at`, its place.")
    kind: str
    words: str
    by: str | None = Field(default=None, description="Who did it: a name where it is known, else an id.")
    why: str | None = None


class Waiting(Record):
    """Something that waits for a person or for its time. `late` when `due` is over."""

    ref: str
    kind: str
    words: str
    who: str | None = Field(default=None, description="Whose it is; none while it is anybody's.")
    since: datetime
    due: datetime | None = None
    late: bool = False


class Part(Record):
    """One tier's part. `events` are the latest first; `older` is the place of the last one if there are earlier."""

    tier: str
    lead_id: str
    company: str
    stage: str = Field(description="As it is stored, in every language.")
    owner: str | None = Field(default=None, description="A name where it is known, else an id.")
    owner_id: str | None = None
    since: datetime | None = Field(default=None, description="Since when it is in this stage, where that is known.")
    here: bool = Field(description="Whether this tier has the lead now.")
    merged_into: str | None = None
    zone: str = Field(
        description="The tier's own time zone. Times inside of words are told in it, unless the reader names theirs."
    )
    waiting: list[Waiting] = Field(default_factory=list)
    events: list[Event] = Field(default_factory=list)
    older: Place | None = None
    people: dict[str, str] = Field(
        default_factory=dict, description="What this tier's people are called who stand in the part, by their ids."
    )


def typed(text: object) -> str:
    """What somebody typed, on one line, without what looks like a number or an address, and not too long."""
    parts = _DOCUMENT.split(" ".join(str(text or "").split()))
    # Every second one is the number of an invoice or an order: only its digits look like a telephone.
    words = "".join(part if place % 2 else mask(part) for place, part in enumerate(parts))
    return words if len(words) <= MOST_WORDS else f"{words[: MOST_WORDS - 1].rstrip()}…"


def spoken(name: object) -> str:
    """A stored value as people say it: `no_answer` is no answer."""
    return str(name or "").replace("_", " ")


def moment(at: datetime, zone: ZoneInfo, near: datetime | None = None) -> str:
    """A time in English words; its day only if that is another one than of `near`."""
    local = at.astimezone(zone)
    same_day = near is not None and local.date() == near.astimezone(zone).date()
    return f"{local:%H:%M}" if same_day else f"{local:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Speech:
    """How a story is said to one reader. As it is, in English; `services.chassis.web.speech` has the other languages.

    `zone` is where the reader is, if they asked for its clock. `translated` finds a sentence of the sources, and
    `known` one that was kept with its values in it.
    """

    language: str = "en"
    zone: str | None = None
    translated: Callable[[str], str] = str
    known: Callable[[str], str] = str
    moment: Callable[[datetime, ZoneInfo, datetime | None], str] = moment
    money: Callable[[Decimal, str], str] | None = None

    def words(self, sentence: str, **values: object) -> str:
        """A sentence of the catalogue with its values; one of them may be a sentence that it goes on (`%(said)s`)."""
        return filled(self.translated(sentence), values)

    def one_of(self, words: Mapping[str, str], name: object) -> str:
        """The words for a stored value, which were marked by `later`; whatever has none is said as it is stored."""
        found = words.get(str(name))
        return self.value(name) if found is None else self.translated(found)

    def value(self, name: object) -> str:
        """A stored value without words of its own."""
        stored = str(name or "")
        found = self.known(stored)
        return found if found != stored else self.known(spoken(stored))

    def kept(self, text: object) -> str:
        """A text of the records, without numbers and addresses: the house's own in this language, others as written."""
        return self.known(typed(text))

    def quoted(self, text: object) -> str:
        """What somebody typed, in quotation marks; nothing if there is nothing."""
        words = typed(text)
        return self.words("“%(text)s”", text=words) if words else ""

    def noted(self, said: str, note: object) -> str:
        """What was said, with the note that somebody made about it, if they did."""
        return self.words("%(said)s. Note: %(note)s", said=said, note=self.quoted(note)) if note else said

    def by(self, said: str, who: str | None) -> str:
        """What was said, with who did it behind where it does not say so."""
        return self.words("%(said)s (%(who)s)", said=said, who=who) if who and who not in said else said


ENGLISH = Speech()
"""What is said where nobody has asked for another language, as on the command line."""


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def page_of(found: Sequence[Event], limit: int) -> tuple[list[Event], Place | None]:
    """A page out of up to `limit + 1` events, and where the one before it begins."""
    shown = list(found[:limit])
    return shown, ((shown[-1].at, shown[-1].ref) if len(found) > limit else None)
