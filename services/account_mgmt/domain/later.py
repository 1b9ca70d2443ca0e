"""When to ask again: what is offered for "later", each at a time when the customer may be contacted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import contact_time

_HOUR = time(10)
"""On the customer's own clock: the working day has begun, and nobody is at lunch."""
_CHOICES = {"tomorrow": 1, "in_three_days": 3, "next_week": 7, "in_two_weeks": 14, "in_a_month": 30}


def later_choices(policy: Policy, now: datetime, timezone: str) -> dict[str, datetime]:
    """Name to moment (UTC), the soonest first."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    return {name: asked_on(policy, today + timedelta(days=days), timezone) for name, days in _CHOICES.items()}


def asked_on(policy: Policy, day: date, timezone: str, zones: Sequence[str] = ()) -> datetime:
    """When to ask a customer who named this day of theirs: the first time they may be contacted (UTC)."""
    return contact_time(policy, datetime.combine(day, _HOUR, ZoneInfo(timezone)), zones or timezone)
