"""One act on several leads: shown for each, done for each, and what was refused stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.chassis.errors import DomainError
from services.chassis.lateness import ActName
from services.ops.actions.acts import act
from services.ops.actions.stories import Reached, read_parts
from services.ops.domain.acts import Outcome
from services.ops.domain.story import holder
from services.ops.tiers import Order

MOST = 50
_AT_ONCE = 4


async def act_on_all(sources: Reached, leads: Sequence[str], order: Order, key: str | None = None) -> list[Outcome]:
    """Do it to each lead, or show what it would change. The same key does it once for each of them."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(lead_id: str) -> Outcome:
        async with gate:
            return await _outcome(sources, lead_id, order, f"{key}:{lead_id}" if key else None)

    return list(await asyncio.gather(*(one(lead_id) for lead_id in leads[:MOST])))


async def _outcome(sources: Reached, lead_id: str, order: Order, key: str | None) -> Outcome:
    company, tier = "", ""
    try:
        has_it = holder(await read_parts(sources, lead_id))
        company, tier = has_it.company, has_it.tier
        done = await act(sources, lead_id, order, key)
    except DomainError as refused:
        return Outcome(lead_id=lead_id, company=company, tier=tier, refused=refused.message)
    return Outcome(lead_id=lead_id, company=company, tier=tier, changes=done.changes)


def order_of(act_name: ActName, reason: str, to: str | None, *, dry_run: bool) -> Order:
    """The act as tiers are asked for it."""
    return Order(act=act_name, reason=reason, to=to if act_name == "reassign" else None, dry_run=dry_run)
