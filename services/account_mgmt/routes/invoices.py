"""Invoices: as data, PDF and e-invoice, sent by mail; payments and credit notes on them."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response

from services.account_mgmt.actions.credit_notes import issue_credit_note
from services.account_mgmt.actions.invoice_documents import Form, invoice_as_data, print_invoice
from services.account_mgmt.actions.invoices import send_invoice
from services.account_mgmt.actions.kinds import INVOICE
from services.account_mgmt.actions.payments import add_payment
from services.account_mgmt.repository import invoices
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.routes.file_response import file_response
from services.account_mgmt.schemas.invoices import InvoiceView, NewCreditNote, NewPayment, SendInvoice, Sent
from services.chassis.http import Conn, Id, Page, Pager, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["invoices"])


@router.get("/invoices", dependencies=READERS, summary="List invoices")
async def list_invoices(
    conn: Conn,
    pager: Pager,
    state: Literal["open", "paid", "overdue", "void"] | None = None,
    customer_id: Id | None = None,
) -> Page[InvoiceView]:
    """In order of issue; `overdue` are open ones past their date."""
    found = await invoices.page(
        conn, state=state, customer_id=customer_id, limit=pager.limit + 1, after=pager.time_and_id()
    )
    views = [InvoiceView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda i: (i.issued_at.isoformat(), i.id))


# Before `/invoices/{invoice_id}`, which would take these too.
@router.get(
    "/invoices/{invoice_id}.pdf",
    dependencies=READERS,
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
    summary="The invoice as a PDF",
)
async def get_invoice_pdf(conn: Conn, invoice_id: Id, form: Form = "plain") -> Response:
    """In the customer's language, with a code to pay by; `factur-x` is PDF/A-3 with the e-invoice inside.

    409 `incomplete` names what an e-invoice lacks and where it is entered.
    """
    return file_response(await print_invoice(conn, invoice_id, form))


@router.get(
    "/invoices/{invoice_id}.xml",
    dependencies=READERS,
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}},
    summary="The invoice as data, EN 16931",
)
async def get_invoice_xml(conn: Conn, invoice_id: Id) -> Response:
    """Cross Industry Invoice, as Factur-X and ZUGFeRD carry it. 409 `incomplete` names what is missing."""
    return file_response(await invoice_as_data(conn, invoice_id))


@router.get("/invoices/{invoice_id}", dependencies=[*READERS, tagged()], summary="One invoice")
async def get_invoice(conn: Conn, invoice_id: Id) -> InvoiceView:
    """With its payments and credit notes."""
    return InvoiceView.of(await invoices.get(conn, invoice_id))


@router.post("/invoices/{invoice_id}/send", status_code=202, dependencies=WRITERS, summary="Send the invoice by mail")
async def post_send(conn: Conn, who: Who, invoice_id: Id, body: SendInvoice | None = None) -> Sent:
    """With the PDF, in the customer's language; asked twice, it is sent once. 422 without any address.

    409 `changed` if money was booked while it was printed: send it again.
    """
    return Sent(mail_id=await send_invoice(conn, who, invoice_id, body.to if body else None))


CHANGE = if_match(get_invoice, INVOICE, "invoice_id")


@router.post(
    "/invoices/{invoice_id}/payments", status_code=201, dependencies=[*WRITERS, CHANGE], summary="Money arrived"
)
async def post_payment(conn: Conn, who: Who, invoice_id: Id, new: NewPayment) -> InvoiceView:
    """In part or in full; what is too much stays as credit. The same reference again changes nothing."""
    return InvoiceView.of(await add_payment(conn, who, invoice_id, new))


@router.post(
    "/invoices/{invoice_id}/credit-notes",
    status_code=201,
    dependencies=[*WRITERS, CHANGE],
    summary="Issue a credit note",
)
async def post_credit_note(conn: Conn, who: Who, invoice_id: Id, new: NewCreditNote) -> InvoiceView:
    """Without an amount, all that is open. 422 for more than the invoice."""
    return InvoiceView.of(await issue_credit_note(conn, who, invoice_id, new))
