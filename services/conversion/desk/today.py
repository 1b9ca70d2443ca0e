"""The day's list: what is due, done in place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.conversion.actions.deal_board import colleagues, read_today
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.reminders import finish_reminder
from services.conversion.actions.today import decide_discount, playbook_step_done, step_done
from services.conversion.desk.board import STAFF
from services.conversion.desk.forms import DecisionForm, NextForm
from services.conversion.desk.parts import acted
from services.conversion.domain.today import LATER

router: APIRouter = page_router()


@router.get("/board/today", dependencies=STAFF)
async def today(request: Request, conn: Conn, who: Who) -> Response:
    """The day's list, as a part of the page."""
    return await _shown(request, conn, who)


async def _shown(request: Request, conn: Connection, who: Principal) -> Response:
    found = await read_today(conn, who)
    bar, names = await desk_bar(conn, who), await colleagues(conn)
    return web_of(request).pages.answer(request, "_today.j2", today=found, later=LATER, bar=bar, names=names)


@router.post("/today/{deal_id}/next", dependencies=STAFF)
async def next_step(request: Request, conn: Conn, who: Who, deal_id: Id, form: Annotated[NextForm, Form()]) -> Response:
    """The step is done, and this comes next; a time is written on the reader's own clock."""
    zone = Reader.of(request).formats().zone
    return await acted(
        request,
        lambda: step_done(conn, deal_id, who, form.what, form.when, form.moment(zone)),
        lambda: _shown(request, conn, who),
    )


@router.post("/today/{deal_id}/playbook/{number}", dependencies=STAFF)
async def playbook_step(request: Request, conn: Conn, who: Who, deal_id: Id, number: int) -> Response:
    """The playbook's step is done."""
    return await acted(
        request,
        lambda: playbook_step_done(conn, deal_id, who, number),
        lambda: _shown(request, conn, who),
    )


@router.post("/today/items/{item_id}/done", dependencies=STAFF)
async def item_done(request: Request, conn: Conn, who: Who, item_id: Id) -> Response:
    """Somebody has looked at it."""
    return await acted(request, lambda: finish_reminder(conn, item_id, who), lambda: _shown(request, conn, who))


@router.post("/today/offers/{offer_id}", dependencies=[allow("supervisor")])
async def discount(
    request: Request, conn: Conn, who: Who, offer_id: Id, form: Annotated[DecisionForm, Form()]
) -> Response:
    """A supervisor approves a discount, or refuses it with a word why."""
    return await acted(
        request,
        lambda: decide_discount(conn, offer_id, who, approve=form.approve, why=form.why),
        lambda: _shown(request, conn, who),
    )
