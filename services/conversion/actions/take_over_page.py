"""Reading the page on which a manager's deals are handed on: who would get what, and what was handed on lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from services.chassis.db import Connection
from services.chassis.listed import person_named
from services.conversion.actions.deal_board import colleagues
from services.conversion.actions.deals import now
from services.conversion.actions.take_over import AT_ONCE, plan_take_over
from services.conversion.actions.team import receivers
from services.conversion.domain.deals import Deal
from services.conversion.domain.managers import Manager
from services.conversion.domain.take_over import HandedLately, Preview
from services.conversion.repository import deals, managers
from services.conversion.repository import take_over as rows
from services.conversion.schemas.reassignment import TakeOver

CHOSEN = 100
"""Deals among which somebody can choose; of more, all go."""
GOES_ALONG = ("inbound", "mail", "playbook", "reply")
_LATELY = timedelta(hours=24)
_MOST_LATELY = 20


@dataclass(frozen=True)
class HandOn:
    """The page: who leaves, who may receive (id to name), what would go, and what went in the last day."""

    leaving: Manager
    receivers: Mapping[str, str]
    to: str
    names: Mapping[str, str]
    preview: Preview
    lately: Sequence[HandedLately]
    handed_lately: int


async def read_hand_on(conn: Connection, manager: str, to: str, chosen: Sequence[str] | None) -> HandOn:
    """What the page shows; `to` is an id or a name. Raises NotFound, Invalid on `to`."""
    others = {id_: name for id_, name in (await receivers(conn)).items() if id_ != manager}
    to = person_named(others, to, "to")
    lately, handed = await _handed(conn, manager)
    return HandOn(
        leaving=await managers.get(conn, manager),
        receivers=others,
        to=to,
        names=await colleagues(conn),
        preview=await read_preview(
            conn, manager, TakeOver(reason="-", to=to or None, deals=list(chosen or ()) or None)
        ),
        lately=lately,
        handed_lately=handed,
    )


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


async def _handed(conn: Connection, manager: str) -> tuple[Sequence[HandedLately], int]:
    """What colleagues have taken over from a manager in the last day: the latest twenty, and how many in all."""
    since = now() - _LATELY
    found = await rows.handed_lately(conn, manager, since, _MOST_LATELY)
    return found, len(found) if len(found) < _MOST_LATELY else await rows.count_handed(conn, manager, since)
