"""Needs, people and how a customer is dealt with: written down on the customer's page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.account_mgmt.actions.customer_edit import change_customer
from services.account_mgmt.actions.customers import opt_in, opt_out
from services.account_mgmt.actions.needs import change_need, record_need
from services.account_mgmt.actions.people import add_person, remove_person
from services.account_mgmt.desk.customer_page import back_to
from services.account_mgmt.desk.forms import PersonForm
from services.account_mgmt.desk.places import STAFF
from services.account_mgmt.domain.customers import RemindBy
from services.account_mgmt.schemas.customers import CustomerChange
from services.account_mgmt.schemas.needs import NeedChange, NewNeed
from services.chassis.errors import Invalid
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router
from services.chassis.web.site import words_for

router: APIRouter = page_router()
Words = Annotated[str, Form(max_length=1000)]


def _given(text: str, field: str) -> str:
    if not text.strip():
        raise Invalid("A few words are needed here", field=field)
    return text.strip()


@router.post("/customers/{customer_id}/needs", dependencies=STAFF)
async def add(request: Request, conn: Conn, who: Who, customer_id: Id, text: Words = "") -> Response:
    """Write down what they need."""
    await record_need(conn, who, customer_id, NewNeed(text=_given(text, "text")))
    _ = words_for(request)
    return await back_to(request, conn, who, customer_id, _("Their need is written down."))


@router.post("/needs/{need_id}", dependencies=STAFF)
async def change(
    request: Request, conn: Conn, who: Who, need_id: Id, state: Annotated[Literal["open", "met", "gone"], Form()],
    note: Words = "",
) -> Response:  # fmt: skip
    """It was met, it is gone, or it is there again."""
    need = await change_need(conn, who, need_id, NeedChange(state=state, note=note.strip() or None))
    _ = words_for(request)
    said = {"open": _("The need is open."), "met": _("The need is met."), "gone": _("The need is gone.")}[state]
    return await back_to(request, conn, who, need.customer_id, said)


@router.post("/customers/{customer_id}/people", dependencies=STAFF)
async def person(
    request: Request, conn: Conn, who: Who, customer_id: Id, form: Annotated[PersonForm, Form()]
) -> Response:
    """Somebody to talk to."""
    added = await add_person(conn, who, customer_id, form.told())
    _ = words_for(request)
    said = _("%(name)s is among the people to talk to.") % {"name": added.name}
    return await back_to(request, conn, who, customer_id, said)


@router.post("/customers/{customer_id}/people/{person_id}/remove", dependencies=STAFF)
async def gone(request: Request, conn: Conn, who: Who, customer_id: Id, person_id: Id) -> Response:
    """They do not work there any more."""
    await remove_person(conn, who, customer_id, person_id)
    _ = words_for(request)
    return await back_to(request, conn, who, customer_id, _("Removed from the people to talk to."))


@router.post("/customers/{customer_id}/remind-by", dependencies=STAFF)
async def remind_by(
    request: Request, conn: Conn, who: Who, customer_id: Id, by: Annotated[RemindBy, Form()]
) -> Response:
    """How they want to be reminded."""
    await change_customer(conn, who, customer_id, CustomerChange(remind_by=by))
    _ = words_for(request)
    return await back_to(request, conn, who, customer_id, _("They are reminded as they want it."))


@router.post("/customers/{customer_id}/opt-out", dependencies=STAFF)
async def out(request: Request, conn: Conn, who: Who, customer_id: Id, reason: Words = "") -> Response:
    """No reminders from now on; what waits is cancelled."""
    await opt_out(conn, who, customer_id, _given(reason, "reason"))
    _ = words_for(request)
    return await back_to(request, conn, who, customer_id, _("No more reminders. What was waiting is cancelled."))


@router.post("/customers/{customer_id}/opt-in", dependencies=STAFF)
async def back_in(request: Request, conn: Conn, who: Who, customer_id: Id, reason: Words = "") -> Response:
    """They want to be reminded again."""
    await opt_in(conn, who, customer_id, _given(reason, "reason"))
    _ = words_for(request)
    return await back_to(request, conn, who, customer_id, _("They are reminded again, by their usual rhythm."))
