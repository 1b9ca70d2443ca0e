"""A tier's part of a story: what happened with one of its records, what waits, and how it is told.

Every tier tells its own part from its own records; whoever reads them together puts the parts on one line of time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from services.chassis.logging import mask
from services.chassis.records import Record

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
    stage: str
    owner: str | None = Field(default=None, description="A name where it is known, else an id.")
    owner_id: str | None = None
    since: datetime | None = Field(default=None, description="Since when it is in this stage, where that is known.")
    here: bool = Field(description="Whether this tier has the lead now.")
    merged_into: str | None = None
    zone: str = Field(description="The tier's own time zone, in which times inside of words are told.")
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


def quoted(text: object) -> str:
    """The same in quotation marks; nothing if there is nothing."""
    words = typed(text)
    return f"“{words}”" if words else ""


def spoken(name: object) -> str:
    """A stored value as people say it: `no_answer` is no answer."""
    return str(name or "").replace("_", " ")


def moment(at: datetime, zone: ZoneInfo, near: datetime | None = None) -> str:
    """A time in words; its day only if that is another one than of `near`."""
    local = at.astimezone(zone)
    same_day = near is not None and local.date() == near.astimezone(zone).date()
    return f"{local:%H:%M}" if same_day else f"{local:%Y-%m-%d %H:%M}"


def page_of(found: Sequence[Event], limit: int) -> tuple[list[Event], Place | None]:
    """A page out of up to `limit + 1` events, and where the one before it begins."""
    shown = list(found[:limit])
    return shown, ((shown[-1].at, shown[-1].ref) if len(found) > limit else None)
