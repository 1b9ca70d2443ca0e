"""Files of invoices and credit notes: made of what was written at their issue, once, outside of every lock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from services.account_mgmt.actions.issued_documents import credit_document_of, document_of
from services.account_mgmt.documents import e_invoice, invoice_pdf
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.issued_documents import IssuedDocument
from services.account_mgmt.repository import credit_notes, customers, invoices, issued_documents, legal_entities, orders
from services.account_mgmt.repository.issued_documents import FileForm
from services.chassis.db import Connection
from services.chassis.errors import Conflict

Form = Literal["plain", "factur-x"]
_PDF, _XML = "application/pdf", "application/xml"


async def read_full_invoice(conn: Connection, invoice_id: str) -> FullInvoice:
    """The invoice with its order, customer and seller, and what it said when it was issued. Raises NotFound."""
    invoice = await invoices.get(conn, invoice_id)
    return FullInvoice(
        invoice=invoice,
        order=await orders.get(conn, invoice.order_id),
        buyer=await customers.get(conn, invoice.customer_id),
        seller=await legal_entities.get(conn, invoice.entity),
        document=await document_of(conn, invoice),
    )


async def print_invoice(conn: Connection, invoice_id: str, form: Form = "plain") -> Document:
    """The invoice as a PDF, the same bytes for ever. Raises NotFound, and Conflict (`incomplete`) for a Factur-X."""
    said = await document_of(conn, await invoices.get(conn, invoice_id))
    return await _pdf(conn, invoice_id, said, form)


async def mailed_documents(conn: Connection, full: FullInvoice) -> list[Document]:
    """What goes with the invoice by mail, as its customer wants it.

    Raises Conflict (`incomplete`) for a customer who wants e-invoices, if this one lacks something.
    """
    wants, said, invoice_id = full.buyer.billing.e_invoice, full.document, full.invoice.id
    pdf = await _pdf(conn, invoice_id, said, "factur-x" if wants == "factur-x" else "plain")
    return [pdf, await _xml(conn, invoice_id, said)] if wants == "xml" else [pdf]


async def print_reminder(conn: Connection, full: FullInvoice) -> Document:
    """The PDF that goes with a payment reminder: with the e-invoice inside if the customer wants it and it is whole."""
    wants = full.buyer.billing.e_invoice == "factur-x" and not e_invoice.missing(full.document)
    return await _pdf(conn, full.invoice.id, full.document, "factur-x" if wants else "plain")


async def invoice_as_data(conn: Connection, invoice_id: str) -> Document:
    """The invoice as XML. Raises NotFound, Conflict (`incomplete`) naming what is missing."""
    said = await document_of(conn, await invoices.get(conn, invoice_id))
    return await _xml(conn, invoice_id, said)


async def print_credit_note(conn: Connection, note_id: str, form: Form = "plain") -> Document:
    """A credit note as a PDF, the same bytes for ever. Raises NotFound, and Conflict (`incomplete`) for a Factur-X."""
    return await _pdf(conn, note_id, await _credit_note(conn, note_id), form)


async def credit_note_as_data(conn: Connection, note_id: str) -> Document:
    """A credit note as XML. Raises NotFound, Conflict (`incomplete`) naming what is missing."""
    return await _xml(conn, note_id, await _credit_note(conn, note_id))


async def _credit_note(conn: Connection, note_id: str) -> IssuedDocument:
    note = await credit_notes.get(conn, note_id)
    return await credit_document_of(conn, await invoices.get(conn, note.invoice_id), note_id)


async def _pdf(conn: Connection, document_id: str, said: IssuedDocument, form: Form) -> Document:
    if form == "plain":
        return Document(f"{said.number}.pdf", _PDF, await _made(conn, document_id, "pdf", invoice_pdf.document, said))
    _check_complete(said)
    content = await _made(conn, document_id, "factur-x", e_invoice.factur_x, said)
    return Document(f"{said.number}.pdf", _PDF, content)


async def _xml(conn: Connection, document_id: str, said: IssuedDocument) -> Document:
    _check_complete(said)
    return Document(f"{said.number}.xml", _XML, await _made(conn, document_id, "xml", e_invoice.xml, said))


async def _made(
    conn: Connection, document_id: str, form: FileForm, make: Callable[[IssuedDocument], bytes], said: IssuedDocument
) -> bytes:
    """The file as it was made the first time."""
    kept = await issued_documents.file(conn, document_id, form)
    if kept is not None:
        return kept
    # typst takes tens of milliseconds: other requests go on meanwhile.
    return await issued_documents.keep_file(conn, document_id, form, await asyncio.to_thread(make, said))


def _check_complete(said: IssuedDocument) -> None:
    missing = e_invoice.missing(said)
    if missing:
        raise Conflict(f"An e-invoice needs {'; '.join(missing)}", code="incomplete", detail={"missing": missing})
