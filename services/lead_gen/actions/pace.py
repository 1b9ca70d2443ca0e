"""One look at a campaign's pace: who calls in the next hours, what waits for them, and what they could take besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial

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
    """What every campaign's pace depends on alike: who calls, when, and how fast; calls per hour only with shifts.

    `reached` keeps what was found for campaigns that are as urgent and called by the same people: a page of many
    campaigns looks a few times.
    """

    policy: Policy
    now: datetime
    hands: list[Hand]
    planned: bool
    drought: bool
    zones: set[str]
    running: list[str]
    per_hour: float
    reached: dict[tuple[int, bool, tuple[str, ...]], Within] = field(default_factory=dict)

    @cached_property
    def capacities(self) -> list[int]:
        """How many calls each can make in the next hours."""
        open_between = partial(open_time, self.policy, self.zones)
        return capacities(self.hands, self.per_hour, self.now + SOON, open_between)

    @cached_property
    def open_zones(self) -> list[str] | None:
        """Where somebody may be called while they are here."""
        return open_zones(self.policy, self.hands, self.now + SOON)


async def read_house(conn: Connection, policy: Policy) -> House:
    """The house as it is now."""
    now = datetime.now(UTC)
    return House(
        policy=policy,
        now=now,
        hands=await supply.hands(conn, SOON),
        planned=await supply.is_planned(conn),
        drought="drought" in await alarms.ringing(conn),
        zones=await calling_zones(conn),
        running=await campaigns.running_ids(conn, None),
        per_hour=calls_per_hour(*await calling_of_the_week(conn, now)),
    )


async def look_at(conn: Connection, campaign: Campaign, stock: int, house: House) -> Look:
    """What limits a campaign now. `stock` interested leads wait for tier 2."""
    # Shifts say nothing of a campaign that none of those who plan them may call: whoever comes for it finds its leads.
    planned = house.planned and bool(_able(campaign, house.hands))
    within = await _within(conn, campaign, house) if planned else None
    return Look(
        policy=house.policy,
        stock=stock,
        within=within,
        drought=house.drought,
        reach=Reach(
            languages=_languages(campaign, house.hands) if within is None else within.languages,
            timezones=house.open_zones,
        ),
    )


def _languages(campaign: Campaign, hands: list[Hand]) -> list[str] | None:
    """What callers of this campaign speak; none where nobody has said who calls it."""
    able = _able(campaign, hands)
    return sorted({language for hand in able for language in hand.languages}) if able else None


def _able(campaign: Campaign, hands: list[Hand]) -> list[Hand]:
    return [hand for hand in hands if not hand.campaigns or campaign.id in hand.campaigns]


async def _within(conn: Connection, campaign: Campaign, house: House) -> Within:
    able = tuple(hand.caller for hand in _able(campaign, house.hands))
    alike = (campaign.priority, campaign.id in house.running, able)
    if alike not in house.reached:
        waiting = await supply.waiting_calls(conn, campaign.priority, house.hands[0].begins)
        house.reached[alike] = within_reach(
            campaign.id, house.hands, house.capacities, waiting, running=house.running, policy=house.policy
        )
    return house.reached[alike]
