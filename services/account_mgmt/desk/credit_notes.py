"""Credit notes, written on the page of their invoice."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.account_mgmt.actions.credit_notes import issue_credit_note
from services.account_mgmt.actions.invoice_documents import read_full_invoice
from services.account_mgmt.desk.invoices import show_invoice
from services.account_mgmt.desk.money_forms import CreditForm
from services.account_mgmt.desk.places import STAFF, invoice_path
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for

router: APIRouter = page_router()


@router.post("/invoices/{invoice_id}/credit-notes", dependencies=STAFF)
async def write(
    request: Request, conn: Conn, who: Who, invoice_id: Id, form: Annotated[CreditForm, Form()]
) -> Response:
    """All that is open, the whole, some lines, or an amount."""
    wanted = form.told(await read_full_invoice(conn, invoice_id))
    invoice = await issue_credit_note(conn, who, invoice_id, wanted)
    _ = words_for(request)
    said = _("Credit note %(number)s is written.") % {"number": invoice.credit_notes[-1].number}
    show = partial(show_invoice, request, conn, who, invoice_id)
    return await web_of(request).after(request, invoice_path(invoice_id), show, said=said)
