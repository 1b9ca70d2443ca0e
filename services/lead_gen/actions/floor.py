"""The floor, put together for a supervisor; looking changes nothing."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.lead_gen.actions.late_callbacks import GRACE
from services.lead_gen.actions.lately import talks_of_the_month
from services.lead_gen.actions.pace import look_at, read_house
from services.lead_gen.actions.remedies import chances_now
from services.lead_gen.actions.supply import supply_and_situation
from services.lead_gen.domain.floor import CampaignOnFloor, Floor, OnFloor, Outlook, Today, outlook
from services.lead_gen.domain.policy import HOME_ZONE, Policy
from services.lead_gen.domain.remedies import remedies
from services.lead_gen.domain.reports import Period
from services.lead_gen.domain.supply import Supply, hours_of
from services.lead_gen.domain.waiting import Waiting, why_nothing
from services.lead_gen.domain.window import open_spans
from services.lead_gen.repository import callers, calls, campaigns, floor, hours
from services.lead_gen.repository.policies import policies

COMING = timedelta(hours=12)
# Whoever waits is told why, as far as a page can tell: each reason counts the calls that are open.
MOST_REASONS, MOST_LOOKS, MOST_CAMPAIGNS = 5, 10, 30


async def read_floor(conn: Connection, now: datetime) -> Floor:
    """Everything of this moment."""
    policy, here = await policies.rules(conn), await floor.people(conn)
    supply, situation = await supply_and_situation(conn)
    coming, late = await floor.coming(conn, COMING), await floor.late(conn, GRACE)
    shown = await campaigns_now(conn, policy, supply.in_stock, now)
    chances = await chances_now(conn, policy, situation, here, coming, shown, late) if supply.alarm else None
    return Floor(
        now=now,
        people=here,
        coming=coming,
        gone=await floor.gone(conn, _midnight(now)),
        today=await _today(conn, now),
        waiting=await _reasons(conn, here, policy, now),
        late=late,
        campaigns=shown,
        imports=await floor.imports(conn),
        supply=supply,
        outlook=_outlook(supply, policy, now),
        remedies=remedies(supply.alarm, situation, chances, policy.stock_limit) if chances else [],
    )


def _midnight(now: datetime) -> datetime:
    """When today began in the house."""
    zone = ZoneInfo(HOME_ZONE)
    return datetime.combine(now.astimezone(zone).date(), time(0), tzinfo=zone)


async def _today(conn: Connection, now: datetime) -> Today:
    midnight = _midnight(now)
    made, contacts, interested = await floor.counted_since(conn, midnight)
    worked = hours_of(await hours.worked(conn, Period(midnight, None)))
    return Today(calls=made, contacts=contacts, interested=interested, hours=worked)


async def _reasons(conn: Connection, here: list[OnFloor], policy: Policy, now: datetime) -> dict[str, Waiting]:
    """Why those who wait have no lead, by caller."""
    idle = [one.caller for one in here if one.doing(now)[0] == "waiting"][:MOST_REASONS]
    running = await campaigns.running_ids(conn, None) if idle else []
    return {
        caller: why_nothing(
            await calls.waiting(conn, caller),
            running=running,
            standing=await callers.standing(conn, caller),
            policy=policy,
            now=now,
        )
        for caller in idle
    }


async def campaigns_now(
    conn: Connection, policy: Policy, stock: int, now: datetime, *, only: str | None = None
) -> list[CampaignOnFloor]:
    """Campaigns with their pace, and of those that run what holds them up; `only`: this one alone."""
    shown = await floor.campaigns(conn, limit=1 if only else MOST_CAMPAIGNS, only=only)
    talks = await talks_of_the_month(conn, now)
    looked = [one for one in await campaigns.running(conn) if only in (None, one.id)][:MOST_LOOKS]
    running = {one.id: one for one in looked}
    house = await read_house(conn, policy) if running else None
    found: list[CampaignOnFloor] = []
    for one in shown:
        known: dict[str, Any] = talks[one.id].model_dump(include={"talks", "interested"}) if one.id in talks else {}
        if house and one.id in running:
            known["obstacle"] = (await look_at(conn, running[one.id], stock, house)).obstacle(one.in_work, [])
        found.append(one.model_copy(update=known))
    return found


def _outlook(supply: Supply, policy: Policy, now: datetime) -> Outlook:
    ahead = supply.forecast
    return outlook(
        list(open_spans(policy, HOME_ZONE, now, ahead.until)),
        stock=supply.in_stock,
        low=ahead.low,
        likely=ahead.expected,
        high=ahead.high,
        calling_hours=ahead.calling_hours,
        demand=ahead.demand,
    )
