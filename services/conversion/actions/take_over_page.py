"""Reading the page on which a manager's deals are handed on: who would get what, and what was handed on lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from services.chassis.db import Connection
from services.conversion.actions.deals import now
from services.conversion.actions.take_over import AT_ONCE, plan_take_over
from services.conversion.domain.deals import Deal
from services.conversion.domain.take_over import HandedLately, Preview
from services.conversion.repository import deals
from services.conversion.repository import take_over as rows
from services.conversion.schemas.reassignment import TakeOver

CHOSEN = 100
"""Deals among which somebody can choose; of more, all go."""
GOES_ALONG = ("inbound", "mail", "playbook", "reply")
_LATELY = timedelta(hours=24)
_MOST_LATELY = 20


async def read_preview(conn: Connection, manager: str, asked: TakeOver) -> Preview:
    """What a take-over would do now. Raises NotFound, Invalid on `to`."""
    plan = await plan_take_over(conn, manager, asked, in_short=True)
    chosen = {handed.deal.id for handed in plan.items}
    stays = []
    if asked.deals is not None:
        stays = [deal for deal in await deals.of_owner(conn, manager, CHOSEN) if deal.id not in chosen]
    going = [handed.deal for handed in plan.items if handed.manager is not None]
    return Preview(
        handed=plan.items,
        stays=stays,
        work=await rows.open_work(conn, [deal.lead_id for deal in going], GOES_ALONG),
        offers_back=await rows.open_offers(conn, manager) if asked.deals is None else 0,
        cut=len(plan.items) == AT_ONCE,
    )


async def read_worths(conn: Connection, shown: Sequence[Deal]) -> Mapping[str, tuple[Decimal, str]]:
    """What these deals are worth, as far as anybody knows."""
    return await rows.worths(conn, [deal.id for deal in shown])


async def read_handed(conn: Connection, manager: str) -> tuple[Sequence[HandedLately], int]:
    """What colleagues have taken over from a manager in the last day: the latest twenty, and how many in all."""
    since = now() - _LATELY
    found = await rows.handed_lately(conn, manager, since, _MOST_LATELY)
    return found, len(found) if len(found) < _MOST_LATELY else await rows.count_handed(conn, manager, since)
