"""The desk as a whole, which every act on it answers with: today's list, one customer's card, the order beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from services.account_mgmt.actions.customer_desk import read_customer, repeat_of
from services.account_mgmt.actions.day import read_bar, read_today
from services.account_mgmt.actions.nudge_undo import undoable_answer
from services.account_mgmt.desk.places import HERE, customer_path
from services.account_mgmt.desk.rhythm import rhythm_of
from services.account_mgmt.desk.right import right_column
from services.account_mgmt.domain.later import later_choices
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.said import TakenDown
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.door import web_of
from services.chassis.web.formats import zone_of
from services.chassis.web.pages import Reader

_NOBODY: Final[dict[str, Any]] = {"desk": None, "card": None, "item_id": None}
_NOTHING: Final[dict[str, Any]] = {"say": None, "all": False, "told": None, "live": True}


async def desk_page(
    request: Request, conn: Connection, who: Principal, customer_id: str | None = None, **shown: Any
) -> Response:
    """The desk with this customer's card, or the first of today's; `shown` are further things for the templates."""
    now = datetime.now(UTC)
    today = await read_today(conn, who, now)
    chosen = customer_id or today.first()
    context: dict[str, Any] = {
        "bar": await read_bar(conn, who, now),
        "today": today,
        "chosen": chosen,
        "then": today.after(chosen),
    }
    context["undo"] = await undoable_answer(conn, who)
    of_one = await _of_customer(request, conn, who, chosen, today.policy, now) if chosen else _NOBODY
    return web_of(request).pages.answer(request, "account_desk.j2", **{**_NOTHING, **context, **of_one, **shown})


async def _of_customer(
    request: Request, conn: Connection, who: Principal, customer_id: str, policy: Policy, now: datetime
) -> dict[str, Any]:
    desk = await read_customer(conn, who, customer_id)
    zone = desk.card.who["timezone"]
    return {
        "desk": desk,
        "card": desk.card,
        "item_id": desk.nudge and desk.nudge.id,
        "zone": zone_of(zone),
        "rhythm": rhythm_of(desk, Reader.of(request).formats(now)),
        "repeated": repeat_of(desk.facts),
        "later": later_choices(policy, now, zone),
        "days": lambda days: timedelta(days=days),
        **await right_column(conn, who, customer_id),
    }


async def go_on(
    request: Request,
    conn: Connection,
    who: Principal,
    *,
    stay: str | None = None,
    then: str = "",
    told: TakenDown | None = None,
    said: str | None = None,
) -> Response:
    """The answer to a change: the desk, with the customer to stay with, or with whom to go on."""
    chosen = stay or await next_customer(conn, who, then)
    place = customer_path(chosen) if chosen else HERE
    show = partial(desk_page, request, conn, who, chosen, told=told)
    return await web_of(request).after(request, place, show, said=said)


async def next_customer(conn: Connection, who: Principal, then: str) -> str | None:
    """The customer to go on with: the one named, if they are still on the list, or its first."""
    today = await read_today(conn, who, datetime.now(UTC))
    return then if today.holds(then) else today.first()
