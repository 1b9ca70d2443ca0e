"""Everything of one customer: the story, needs, people, and the calendar of contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import Request
from starlette.responses import Response

from services.account_mgmt.actions.calendar import read_cap, read_touches
from services.account_mgmt.actions.contract_pages import read_contracts
from services.account_mgmt.actions.customer_desk import read_customer
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.needs import read_needs
from services.account_mgmt.actions.story import read_story
from services.account_mgmt.desk.cursors import place_of
from services.account_mgmt.desk.month import bounds, first_of, month_of
from services.account_mgmt.desk.places import customer_path
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.door import web_of
from services.chassis.web.formats import zone_of
from services.chassis.web.pages import Reader


@dataclass(frozen=True)
class Asked:
    """Which part of the story, which month, and which form is open."""

    before: tuple[datetime, str] | None = None
    month: str | None = None
    add: str = ""


async def customer_page(
    request: Request, conn: Connection, who: Principal, customer_id: str, asked: Asked | None = None
) -> Response:
    """The page of one customer, as it was asked for."""
    asked, now = asked or Asked(), datetime.now(UTC)
    desk = await read_customer(conn, who, customer_id)
    story = await read_story(conn, customer_id, asked.before)
    context: dict[str, Any] = {"desk": desk, "card": desk.card, "chosen": customer_id, "add": asked.add, "story": story}
    context["is_newest"] = asked.before is None
    context["contracts"] = await read_contracts(conn, customer_id)
    context |= {"needs": await read_needs(conn, customer_id), "bar": await read_bar(conn, who, now)}
    context |= await _calendar(request, conn, customer_id, asked.month, now)
    more, zone = place_of(story.next), zone_of(desk.card.who["timezone"])
    return web_of(request).pages.answer(request, "customer.j2", **context, more=more, zone=zone, live=True)


async def _calendar(
    request: Request, conn: Connection, customer_id: str, month: str | None, now: datetime
) -> dict[str, Any]:
    zone = Reader.of(request).formats(now).zone
    today = now.astimezone(zone).date()
    first = first_of(month, today)
    touches = await read_touches(conn, customer_id, *bounds(first, zone))
    coming = [touch for touch in touches if touch.ahead][:5]
    return {"month": month_of(first, today, zone, touches), "coming": coming, "gap": await read_cap(conn)}


async def back_to(request: Request, conn: Connection, who: Principal, customer_id: str, said: str) -> Response:
    """The answer to a change on this page."""
    place = f"{customer_path(customer_id)}/story"
    return await web_of(request).after(
        request, place, partial(customer_page, request, conn, who, customer_id), said=said
    )
