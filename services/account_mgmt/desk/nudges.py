"""What customers say, taken down with one key each, and other work that is done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import StringConstraints
from starlette.responses import Response

from services.account_mgmt.actions.customer_desk import read_repeat
from services.account_mgmt.actions.nudge_undo import undo_answer
from services.account_mgmt.actions.said import take_down
from services.account_mgmt.actions.work import finish_work
from services.account_mgmt.desk.forms import SaidForm
from services.account_mgmt.desk.page import go_on
from services.account_mgmt.desk.places import STAFF
from services.account_mgmt.schemas.work import WorkDone
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of

router: APIRouter = page_router()
Quantity = Annotated[str, StringConstraints(max_length=40)]


@router.post("/customers/{customer_id}/said", dependencies=STAFF)
async def said(request: Request, conn: Conn, who: Who, customer_id: Id, form: Annotated[SaidForm, Form()]) -> Response:
    """Write it down; the answer is the desk with the next customer of the list."""
    taken = await take_down(conn, who, customer_id, form.told(), hold=web_of(request).undo_time)
    return await go_on(request, conn, who, then=form.then, told=taken)


@router.get("/customers/{customer_id}/said/sums", dependencies=STAFF)
async def sums(
    request: Request, conn: Conn, customer_id: Id, quantity: Annotated[list[Quantity], Query(max_length=100)]
) -> Response:
    """What the last order comes to in the quantities that stand in the form, while they are typed."""
    repeated = await read_repeat(conn, customer_id, quantity)
    return web_of(request).pages.answer(request, "said_sums.j2", repeated=repeated)


@router.post("/work/{item_id}/done", dependencies=STAFF)
async def done(
    request: Request, conn: Conn, who: Who, item_id: Id, result: Annotated[str, Form()] = "done"
) -> Response:
    """A complaint is settled, a call is returned: the desk goes on when nothing else waits for this customer."""
    body = WorkDone(result="left" if result == "left" else "done")
    item = await finish_work(conn, who, item_id, body)
    return await go_on(request, conn, who, then=item.lead_id, said="Done.")


@router.post("/nudges/{item_id}/undo", dependencies=STAFF)
async def undo(request: Request, conn: Conn, who: Who, item_id: Id) -> Response:
    """Take the answer back: the customer is on the list again, as if nothing had been written down."""
    nudge = await undo_answer(conn, who, item_id)
    return await go_on(request, conn, who, stay=nudge.customer_id, said="Taken back. Nobody has heard of it.")
