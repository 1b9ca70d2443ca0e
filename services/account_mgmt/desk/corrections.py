"""An invoice's money is put right on its page: payments undone, a surplus moved, differences written off."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.account_mgmt.actions.payment_reversals import reverse_payment
from services.account_mgmt.actions.surplus_moves import move_surplus
from services.account_mgmt.actions.write_offs import undo_write_off, write_off
from services.account_mgmt.desk.correction_forms import MoveForm, ReversalForm, UndoForm, WriteOffForm
from services.account_mgmt.desk.invoices import show_invoice
from services.account_mgmt.desk.places import STAFF, SUPERVISOR, invoice_path
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.chassis.web.site import words_for

router: APIRouter = page_router()


@router.post("/invoices/{invoice_id}/payments/{payment_id}/reversal", dependencies=STAFF)
async def reverse(
    request: Request, conn: Conn, who: Who, invoice_id: Id, payment_id: Id, form: Annotated[ReversalForm, Form()]
) -> Response:
    """Once; the reference is free again for the same money, booked right."""
    invoice = await reverse_payment(conn, who, invoice_id, payment_id, form.told())
    _, fmt = words_for(request), Reader.of(request).formats()
    if invoice.state == "open":
        left = fmt.money(invoice.open_amount, invoice.currency)
        said = _("The payment is undone: %(money)s is open again.") % {"money": left}
    else:
        said = _("The payment is undone.")
    return await _after(request, conn, who, invoice_id, said)


@router.post("/invoices/{invoice_id}/surplus-moves", dependencies=STAFF)
async def move(request: Request, conn: Conn, who: Who, invoice_id: Id, form: Annotated[MoveForm, Form()]) -> Response:
    """To another invoice of the same customer and currency."""
    made = await move_surplus(conn, who, invoice_id, form.told())
    _, fmt = words_for(request), Reader.of(request).formats()
    told = {"money": fmt.money(made.amount, made.currency), "number": made.to_number}
    return await _after(request, conn, who, invoice_id, _("%(money)s pays %(number)s now.") % told)


@router.post("/invoices/{invoice_id}/write-offs", dependencies=STAFF)
async def write(
    request: Request, conn: Conn, who: Who, invoice_id: Id, form: Annotated[WriteOffForm, Form()]
) -> Response:
    """Within the limit of this person's role."""
    made = await write_off(conn, who, invoice_id, form.told())
    _, fmt = words_for(request), Reader.of(request).formats()
    said = _("%(money)s is written off.") % {"money": fmt.money(made.amount, made.currency)}
    return await _after(request, conn, who, invoice_id, said)


@router.post("/invoices/{invoice_id}/write-offs/{write_off_id}/reversal", dependencies=SUPERVISOR)
async def ask_again(
    request: Request, conn: Conn, who: Who, invoice_id: Id, write_off_id: Id, form: Annotated[UndoForm, Form()]
) -> Response:
    """What was written off is open again."""
    made = await undo_write_off(conn, who, invoice_id, write_off_id, form.reason)
    _, fmt = words_for(request), Reader.of(request).formats()
    said = _("%(money)s is asked for again.") % {"money": fmt.money(made.amount, made.currency)}
    return await _after(request, conn, who, invoice_id, said)


async def _after(request: Request, conn: Connection, who: Principal, invoice_id: str, said: str) -> Response:
    show = partial(show_invoice, request, conn, who, invoice_id)
    return await web_of(request).after(request, invoice_path(invoice_id), show, said=said)
