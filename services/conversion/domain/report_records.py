"""The records behind a figure of tier 2's reports, and figures of stages, answers and activity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from services.chassis.records import Record

Figure = Literal[
    "offered", "accepted", "declined", "expired", "returned", "answered", "won", "lost", "open", "overdue", "meetings",
    "sent_offers", "given_up", "slept", "reason_declined", "reason_returned", "left", "lost_from", "slept_from",
    "entries",
]  # fmt: skip
BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("5", 300), ("10", 600), ("30", 1800), ("60", 3600), ("240", 14_400), ("later", None),
)  # fmt: skip
"""Times to answer an offer, by name, up to so many seconds."""


@dataclass(frozen=True)
class Narrowed:
    """Which of the records: of what period and person; `value` is the stage, reason, bucket or kind that counts."""

    start: datetime
    end: datetime
    person: str | None = None
    value: str | None = None


class RecordRow(Record):
    """One record of a figure, with its deal."""

    id: str
    at: datetime
    deal_id: str | None
    company: str | None
    person: str | None
    note: str | None


@dataclass(frozen=True)
class RecordPage:
    """A page of the records and how many there are in all; `next` is where the following page begins."""

    total: int
    rows: list[RecordRow]
    next: tuple[datetime, str] | None


class StageNow(Record):
    """Open deals of a stage, with the median of how long they have stood there."""

    stage: str
    deals: int
    overdue: int
    stood: timedelta | None


class StageLeft(Record):
    """Deals that left a stage in a time: how many, to be lost or to sleep, and the median of how long they stood."""

    stage: str
    left: int
    lost: int
    asleep: int
    stood: timedelta | None

    @property
    def on(self) -> int:
        """Those that went on."""
        return self.left - self.lost - self.asleep


class AnswerBucket(Record):
    """Offers that were answered after so long."""

    bucket: str
    offers: int
    accepted: int
    hard: int


class Activity(Record):
    """What a manager did in a time besides: meetings held, offers sent."""

    manager: str
    meetings: int
    offers: int


class CommissionSum(Record):
    """The ledger's entries of one person, role and kind in one currency."""

    person: str
    role: str
    currency: str
    entries: int
    accrued: Decimal
    vested: Decimal
    clawed_back: Decimal
    adjusted: Decimal
