"""Reading the page on which a manager's deals are handed on: who would get what, and what was handed on lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.chassis.db import Connection
from services.conversion.actions.deals import now
from services.conversion.actions.take_over import AT_ONCE, plan_take_over
from services.conversion.domain.take_over import HandedLately, Preview
from services.conversion.repository import deals
from services.conversion.repository import take_over as rows
from services.conversion.schemas.reassignment import TakeOver

CHOSEN = 100
"""Deals among which somebody can choose; of more, all go."""
GOES_ALONG = ("inbound", "mail", "playbook", "reply")
_LATELY = timedelta(hours=24)
_MOST_LATELY = 100


async def read_preview(conn: Connection, manager: str, asked: TakeOver) -> Preview:
    """What a take-over would do now. Raises NotFound, Invalid on `to`."""
    plan = await plan_take_over(conn, manager, asked)
    chosen = {handed.deal.id for handed in plan.items}
    stays = []
    if asked.deals is not None:
        stays = [deal for deal in await deals.of_owner(conn, manager, CHOSEN) if deal.id not in chosen]
    going = [handed.deal for handed in plan.items if handed.manager is not None]
    return Preview(
        handed=plan.items,
        stays=stays,
        worth=await rows.worths(conn, [*chosen, *(deal.id for deal in stays)]),
        work=await rows.open_work(conn, [deal.lead_id for deal in going], GOES_ALONG),
        offers_back=await rows.open_offers(conn, manager) if asked.deals is None else 0,
        cut=len(plan.items) == AT_ONCE,
    )


async def read_handed(conn: Connection, manager: str) -> Sequence[HandedLately]:
    """What colleagues have taken over from a manager in the last day, at most a hundred."""
    return await rows.handed_lately(conn, manager, now() - _LATELY, _MOST_LATELY)
