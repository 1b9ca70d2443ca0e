"""Managers, as the supervisor keeps them."""

from __future__ import annotations

from datetime import datetime

from services.chassis.business_time import Calendar
from services.chassis.records import Record


class Manager(Record):
    """A manager's place in the routing. Empty lists mean any language, segment, region or product.

    Without `hours` of their own they work the tier's; without `daily_quota` they take any number of new leads a day.
    Managers of one `team` see each other's deals; those without one are a team, too.
    """

    id: str
    name: str
    email: str | None
    team: str | None = None
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
