"""The day's list: what is due, done in place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.conversion.actions.answered_mails import dismiss_letter
from services.conversion.actions.reminders import finish_reminder
from services.conversion.actions.today import decide_discount, playbook_step_done, step_done
from services.conversion.desk.board import STAFF
from services.conversion.desk.forms import DecisionForm, NextForm
from services.conversion.desk.parts import View, show_today

router: APIRouter = page_router()


@router.get("/board/today", dependencies=STAFF)
async def today(request: Request, conn: Conn, who: Who) -> Response:
    """The day's list, as a part of the page."""
    return await show_today(request, conn, who)


async def _after(request: Request, conn: Connection, who: Principal) -> Response:
    return await web_of(request).after(request, View.of(request).place, lambda: show_today(request, conn, who))


@router.post("/today/{deal_id}/next", dependencies=STAFF)
async def next_step(request: Request, conn: Conn, who: Who, deal_id: Id, form: Annotated[NextForm, Form()]) -> Response:
    """The step is done, and this comes next; a time is written on the reader's own clock."""
    at = form.moment(Reader.of(request).formats().zone)
    await step_done(conn, deal_id, who, form.what, form.when, at)
    return await _after(request, conn, who)


@router.post("/today/{deal_id}/playbook/{number}", dependencies=STAFF)
async def playbook_step(
    request: Request, conn: Conn, who: Who, deal_id: Id, number: Annotated[int, Path(ge=1, le=1000)]
) -> Response:
    """The playbook's step is done."""
    await playbook_step_done(conn, deal_id, who, number)
    return await _after(request, conn, who)


@router.post("/today/items/{item_id}/done", dependencies=STAFF)
async def item_done(request: Request, conn: Conn, who: Who, item_id: Id) -> Response:
    """Somebody has looked at it."""
    await finish_reminder(conn, item_id, who)
    return await _after(request, conn, who)


@router.post("/today/letters/{inbound_id}/done", dependencies=[allow("supervisor")])
async def letter_seen(request: Request, conn: Conn, who: Who, inbound_id: Id) -> Response:
    """A mail that nobody could place was seen."""
    await dismiss_letter(conn, inbound_id, who)
    return await _after(request, conn, who)


@router.post("/today/offers/{offer_id}", dependencies=[allow("supervisor")])
async def discount(
    request: Request, conn: Conn, who: Who, offer_id: Id, form: Annotated[DecisionForm, Form()]
) -> Response:
    """A supervisor approves a discount, or refuses it with a word why."""
    await decide_discount(conn, offer_id, who, approve=form.approve, why=form.why)
    return await _after(request, conn, who)
