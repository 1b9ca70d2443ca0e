"""A customer's story: everything that happened with them, on one line of time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from services.chassis.records import Record

StoryKind = Literal[
    "order",
    "payment",
    "credit_note",
    "refund",
    "reversal",
    "write_off",
    "move",
    "nudge",
    "answer",
    "work",
    "mail",
    "need",
    "refusal",
    "owner",
    "letter",
    "edit",
]


class StoryEvent(Record):
    """One thing that happened. `ref` is the id of its record, which with `at` is its place in the story.

    `by` is a name where it is known; `facts` depend on the kind.
    """

    at: datetime
    ref: str
    kind: StoryKind
    by: str | None
    facts: dict[str, Any]


class Story(Record):
    """A page of it, the latest first; `next` is the place of the last event if there are earlier ones."""

    events: list[StoryEvent]
    next: tuple[datetime, str] | None = None
