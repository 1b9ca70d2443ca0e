"""One look at a campaign's pace: who calls in the next hours, what waits for them, and what they could take besides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from services.chassis.db import Connection
from services.lead_gen.actions.lately import calling_of_the_week
from services.lead_gen.actions.supply import calling_zones
from services.lead_gen.domain.campaigns import Campaign
from services.lead_gen.domain.pace import (
    Hand,
    Look,
    Reach,
    Within,
    calls_per_hour,
    capacities,
    open_time,
    open_zones,
    within_reach,
)
from services.lead_gen.domain.policy import Policy
from services.lead_gen.repository import alarms, campaigns, supply

# Leads are prepared for the shifts of the next hours.
SOON = timedelta(hours=4)


@dataclass(frozen=True)
class House:
    """What every campaign's pace depends on alike: who calls, when, and how fast; calls per hour only with shifts."""

    now: datetime
    hands: list[Hand]
    planned: bool
    drought: bool
    zones: set[str]
    running: list[str]
    per_hour: float


async def read_house(conn: Connection) -> House:
    """The house as it is now."""
    now = datetime.now(UTC)
    return House(
        now=now,
        hands=await supply.hands(conn, SOON),
        planned=await supply.is_planned(conn),
        drought="drought" in await alarms.ringing(conn),
        zones=await calling_zones(conn),
        running=await campaigns.running_ids(conn, None),
        per_hour=calls_per_hour(*await calling_of_the_week(conn, now)),
    )


async def look_at(conn: Connection, campaign: Campaign, policy: Policy, stock: int, house: House) -> Look:
    """What limits a campaign now. `stock` interested leads wait for tier 2."""
    # Shifts say nothing of a campaign that none of those who plan them may call: whoever comes for it finds its leads.
    planned = house.planned and bool(_able(campaign, house.hands))
    within = await _within(conn, campaign, policy, house) if planned else None
    return Look(
        policy=policy,
        stock=stock,
        within=within,
        drought=house.drought,
        reach=Reach(
            languages=_languages(campaign, house.hands) if within is None else within.languages,
            timezones=open_zones(policy, house.hands, house.now + SOON),
        ),
    )


def _languages(campaign: Campaign, hands: list[Hand]) -> list[str] | None:
    """What callers of this campaign speak; none where nobody has said who calls it."""
    able = _able(campaign, hands)
    return sorted({language for hand in able for language in hand.languages}) if able else None


def _able(campaign: Campaign, hands: list[Hand]) -> list[Hand]:
    return [hand for hand in hands if not hand.campaigns or campaign.id in hand.campaigns]


async def _within(conn: Connection, campaign: Campaign, policy: Policy, house: House) -> Within:
    hands = house.hands
    waiting = await supply.waiting_calls(conn, campaign.priority, hands[0].begins if hands else house.now)
    open_between = partial(open_time, policy, house.zones)
    return within_reach(
        campaign.id,
        hands,
        capacities(hands, house.per_hour, house.now + SOON, open_between),
        waiting,
        running=house.running,
        policy=policy,
    )
