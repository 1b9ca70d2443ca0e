"""Portfolio: who has what, for the supervisor of account management; and customers at risk with what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from services.account_mgmt.actions.aged_debts import read_open_money
from services.account_mgmt.actions.assignment import assign_customer
from services.account_mgmt.actions.at_risk import keep, let_go, nudge_now, read_at_risk
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.first_steps import read_first_steps, read_optional_steps
from services.account_mgmt.actions.portfolios import read_portfolios
from services.account_mgmt.desk.cursors import place_of, read_amount
from services.account_mgmt.desk.places import AT_RISK, SUPERVISOR
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.first_steps import next_step
from services.chassis.http import Conn, Id, Who
from services.chassis.listed import Part, Sought
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.chassis.web.site import words_for

router: APIRouter = page_router("/desk/portfolio")
Text = Annotated[str, Query(max_length=100)]
Asked = Annotated[Sought, Depends()]
_FIRST, _AT_ONCE = 5, 25


class HandOverForm(BaseModel):
    """Who looks after them from now on."""

    model_config = ConfigDict(extra="ignore")

    to: str


@router.get("", dependencies=SUPERVISOR)
async def portfolio(request: Request, conn: Conn, who: Who, sought: Asked) -> Response:
    """Everybody's portfolio."""
    steps = await read_first_steps(conn)
    more = {"steps": steps, "next": next_step(steps), "optional": await read_optional_steps(conn)}
    return await _everybody(request, conn, who, "portfolio.j2", sought, **more)


@router.get("/parts", dependencies=SUPERVISOR)
async def parts(request: Request, conn: Conn, who: Who, sought: Asked) -> Response:
    """What changes by itself."""
    return await _everybody(request, conn, who, "portfolio_live.j2", sought)


async def _everybody(
    request: Request, conn: Connection, who: Principal, template: str, sought: Sought, **more: Any
) -> Response:
    now = datetime.now(UTC)
    found = await read_portfolios(conn, now)
    shown = {"found": found, "risks": await read_at_risk(conn, limit=_FIRST)} | more
    shown["part"] = Part.of(sought.among(found.people, lambda one: one.name), sought.page)
    shown["sought"], shown["aged"] = sought, await read_open_money(conn)
    return web_of(request).pages.answer(request, template, **shown, bar=await read_bar(conn, who, now), live=True)


@router.get("/at-risk", dependencies=SUPERVISOR)
async def at_risk(request: Request, conn: Conn, who: Who, owner: Text = "", after: Text = "") -> Response:
    """Customers at risk, the most valuable first."""
    return await _at_risk(request, conn, who, owner, after)


async def _at_risk(request: Request, conn: Connection, who: Principal, owner: str, after: str = "") -> Response:
    found = await read_at_risk(conn, owner, limit=_AT_ONCE, after=read_amount(after))
    shown: dict[str, Any] = {
        "found": found,
        "owner": owner,
        "more": place_of(found.next),
        "acts": who.role == "supervisor",
    }
    bar = await read_bar(conn, who, datetime.now(UTC))
    return web_of(request).pages.answer(request, "at_risk.j2", **shown, bar=bar, live=True)


async def _after(request: Request, conn: Connection, who: Principal, owner: str, said: str) -> Response:
    place = f"{AT_RISK}?owner={owner}" if owner else AT_RISK
    return await web_of(request).after(request, place, partial(_at_risk, request, conn, who, owner), said=said)


@router.post("/at-risk/{customer_id}/remind", dependencies=SUPERVISOR)
async def remind(request: Request, conn: Conn, who: Who, customer_id: Id, owner: Text = "") -> Response:
    """Their next reminder falls due at once."""
    at = await nudge_now(conn, who, customer_id)
    return await _after(request, conn, who, owner, _when(words_for(request), request, at))


def _when(_: Callable[[str], str], request: Request, at: datetime) -> str:
    fmt = Reader.of(request).formats(datetime.now(UTC))
    if at <= fmt.now:
        return _("Their account manager is reminded of them in a moment.")
    return _("Their account manager is reminded of them %(at)s, when they may be called.") % {"at": fmt.absolute(at)}


@router.post("/at-risk/{customer_id}/keep", dependencies=SUPERVISOR)
async def stays(request: Request, conn: Conn, who: Who, customer_id: Id, owner: Text = "") -> Response:
    """What put them at risk is settled."""
    await keep(conn, who, customer_id)
    return await _after(request, conn, who, owner, words_for(request)("They are no longer at risk."))


@router.post("/at-risk/{customer_id}/win-back", dependencies=SUPERVISOR)
async def win_back(request: Request, conn: Conn, who: Who, customer_id: Id, owner: Text = "") -> Response:
    """They have left; tier 2 gets them as a warm lead."""
    await let_go(conn, who, customer_id)
    return await _after(request, conn, who, owner, words_for(request)("They go to conversion, to be won back."))


@router.post("/at-risk/{customer_id}/hand-over", dependencies=SUPERVISOR)
async def hand_over(
    request: Request, conn: Conn, who: Who, customer_id: Id, form: Annotated[HandOverForm, Form()], owner: Text = ""
) -> Response:
    """Somebody else looks after them; open work goes along."""
    await assign_customer(conn, customer_id, form.to, who.person)
    said = words_for(request)("They have another account manager now; open work went along.")
    return await _after(request, conn, who, owner, said)
