"""Meetings in managers' calendars, and the times that are kept free for leads on the phone."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.chassis.records import Record

MeetingKind = Literal["phone", "online", "visit"]
MeetingState = Literal["reserved", "booked", "held", "no_show", "cancelled"]


class Meeting(Record):
    """A meeting in a manager's calendar. `sequence` grows with every change of its time.

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
    created_by: str
    created_at: datetime
    updated_at: datetime
