"""Dials: one attempt to reach one number, from asking the switchboard to the end of the talk.

A dial keeps the times of what happened. Its state follows from them, so events may come late, twice and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from services.chassis.records import Record
from services.lead_gen.domain.inbound_calls import Event

Way = Literal["switchboard", "link"]
State = Literal["asked", "ringing", "talking", "ended"]
Result = Literal["talked", "no_answer", "busy", "hung_up", "failed", "by_hand"]
DialEvent = Literal[Event, "busy", "failed"]

# How long each state may last without another word from the switchboard.
_SILENT: Final[dict[State, timedelta]] = {
    "asked": timedelta(seconds=15),
    "ringing": timedelta(minutes=2),
    "talking": timedelta(hours=4),
}
LINE_AFTER: Final = timedelta(minutes=2)
"""A line that nobody closed for so long after the end is no longer asked about."""


class NewDial(Record):
    """A dial to be written: the `number`-th of its work item."""

    item_id: str
    lead_id: str
    number: int
    phone: str
    caller: str
    way: Way

    @property
    def call_id(self) -> str:
        """What the switchboard knows the call by."""
        return f"dial:{self.item_id}:{self.number}"


class Dial(Record):
    """One dial. `line_open` is whether the switchboard may still hold a line for it."""

    call_id: str
    item_id: str
    lead_id: str
    number: int
    phone: str
    caller: str
    way: Way
    asked_at: datetime
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    result: Result | None = None
    reason: str | None = None
    line_open: bool

    @property
    def state(self) -> State:
        """Where the dial is, by what has happened."""
        if self.ended_at is not None:
            return "ended"
        if self.answered_at is not None:
            return "talking"
        return "ringing" if self.rang_at is not None else "asked"

    @property
    def talk_seconds(self) -> int | None:
        """How long somebody talked; none while they do, or if nobody did."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(0, round((self.ended_at - self.answered_at).total_seconds()))


class Line(Record):
    """A caller's telephone for the lead in hand: the numbers that may be called, and the last dial of this call."""

    item_id: str
    token: int
    phones: list[str]
    dial: Dial | None


def heard(dial: Dial, event: DialEvent, at: datetime) -> Dial:
    """The dial after an event of the switchboard; unchanged by one that says nothing new."""
    if event == "ringing":
        return dial if dial.rang_at or dial.ended_at else dial.model_copy(update={"rang_at": at})
    if event == "answered":
        # Also after the end: the word of the answer may be overtaken by the word of the end.
        if dial.answered_at or dial.result not in {None, "talked"}:
            return dial
        return dial.model_copy(update={"answered_at": at if dial.ended_at is None else min(at, dial.ended_at)})
    results: dict[DialEvent, Result] = {"completed": "talked", "missed": "no_answer", "busy": "busy"}
    return ended(dial, results.get(event, "failed"), at).model_copy(update={"line_open": False})


def ended(dial: Dial, result: Result, at: datetime, reason: str | None = None) -> Dial:
    """The dial, over; whatever has ended stays as it ended."""
    if dial.ended_at is not None:
        return dial
    # Whoever was spoken with was reached, however it ended.
    result = "talked" if dial.answered_at is not None else result
    return dial.model_copy(update={"ended_at": at, "result": result, "reason": reason})


def overdue(dial: Dial, now: datetime) -> bool:
    """Has the switchboard been silent for longer than this state may last?"""
    since = dial.answered_at or dial.rang_at or dial.asked_at
    return dial.ended_at is None and now - since > _SILENT[dial.state]


def spoken(dials: Sequence[Dial]) -> tuple[str | None, int | None]:
    """(number, seconds talked) of a call by its dials, in their order: the last that was answered, else the last."""
    told = next((dial for dial in reversed(dials) if dial.answered_at is not None), dials[-1] if dials else None)
    return (told.phone, told.talk_seconds) if told is not None else (None, None)
