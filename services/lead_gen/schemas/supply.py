"""Supply: whether tier 2 has enough until the callers' next shift."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from services.chassis.http import Model


class RateView(Model):
    """Interested leads per hour of calling, with a 90 % interval."""

    mean: float
    low: float
    high: float


class ForecastView(Model):
    """From now until the callers' next shift begins."""

    until: datetime
    calling_hours: float = Field(description="Hours of calling still planned in shifts that have begun.")
    expected: float = Field(description="Interested leads that will come.")
    low: float
    high: float
    demand: float = Field(description="Leads that the managers will take.")
    runs_dry: float = Field(description="Probability that the managers run dry, 0 to 1.")
    runs_dry_at: datetime | None


class CampaignSupply(Model):
    """One campaign's stock and rate."""

    campaign_id: str
    in_stock: int
    oldest: datetime | None
    interested_per_hour: RateView


class CallerRate(Model):
    """One caller's rate, over all campaigns."""

    caller: str
    hours: float
    interested_per_hour: RateView


class SupplyView(Model):
    """Whether tier 2 has enough until the callers' next shift."""

    in_stock: int
    interested_per_hour: RateView
    capacity: int = Field(description="Leads that the managers will take until the next shift, rounded up.")
    hours_of_work: float = Field(description="Hours of calling in the last 30 days.")
    alarm: Literal["drought", "glut"] | None
    next_shift: datetime | None
    forecast: ForecastView
    campaigns: list[CampaignSupply]
    callers: list[CallerRate]


class AlarmView(Model):
    """One alarm with the facts of its beginning."""

    id: str
    kind: str
    facts: dict[str, Any]
    begun_at: datetime
    ended_at: datetime | None
