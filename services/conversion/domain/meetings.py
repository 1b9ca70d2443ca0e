"""Meetings in managers' calendars, and the times that are kept free for leads on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record
from services.chassis.sentences import said

MeetingKind = Literal["phone", "online", "visit"]
MeetingState = Literal["reserved", "booked", "held", "no_show", "cancelled"]
_LONGEST = timedelta(hours=12)


class CustomerAnswer(Record):
    """What the customer's calendar answered to the invitation, and in which words; of a `counter`, for which time."""

    answer: Literal["accepted", "tentative", "declined", "counter"]
    at: datetime
    proposed_at: datetime | None = None
    proposed_until: datetime | None = None
    words: str = ""


@dataclass(frozen=True)
class Booking:
    """A meeting to be booked."""

    deal_id: str
    manager: str
    starts_at: datetime
    ends_at: datetime
    kind: MeetingKind
    place: str | None
    created_by: str
    message_to_customer: str | None = None


class Meeting(Record):
    """A meeting in a manager's calendar. `sequence` grows with every change of its entry.

    `note` is for colleagues; only `message_to_customer` is sent. `needs_person` says why nobody comes to it as yet,
    `customer_answer` whether the customer does, as far as their calendar has said so for this time.
    A `reserved` one is kept free for a lead on the phone until `expires_at`; it has no deal yet.
    """

    id: str
    deal_id: str | None
    lead_id: str | None = None
    expires_at: datetime | None = None
    manager: str
    starts_at: datetime
    ends_at: datetime
    kind: MeetingKind
    place: str | None
    state: MeetingState
    sequence: int
    note: str | None
    message_to_customer: str | None = None
    needs_person: str | None = None
    customer_answer: CustomerAnswer | None = None
    created_by: str
    created_at: datetime
    updated_at: datetime


def check_time(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Raise Invalid, naming the field, for a meeting that cannot be made at this moment."""
    if starts_at <= at:
        raise Invalid("must be in the future", field="starts_at")
    if ends_at <= starts_at:
        raise Invalid("must be after starts_at", field="ends_at")
    if ends_at - starts_at > _LONGEST:
        raise Invalid("a meeting lasts 12 hours at most", field="ends_at")


def check_begun(meeting: Meeting, at: datetime) -> None:
    """Raise Conflict `too_early`, naming when, before a meeting's beginning: nobody can have come or stayed away."""
    if at < meeting.starts_at:
        begins = _zulu(meeting.starts_at)
        raise Conflict(
            f"this meeting begins at {begins}; say then how it was", code="too_early", detail={"starts_at": begins}
        )


def check_ahead(meeting: Meeting, at: datetime) -> None:
    """Raise Conflict `meeting_over`, naming when, for a meeting whose time has passed: it cannot be changed."""
    if meeting.ends_at <= at:
        ended = _zulu(meeting.ends_at)
        raise Conflict(
            f"this meeting ended at {ended}; say whether it was held", code="meeting_over", detail={"ends_at": ended}
        )


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")


def after_missed(times: int) -> str:
    """What comes next when the customer has missed so many meetings."""
    return said("arrange another meeting" if times < 2 else "call; if nobody answers, let the deal sleep")
