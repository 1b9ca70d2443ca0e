"""What a manager's day asks for: next steps by time, questions, meetings, steps of playbooks, work that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from services.chassis.business_time import Calendar
from services.chassis.records import Record
from services.conversion.domain.offers import is_own_request
from workflows.contracts.conversion import Stage

TodayKind = Literal[
    "question", "step", "playbook", "meeting", "approval", "inbound", "reminder", "stale", "mail", "reply", "aside"
]
_FIRST: tuple[TodayKind, ...] = ("question", "inbound", "reply", "approval")
"""Somebody waits on the other end."""
LATER = ("soon", "tomorrow", "in_3_days", "in_a_week")
"""Times that are offered for the step after this one."""
_MORNING = 10


class TodayRow(Record):
    """One thing to do. `item_id` is its work item, `number` the playbook's step, `offer_id` what waits for approval.

    A meeting is `unattended` while nobody comes to it. `asked_by` is who asks for a discount, or which supervisor for
    what is late.
    """

    kind: TodayKind
    id: str
    deal_id: str | None
    company: str | None
    owner: str | None = None
    stage: Stage | None = None
    text: str | None
    at: datetime | None
    until: datetime | None = None
    worth: Decimal | None = None
    currency: str | None = None
    item_id: str | None = None
    number: int | None = None
    offer_id: str | None = None
    percent: Decimal | None = None
    asked_by: str | None = None
    unattended: bool = False

    def is_own(self, person: str) -> bool:
        """Whether it is a discount on which this person may not decide."""
        return is_own_request(person, self.asked_by or "", self.owner)

    def is_late(self, at: datetime) -> bool:
        """Whether its time has passed; a meeting's when it has ended."""
        ends = self.until or self.at
        return ends is not None and ends < at and self.kind not in {"stale", "mail", "reply", "aside"}


@dataclass(frozen=True)
class Today:
    """The day's list in the order in which to work it; `more` are those that did not find room."""

    rows: Sequence[TodayRow]
    late: int
    more: int
    next_at: datetime | None = None


def in_order(rows: Sequence[TodayRow], at: datetime, most: int) -> Today:
    """The list of these rows: who waits on the other end first, then by time; what is said twice is said once."""
    meeting = {row.deal_id for row in rows if row.kind == "meeting"}
    dated = {row.deal_id for row in rows if row.kind in {"step", "question", "playbook"}}
    # A reminder that nobody answered was sent again to others: the two say the same.
    told = {(row.kind, row.deal_id, row.text) if row.kind in {"reminder", "stale"} else row.id: row for row in rows}
    kept = [
        row
        for row in told.values()
        if not (row.kind == "step" and row.text == "meeting" and row.deal_id in meeting)
        and not (row.kind == "reminder" and row.deal_id in dated and not row.asked_by)
    ]
    kept.sort(key=lambda row: (row.kind not in _FIRST, row.at is None, row.at or at, row.id))
    return Today(rows=kept[:most], late=sum(row.is_late(at) for row in kept), more=max(0, len(kept) - most))


def later(choice: str, calendar: Calendar, at: datetime) -> datetime | None:
    """When that is: `soon` is two hours from now, the others are mornings; none for an unknown choice."""
    if choice == "soon":
        return calendar.add(at + timedelta(hours=2), timedelta(0))
    days = {"tomorrow": 1, "in_3_days": 3, "in_a_week": 7}.get(choice)
    if days is None:
        return None
    there = at.astimezone(ZoneInfo(calendar.timezone))
    morning = (there + timedelta(days=days)).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return calendar.add(morning, timedelta(0))
