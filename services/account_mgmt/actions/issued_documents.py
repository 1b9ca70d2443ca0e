"""What an invoice or a credit note says is written when it is issued; documents from before are written as they are."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.documents.labels import LANGUAGES
from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.document_facts import credit_note_document, invoice_document
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.issued_documents import IssuedDocument
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.orders import InvoicedOrder
from services.account_mgmt.repository import customers, invoices, issued_documents, legal_entities, orders
from services.chassis.db import Connection, Pool

_BATCH = 50


async def write_document(
    conn: Connection, order: InvoicedOrder, issued_at: datetime, buyer: Customer, seller: LegalEntity
) -> None:
    """What the invoice of this order says. A step of issuing it, with the records as they are in that transaction."""
    said = invoice_document(order.invoice, issued_at, order, buyer, seller, LANGUAGES)
    await issued_documents.add(conn, order.invoice.id, order.invoice.id, said)


async def _write_later(conn: Connection, invoice: Invoice) -> IssuedDocument:
    """What an invoice of an older process says, from what the records say now."""
    order = await orders.get(conn, invoice.order_id)
    buyer = await customers.get(conn, invoice.customer_id)
    seller = await legal_entities.get(conn, invoice.entity)
    said = invoice_document(invoice, invoice.issued_at, order, buyer, seller, LANGUAGES)
    await issued_documents.add(conn, invoice.id, invoice.id, said)
    return await issued_documents.find(conn, invoice.id) or said


async def document_of(conn: Connection, invoice: Invoice) -> IssuedDocument:
    """What an invoice said when it was issued."""
    return await issued_documents.find(conn, invoice.id) or await _write_later(conn, invoice)


async def credit_document_of(conn: Connection, invoice: Invoice, note_id: str) -> IssuedDocument:
    """What a credit note of this invoice said when it was issued; those before it are written with it."""
    found = await issued_documents.find(conn, note_id)
    if found:
        return found
    said = await document_of(conn, invoice)
    earlier: list[IssuedDocument] = []
    for note in invoice.credit_notes:
        earlier.append(await _credit_document(conn, invoice, note, said, earlier))
        if note.id == note_id:
            break
    return earlier[-1]


async def _credit_document(
    conn: Connection, invoice: Invoice, note: CreditNote, said: IssuedDocument, earlier: list[IssuedDocument]
) -> IssuedDocument:
    found = await issued_documents.find(conn, note.id)
    if found:
        return found
    seller = await legal_entities.get(conn, invoice.entity)
    made = credit_note_document(note, said, earlier, seller.day_of(note.issued_at))
    await issued_documents.add(conn, note.id, invoice.id, made)
    return await issued_documents.find(conn, note.id) or made


async def write_missing_documents(pool: Pool) -> int:
    """A periodic job: what documents of older processes say, some at a time; how many invoices had something missing.

    Whatever becomes of their customers and sellers after that, they stay as they are.
    """
    written = 0
    while True:
        async with pool.acquire() as conn, conn.transaction():
            found = await issued_documents.unwritten(conn, _BATCH)
            for invoice_id in found:
                invoice = await invoices.get(conn, invoice_id)
                await document_of(conn, invoice)
                if invoice.credit_notes:
                    await credit_document_of(conn, invoice, invoice.credit_notes[-1].id)
            written += len(found)
        if len(found) < _BATCH:
            return written
