"""Supply, put together from records and rules; and the watch that rings when tier 2 will run dry or drown."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.supply import Rate, alarms, forecast, house_rate, rate_under
from services.lead_gen.domain.window import open_hours
from services.lead_gen.repository import supply
from services.lead_gen.repository.policies import policies
from services.lead_gen.repository.supply import Stock, Worked
from services.lead_gen.schemas.supply import (
    CallerRate,
    CampaignSupply,
    ForecastView,
    RateView,
    SupplyView,
)

# Tier 2 works by the house's hours; its zone is the house's.
ZONE = "Europe/Kyiv"
LEARNED = timedelta(days=14)
# With nobody planned, the forecast looks to the same hour of tomorrow.
UNPLANNED = timedelta(days=1)
# The longest look ahead: beyond it nothing that is in stock today matters.
FARTHEST = timedelta(days=7)


async def look(conn: Connection) -> SupplyView:
    """Stock, rates, forecast and the alarm of this moment."""
    policy = await policies.rules(conn)
    now = datetime.now(UTC)
    stock, worked = await supply.stock(conn), await supply.worked(conn)
    shifts = await supply.shifts(conn, now + FARTHEST)
    until = min(shifts.next_shift or now + UNPLANNED, now + FARTHEST)
    taken_per_hour = await _taken_per_hour(conn, policy, now)
    in_stock = sum(one.leads for one in stock)
    rate = house_rate(sum(one.found for one in worked), _hours(worked))
    ahead = forecast(
        now=now,
        until=until,
        stock=in_stock,
        rate=rate,
        calling_hours=shifts.hours_left,
        taken_per_hour=taken_per_hour,
        open_hours=lambda start, end: open_hours(policy, ZONE, start, end),
    )
    ringing = await supply.ringing(conn)
    found = alarms(stock=in_stock, stock_limit=policy.stock_limit, runs_dry=ahead.runs_dry, ringing=ringing)
    return SupplyView(
        in_stock=in_stock,
        interested_per_hour=_view(rate),
        capacity=math.ceil(ahead.demand),
        hours_of_work=_hours(worked),
        alarm=next(iter(found), None),
        next_shift=shifts.next_shift,
        forecast=ForecastView(
            until=until,
            calling_hours=round(shifts.hours_left, 2),
            expected=round(ahead.expected, 1),
            low=round(ahead.low, 1),
            high=round(ahead.high, 1),
            demand=round(ahead.demand, 1),
            runs_dry=round(ahead.runs_dry, 3),
            runs_dry_at=ahead.runs_dry_at,
        ),
        campaigns=_campaigns(stock, worked, rate),
        callers=_callers(worked, rate),
    )


async def _taken_per_hour(conn: Connection, policy: Policy, now: datetime) -> float:
    """What the managers take in a working hour: told by the policy, or learned from two weeks."""
    if policy.managers_per_hour is not None:
        return policy.managers_per_hour
    hours = open_hours(policy, ZONE, now - LEARNED, now)
    return await supply.taken(conn, now - LEARNED) / hours if hours else 0.0


def _hours(worked: Iterable[Worked]) -> float:
    return float(len({(one.caller, one.hour) for one in worked}))


def _view(rate: Rate) -> RateView:
    return RateView(mean=round(rate.mean, 3), low=round(rate.low, 3), high=round(rate.high, 3))


def _campaigns(stock: list[Stock], worked: list[Worked], house: Rate) -> list[CampaignSupply]:
    by_campaign: dict[str, list[Worked]] = defaultdict(list)
    for one in worked:
        if one.campaign_id is not None:
            by_campaign[one.campaign_id].append(one)
    waiting = {one.campaign_id: one for one in stock if one.campaign_id is not None}
    found = []
    for campaign_id in sorted(by_campaign.keys() | waiting.keys()):
        own, kept = by_campaign.get(campaign_id, []), waiting.get(campaign_id)
        rate = rate_under(house, sum(one.found for one in own), _hours(own))
        found.append(
            CampaignSupply(
                campaign_id=campaign_id,
                in_stock=kept.leads if kept else 0,
                oldest=kept.oldest if kept else None,
                interested_per_hour=_view(rate),
            )
        )
    return found


def _callers(worked: list[Worked], house: Rate) -> list[CallerRate]:
    by_caller: dict[str, list[Worked]] = defaultdict(list)
    for one in worked:
        by_caller[one.caller].append(one)
    return [
        CallerRate(
            caller=caller,
            hours=_hours(own),
            interested_per_hour=_view(rate_under(house, sum(one.found for one in own), _hours(own))),
        )
        for caller, own in sorted(by_caller.items())
    ]


async def watch_supply(pool: Pool) -> None:
    """A sweep: alarms begin and end, and everybody who listens hears it."""
    async with pool.acquire() as conn, conn.transaction():
        now = await look(conn)
        facts = {
            "in_stock": now.in_stock,
            "demand": now.forecast.demand,
            "expected": now.forecast.expected,
            "runs_dry": now.forecast.runs_dry,
            "until": now.forecast.until.isoformat(),
        }
        for kind in ("drought", "glut"):
            if now.alarm == kind and await supply.begin_alarm(conn, kind, facts):
                await publish(conn, "supply_alarm", alarm=kind, state="begun")
            elif now.alarm != kind and await supply.end_alarm(conn, kind):
                await publish(conn, "supply_alarm", alarm=kind, state="ended")
