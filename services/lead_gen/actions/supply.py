"""Supply, put together from records and rules: will tier 2 run dry before the callers' next shift?"""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from services.chassis import work_items
from services.chassis.db import Connection
from services.lead_gen.actions.lately import work_of_the_month
from services.lead_gen.domain.alarms import due_alarms
from services.lead_gen.domain.gamma_poisson import overall_rate
from services.lead_gen.domain.pace import open_time
from services.lead_gen.domain.policy import HOME_ZONE, Policy
from services.lead_gen.domain.supply import (
    HourlyRate,
    Situation,
    Stock,
    Supply,
    Worked,
    caller_rates,
    campaign_supply,
    hours_of,
)
from services.lead_gen.domain.window import open_hours
from services.lead_gen.repository import alarms, campaigns, supply
from services.lead_gen.repository.policies import policies

LEARNED = timedelta(days=14)
# With nobody planned, the forecast looks to the same hour of tomorrow.
UNPLANNED = timedelta(days=1)
# The longest look ahead: beyond it nothing that is in stock today matters.
FARTHEST = timedelta(days=7)


async def supply_now(conn: Connection) -> Supply:
    """Stock, rates, forecast and the alarm of this moment."""
    return (await supply_and_situation(conn))[0]


async def supply_and_situation(conn: Connection) -> tuple[Supply, Situation]:
    """The same, with what its forecast was made from: for those who ask what would change it."""
    policy = await policies.rules(conn)
    now = datetime.now(UTC)
    stock, worked = await supply.stock(conn), await work_of_the_month(conn, now)
    shift = await supply.next_shift(conn)
    until = min(shift or now + UNPLANNED, now + FARTHEST)
    situation = Situation(
        now=now,
        until=until,
        stock=sum(one.leads for one in stock),
        rate=overall_rate(sum(one.found for one in worked), hours_of(worked)),
        calling_hours=await calling_hours(conn, policy, now, until, await calling_zones(conn)),
        taken_per_hour=await _taken_per_hour(conn, policy, now),
        open_hours=lambda start, end: open_hours(policy, HOME_ZONE, start, end),
    )
    return await _supply(conn, policy, situation, shift, stock, worked), situation


async def _supply(
    conn: Connection, policy: Policy, known: Situation, shift: datetime | None, stock: list[Stock], worked: list[Worked]
) -> Supply:
    ahead, ringing = known.ahead(), await alarms.ringing(conn)
    found = due_alarms(stock=known.stock, stock_limit=policy.stock_limit, runs_dry=ahead.runs_dry, ringing=ringing)
    return Supply(
        in_stock=known.stock,
        interested_per_hour=HourlyRate.of_rate(known.rate),
        capacity=math.ceil(ahead.demand),
        hours_of_work=round(hours_of(worked), 2),
        alarm=next(iter(found), None),
        next_shift=shift,
        forecast=ahead.rounded(),
        campaigns=campaign_supply(stock, worked, known.rate),
        callers=caller_rates(worked, known.rate),
    )


async def calling_zones(conn: Connection) -> set[str]:
    """The time zones of the calls that are open in campaigns that run."""
    running = set(await campaigns.running_ids(conn, None))
    groups = [group.split("|") for group in await work_items.open_groups(conn, "call")]
    return {parts[1] for parts in groups if len(parts) > 1 and parts[0] in running}


async def calling_hours(
    conn: Connection, policy: Policy, now: datetime, until: datetime, zones: Collection[str]
) -> float:
    """Hours that callers signed on still have until then, as far as anybody in these zones may be called in them."""
    return sum(open_time(policy, zones, now, min(ends, until)) for ends in await supply.ends_of_shifts(conn))


async def _taken_per_hour(conn: Connection, policy: Policy, now: datetime) -> float:
    """How many leads the managers take in a working hour: set by the policy, or learned from the last two weeks."""
    if policy.managers_per_hour is not None:
        return policy.managers_per_hour
    hours = open_hours(policy, HOME_ZONE, now - LEARNED, now)
    return await supply.taken(conn, now - LEARNED) / hours if hours else 0.0
