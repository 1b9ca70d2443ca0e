"""Supply: what tier 2 has in stock, what will come, and what its managers will take before the callers' next shift."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import Field

from services.chassis.records import Record
from services.lead_gen.domain.gamma_poisson import Rate, arrivals_below, rate_under

STEP = timedelta(minutes=15)

Alarm = Literal["drought", "glut"]
OpenHours = Callable[[datetime, datetime], float]
"""How many working hours of tier 2 lie between two moments."""


class Stock(Record):
    """Interested leads of a campaign that tier 2 has not taken; `campaign_id` None for inbound calls."""

    campaign_id: str | None
    leads: int
    oldest: datetime


class Worked(Record):
    """Somebody's hours of work for a campaign: `calls` made in them, and `found` leads handed over.

    Hours in which nobody was called belong to no campaign.
    """

    campaign_id: str | None
    caller: str
    hours: float
    calls: int
    found: int


class HourlyRate(Record):
    """Interested leads per hour of calling, with a 90 % interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of_rate(cls, rate: Rate) -> Self:
        """The figures of a rate as people read them."""
        return cls(mean=round(rate.mean, 3), low=round(rate.low, 3), high=round(rate.high, 3))


class Forecast(Record):
    """From now until the callers' next shift begins."""

    until: datetime
    calling_hours: float = Field(
        description="Hours that callers now signed on still have until then, while anybody may be called."
    )
    expected: float = Field(description="Interested leads that will come.")
    low: float
    high: float
    demand: float = Field(description="Leads that the managers will take.")
    runs_dry: float = Field(description="Probability that the managers run dry, 0 to 1.")
    runs_dry_at: datetime | None

    def rounded(self) -> Self:
        """The figures as people read them."""
        return self.model_copy(
            update={
                "calling_hours": round(self.calling_hours, 2),
                "runs_dry": round(self.runs_dry, 3),
                **{name: round(getattr(self, name), 1) for name in ("expected", "low", "high", "demand")},
            }
        )


class CampaignSupply(Record):
    """One campaign's stock and rate."""

    campaign_id: str
    in_stock: int
    oldest: datetime | None
    interested_per_hour: HourlyRate


class CallerRate(Record):
    """One caller's rate, over all campaigns."""

    caller: str
    hours: float
    interested_per_hour: HourlyRate


class Supply(Record):
    """Whether tier 2 has enough until the callers' next shift."""

    in_stock: int
    interested_per_hour: HourlyRate
    capacity: int = Field(description="Leads that the managers will take until the next shift, rounded up.")
    hours_of_work: float = Field(
        description="Hours of work in the last 30 days, by the shifts that callers signed on to."
    )
    alarm: Alarm | None
    next_shift: datetime | None
    forecast: Forecast
    campaigns: list[CampaignSupply]
    callers: list[CallerRate]


@dataclass(frozen=True)
class Situation:
    """What a forecast is made from. `calling_hours` are those still planned until then."""

    now: datetime
    until: datetime
    stock: int
    rate: Rate
    calling_hours: float
    taken_per_hour: float
    open_hours: OpenHours

    def ahead(self, *, more_hours: float = 0.0, more_leads: int = 0) -> Forecast:
        """What the stock will be; with so many hours of calling and interested leads more, or fewer."""
        hours = max(0.0, self.calling_hours + more_hours)
        return forecast(
            now=self.now,
            until=self.until,
            stock=max(0, self.stock + more_leads),
            rate=self.rate,
            calling_hours=hours,
            taken_per_hour=self.taken_per_hour,
            open_hours=self.open_hours,
        )


def forecast(
    *,
    now: datetime,
    until: datetime,
    stock: int,
    rate: Rate,
    calling_hours: float,
    taken_per_hour: float,
    open_hours: OpenHours,
) -> Forecast:
    """What the stock will be. `calling_hours` are those still planned until then."""
    demand = taken_per_hour * open_hours(now, until)
    missing = math.ceil(demand) - stock
    return Forecast(
        until=until,
        calling_hours=calling_hours,
        expected=rate.mean * calling_hours,
        low=rate.low * calling_hours,
        high=rate.high * calling_hours,
        demand=demand,
        runs_dry=arrivals_below(missing, rate.shape, rate.hours, calling_hours),
        runs_dry_at=_dry_at(now, until, stock + rate.mean * calling_hours, taken_per_hour, open_hours),
    )


def clears_at(known: Situation, stock_limit: int) -> datetime | None:
    """When the stock is at the limit again though nobody finds another lead; None if not within two weeks."""
    until = known.now + timedelta(days=14)
    return _dry_at(known.now, until, known.stock - stock_limit, known.taken_per_hour, known.open_hours)


def _dry_at(
    now: datetime, until: datetime, leads: float, taken_per_hour: float, open_hours: OpenHours
) -> datetime | None:
    """When the last of `leads` is taken, to a quarter of an hour; None if they last."""
    if taken_per_hour <= 0:
        return None
    left, moment = leads, now
    while moment < until:
        left -= taken_per_hour * open_hours(moment, moment + STEP)
        moment += STEP
        if left < 0:
            return moment
    return None


def hours_of(worked: Iterable[Worked]) -> float:
    """Hours of work, of all campaigns and of none."""
    return sum((one.hours for one in worked), 0.0)


def campaign_supply(stock: Iterable[Stock], worked: Iterable[Worked], overall: Rate) -> list[CampaignSupply]:
    """Stock and rate of every campaign that has either, by id."""
    by_campaign: dict[str, list[Worked]] = defaultdict(list)
    for one in worked:
        if one.campaign_id is not None:
            by_campaign[one.campaign_id].append(one)
    waiting = {one.campaign_id: one for one in stock if one.campaign_id is not None}
    found = []
    for campaign_id in sorted(by_campaign.keys() | waiting.keys()):
        kept = waiting.get(campaign_id)
        found.append(
            CampaignSupply(
                campaign_id=campaign_id,
                in_stock=kept.leads if kept else 0,
                oldest=kept.oldest if kept else None,
                interested_per_hour=_rate_of(by_campaign.get(campaign_id, []), overall),
            )
        )
    return found


def caller_rates(worked: Iterable[Worked], overall: Rate) -> list[CallerRate]:
    """Hours and rate of everybody who called, by id."""
    by_caller: dict[str, list[Worked]] = defaultdict(list)
    for one in worked:
        by_caller[one.caller].append(one)
    return [
        CallerRate(caller=caller, hours=round(hours_of(own), 2), interested_per_hour=_rate_of(own, overall))
        for caller, own in sorted(by_caller.items())
    ]


def _rate_of(own: Sequence[Worked], overall: Rate) -> HourlyRate:
    return HourlyRate.of_rate(rate_under(overall, sum(one.found for one in own), hours_of(own)))
