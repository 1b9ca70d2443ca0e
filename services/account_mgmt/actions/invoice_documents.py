"""Documents of invoices and credit notes, made outside of every lock."""

from __future__ import annotations

import asyncio
from typing import Literal

from services.account_mgmt.documents import e_invoice, invoice_pdf
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.repository import credit_notes, customers, invoices, legal_entities, orders
from services.chassis.db import Connection
from services.chassis.errors import Conflict

Form = Literal["plain", "factur-x"]
_PDF, _XML = "application/pdf", "application/xml"


async def read_full_invoice(conn: Connection, invoice_id: str) -> FullInvoice:
    """The invoice with everything that its documents show. Raises NotFound."""
    invoice = await invoices.get(conn, invoice_id)
    return FullInvoice(
        invoice=invoice,
        order=await orders.get(conn, invoice.order_id),
        buyer=await customers.get(conn, invoice.customer_id),
        seller=await legal_entities.get(conn, invoice.entity),
    )


async def print_invoice(full: FullInvoice, form: Form = "plain") -> Document:
    """The invoice as a PDF. Raises Conflict (`incomplete`) for a Factur-X that lacks something."""
    if form == "factur-x":
        _check_complete(full)
    # typst takes tens of milliseconds: other requests go on meanwhile.
    make = invoice_pdf.invoice if form == "plain" else e_invoice.factur_x
    return Document(f"{full.invoice.number}.pdf", _PDF, await asyncio.to_thread(make, full))


async def invoice_as_data(conn: Connection, invoice_id: str) -> Document:
    """The invoice as XML. Raises NotFound, Conflict (`incomplete`) naming what is missing."""
    full = await read_full_invoice(conn, invoice_id)
    _check_complete(full)
    return Document(f"{full.invoice.number}.xml", _XML, await asyncio.to_thread(e_invoice.xml, full))


async def print_credit_note(conn: Connection, note_id: str) -> Document:
    """A credit note as a PDF. Raises NotFound."""
    note = await credit_notes.get(conn, note_id)
    full = await read_full_invoice(conn, note.invoice_id)
    return Document(f"{note.number}.pdf", _PDF, await asyncio.to_thread(invoice_pdf.credit_note, note, full))


def _check_complete(full: FullInvoice) -> None:
    missing = e_invoice.missing(full)
    if missing:
        raise Conflict(f"An e-invoice needs {'; '.join(missing)}", code="incomplete", detail={"missing": missing})
