"""Managers see their own and their team's deals, supervisors all: the one rule, asked by everything that shows a deal.

What somebody may not see is not there for them: lists and counts leave it out, and its addresses answer 404.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.errors import NotFound
from services.conversion.domain.deals import Deal
from services.conversion.repository import deals, teams

_SUPERVISOR = "supervisor"


async def whose_deals(conn: Connection, who: Principal) -> list[str] | None:
    """The people whose deals somebody may see; none means everybody's."""
    if who.role == _SUPERVISOR or who.is_ops:
        return None
    return await teams.mates(conn, who.person)


async def check_seen_by(conn: Connection, deal: Deal, who: Principal) -> None:
    """Raise NotFound unless this person may see the deal; whoever comes to a meeting of it may, from any team."""
    if deal.owner == who.person:
        return
    people = await whose_deals(conn, who)
    if people is None or await teams.is_seen(conn, deal.id, people):
        return
    if not await teams.comes_to_meeting(conn, deal.id, who.person):
        raise NotFound("there is no such deal")


async def deal_seen(conn: Connection, deal_id: str, who: Principal, *, lock: bool = False) -> Deal:
    """One deal, if this person may see it. Raises NotFound."""
    deal = await deals.get(conn, deal_id, lock=lock)
    await check_seen_by(conn, deal, who)
    return deal


async def check_sees_manager(conn: Connection, who: Principal, manager: str) -> None:
    """Raise NotFound unless a manager's deals are among those that this person may see."""
    people = await whose_deals(conn, who)
    if people is not None and manager not in people:
        raise NotFound(f"there is no manager {manager}")


def hears(pool: Pool, who: Principal) -> Callable[[Mapping[str, Any]], Awaitable[bool]] | None:
    """Which of the tier's events somebody is told: of deals that they may see, and of what was or is their own."""
    if who.role == _SUPERVISOR or who.is_ops:
        return None

    async def told(event: Mapping[str, Any]) -> bool:
        if who.person in (event.get("assignee"), event.get("manager"), event.get("was")):
            return True
        deal_id, lead_id = event.get("deal_id"), event.get("lead_id")
        if deal_id is None and lead_id is None:
            return True
        async with pool.acquire() as conn:
            people = await whose_deals(conn, who)
            if people is None:
                return True
            if deal_id is not None:
                return await teams.is_seen(conn, deal_id, people)
            return lead_id is not None and await teams.lead_is_seen(conn, lead_id, people)

    return told
