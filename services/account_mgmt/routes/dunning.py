"""Reminders of an invoice: what was sent, the letters, and what people decide about the next ones."""

from __future__ import annotations

from fastapi import APIRouter, Query, Response

from services.account_mgmt.actions.dunning_decisions import decide
from services.account_mgmt.actions.dunning_letters import print_letter
from services.account_mgmt.repository import dunning, invoices
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.routes.file_response import file_response
from services.account_mgmt.routes.invoices import CHANGE
from services.account_mgmt.schemas.dunning import DecisionView, DunningView, NewDecision, ReminderView
from services.account_mgmt.schemas.invoices import InvoiceView
from services.chassis.http import Conn, Id, Who, new_router

router: APIRouter = new_router(tags=["invoices"])


@router.get("/invoices/{invoice_id}/dunning", dependencies=READERS, summary="Reminders of an invoice")
async def get_dunning(conn: Conn, invoice_id: Id) -> DunningView:
    """What was sent, and what was decided about it, in order of time."""
    await invoices.get(conn, invoice_id)
    return DunningView(
        reminders=[ReminderView.of(step) for step in await dunning.steps(conn, invoice_id)],
        decisions=[DecisionView.of(one) for one in await dunning.decisions(conn, invoice_id)],
    )


@router.post(
    "/invoices/{invoice_id}/dunning-decisions",
    status_code=201,
    dependencies=[*WRITERS, CHANGE],
    summary="Let reminders rest or go on, send one more, or hand the invoice to collection",
)
async def post_decision(conn: Conn, who: Who, invoice_id: Id, said: NewDecision) -> InvoiceView:
    """One more, and collection, are a supervisor's (403 `not_supervisor`). Payments settle the invoice all the same.

    409 `wrong_state` when nothing is open, or there is nothing of the kind to change.
    """
    return InvoiceView.of(await decide(conn, who, invoice_id, said))


@router.get(
    "/invoices/{invoice_id}/letter.pdf",
    dependencies=READERS,
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
    summary="A reminder as a letter",
)
async def get_letter(conn: Conn, invoice_id: Id, level: int = Query(default=1, ge=1, le=100)) -> Response:
    """The `level`-th, to print and send; `POST /v1/work/{id}/done` says that it is in the post. As things stand now.

    With a copy of the invoice behind it. 409 `wrong_state` where nothing is asked for any more.
    """
    return file_response(await print_letter(conn, invoice_id, level))
