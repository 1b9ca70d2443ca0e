"""Papers of a sale: the invoice as PDF and as data, credit notes as PDF."""

from __future__ import annotations

import asyncio
from typing import Literal

from fastapi import APIRouter, Response

from services.account_mgmt.actions import invoices
from services.account_mgmt.actions.orders import check_owner
from services.account_mgmt.documents import e_invoice, invoice_pdf
from services.account_mgmt.repository import customers, entities, sales
from services.account_mgmt.schemas import CustomerView, InvoiceView, OrderView, SendInvoice
from services.account_mgmt.schemas.entities import EntityView
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.http import Conn, Id, Model, Who, allow, new_router

router: APIRouter = new_router(tags=["documents"])
READERS = [allow("account_manager", "supervisor", "ops")]


class Sent(Model):
    """The mail on its way; what became of it: `GET /v1/mails/{id}`."""

    mail_id: str


Sale = tuple[InvoiceView, OrderView, CustomerView, EntityView]


async def _sale(conn: Connection, invoice_id: str) -> Sale:
    invoice = await sales.invoice(conn, invoice_id)
    order = await sales.order(conn, invoice.order_id)
    customer = await customers.get(conn, invoice.customer_id)
    return invoice, order, customer, await entities.get(conn, invoice.entity)


@router.get(
    "/invoices/{invoice_id}.pdf",
    dependencies=READERS,
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
    summary="The invoice as a PDF",
)
async def get_invoice_pdf(conn: Conn, invoice_id: Id, form: Literal["plain", "factur-x"] = "plain") -> Response:
    """In the customer's language, with a code to pay by; `factur-x` is PDF/A-3 with the e-invoice inside.

    409 `incomplete` names what an e-invoice lacks and where it is entered.
    """
    sale = await _sale(conn, invoice_id)
    if form == "plain":
        pdf = await asyncio.to_thread(invoice_pdf.invoice, *sale)
    else:
        _must_be_complete(sale)
        pdf = await asyncio.to_thread(e_invoice.factur_x, *sale)
    return _pdf(pdf, sale[0].number)


@router.get(
    "/invoices/{invoice_id}.xml",
    dependencies=READERS,
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}},
    summary="The invoice as data, EN 16931",
)
async def get_invoice_xml(conn: Conn, invoice_id: Id) -> Response:
    """Cross Industry Invoice, as Factur-X and ZUGFeRD carry it. 409 `incomplete` names what is missing."""
    sale = await _sale(conn, invoice_id)
    _must_be_complete(sale)
    xml = await asyncio.to_thread(e_invoice.xml, *sale)
    name = f'inline; filename="{sale[0].number}.xml"'
    return Response(xml, media_type="application/xml", headers={"Content-Disposition": name})


@router.post(
    "/invoices/{invoice_id}/send",
    status_code=202,
    dependencies=[allow("account_manager", "supervisor")],
    summary="Send the invoice by mail",
)
async def send_invoice(conn: Conn, who: Who, invoice_id: Id, body: SendInvoice | None = None) -> Sent:
    """With the PDF, in the customer's language; asked twice, it goes once. 422 without any address."""
    invoice = await sales.invoice(conn, invoice_id)
    customer = await customers.get(conn, invoice.customer_id)
    await check_owner(conn, who, customer)
    to = (body.to if body else None) or customer.contact.email
    if not to:
        raise Invalid("The customer has no e-mail address: name one", field="to")
    if invoice.state == "void":
        raise Conflict("The invoice is void", code="wrong_state", detail={"state": invoice.state})
    return Sent(mail_id=await invoices.send(conn, invoice, customer, to))


def _must_be_complete(sale: Sale) -> None:
    missing = e_invoice.missing(*sale)
    if missing:
        raise Conflict(f"An e-invoice needs {'; '.join(missing)}", code="incomplete", detail={"missing": missing})


@router.get(
    "/credit-notes/{note_id}.pdf",
    dependencies=READERS,
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
    summary="A credit note as a PDF",
)
async def get_credit_note_pdf(conn: Conn, note_id: Id) -> Response:
    """In the customer's language: which invoice it is for, why, and how much of each rate is taken back."""
    note, invoice_id = await sales.credit_note(conn, note_id)
    sale = await _sale(conn, invoice_id)
    return _pdf(await asyncio.to_thread(invoice_pdf.credit_note, note, *sale), note.number)


def _pdf(content: bytes, number: str) -> Response:
    name = f'inline; filename="{number}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})
