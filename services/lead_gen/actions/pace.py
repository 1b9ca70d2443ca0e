"""One look at a campaign's pace: who calls in the next hours, what waits for them, and what they could take besides."""

from __future__ import annotations

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


async def look_at(conn: Connection, campaign: Campaign, policy: Policy, stock: int) -> Look:
    """What limits a campaign now. `stock` interested leads wait for tier 2."""
    now = datetime.now(UTC)
    hands = await supply.hands(conn, SOON)
    # Shifts say nothing of a campaign that none of those who plan them may call: whoever comes for it finds its leads.
    planned = bool(_able(campaign, hands)) and await supply.is_planned(conn)
    within = await _within(conn, campaign, policy, hands, now) if planned else None
    return Look(
        policy=policy,
        stock=stock,
        within=within,
        drought="drought" in await alarms.ringing(conn),
        reach=Reach(
            languages=_languages(campaign, hands) if within is None else within.languages,
            timezones=open_zones(policy, hands, now + SOON),
        ),
    )


def _languages(campaign: Campaign, hands: list[Hand]) -> list[str] | None:
    """What callers of this campaign speak; none where nobody has said who calls it."""
    able = _able(campaign, hands)
    return sorted({language for hand in able for language in hand.languages}) if able else None


def _able(campaign: Campaign, hands: list[Hand]) -> list[Hand]:
    return [hand for hand in hands if not hand.campaigns or campaign.id in hand.campaigns]


async def _within(conn: Connection, campaign: Campaign, policy: Policy, hands: list[Hand], now: datetime) -> Within:
    calls, worked = await calling_of_the_week(conn, now)
    waiting = await supply.waiting_calls(conn, campaign.priority, hands[0].begins if hands else now)
    open_between = partial(open_time, policy, await calling_zones(conn))
    per_hour = calls_per_hour(calls, worked)
    return within_reach(
        campaign.id,
        hands,
        capacities(hands, per_hour, now + SOON, open_between),
        waiting,
        running=await campaigns.running_ids(conn, None),
        policy=policy,
    )
