"""Supply, put together from records and rules: will tier 2 run dry before the callers' next shift?"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from services.chassis.db import Connection
from services.lead_gen.domain.alarms import due_alarms
from services.lead_gen.domain.gamma_poisson import overall_rate
from services.lead_gen.domain.policy import HOME_ZONE, Policy
from services.lead_gen.domain.supply import HourlyRate, Supply, caller_rates, campaign_supply, forecast, hours_of
from services.lead_gen.domain.window import open_hours
from services.lead_gen.repository import alarms, supply
from services.lead_gen.repository.policies import policies

LEARNED = timedelta(days=14)
# With nobody planned, the forecast looks to the same hour of tomorrow.
UNPLANNED = timedelta(days=1)
# The longest look ahead: beyond it nothing that is in stock today matters.
FARTHEST = timedelta(days=7)


async def supply_now(conn: Connection) -> Supply:
    """Stock, rates, forecast and the alarm of this moment."""
    policy = await policies.rules(conn)
    now = datetime.now(UTC)
    stock, worked = await supply.stock(conn), await supply.worked(conn)
    shifts = await supply.planned_hours(conn, now + FARTHEST)
    in_stock = sum(one.leads for one in stock)
    rate = overall_rate(sum(one.found for one in worked), hours_of(worked))
    ahead = forecast(
        now=now,
        until=min(shifts.next_shift or now + UNPLANNED, now + FARTHEST),
        stock=in_stock,
        rate=rate,
        calling_hours=shifts.hours_left,
        taken_per_hour=await _taken_per_hour(conn, policy, now),
        open_hours=lambda start, end: open_hours(policy, HOME_ZONE, start, end),
    )
    ringing = await alarms.ringing(conn)
    found = due_alarms(stock=in_stock, stock_limit=policy.stock_limit, runs_dry=ahead.runs_dry, ringing=ringing)
    return Supply(
        in_stock=in_stock,
        interested_per_hour=HourlyRate.of_rate(rate),
        capacity=math.ceil(ahead.demand),
        hours_of_work=hours_of(worked),
        alarm=next(iter(found), None),
        next_shift=shifts.next_shift,
        forecast=ahead.rounded(),
        campaigns=campaign_supply(stock, worked, rate),
        callers=caller_rates(worked, rate),
    )


async def _taken_per_hour(conn: Connection, policy: Policy, now: datetime) -> float:
    """How many leads the managers take in a working hour: set by the policy, or learned from the last two weeks."""
    if policy.managers_per_hour is not None:
        return policy.managers_per_hour
    hours = open_hours(policy, HOME_ZONE, now - LEARNED, now)
    return await supply.taken(conn, now - LEARNED) / hours if hours else 0.0
