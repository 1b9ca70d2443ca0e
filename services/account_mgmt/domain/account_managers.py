"""Account managers and their absences."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class AccountManager(Record):
    """An account manager with the size of the portfolio now. Empty `segments` or `sizes` mean any.

    `cover` is who was named to do the work while they are `away`.
    """

    id: str
    name: str
    capacity: int
    active: bool
    segments: list[str]
    sizes: list[str]
    customers: int = 0
    away: bool = False
    cover: str | None = None
    created_at: datetime


class Absence(Record):
    """A stretch of time in which an account manager is away."""

    id: str
    manager: str
    cover: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
