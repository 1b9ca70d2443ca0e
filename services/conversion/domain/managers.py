"""Managers and their absences."""

from __future__ import annotations

from datetime import datetime

from services.chassis.business_time import Calendar
from services.chassis.records import Record


class Manager(Record):
    """A manager's place in the routing. Empty lists mean any language, segment, region or product.

    Without `hours` of their own they work the tier's; without `daily_quota` they take any number of new leads a day.
    """

    id: str
    name: str
    email: str | None
    languages: list[str]
    segments: list[str]
    regions: list[str]
    products: list[str]
    weight: int
    capacity: int
    daily_quota: int | None
    hours: Calendar | None
    active: bool
    created_at: datetime
    updated_at: datetime


class Absence(Record):
    """A stretch of time in which a manager is away."""

    id: str
    manager: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_by: str
    created_at: datetime
