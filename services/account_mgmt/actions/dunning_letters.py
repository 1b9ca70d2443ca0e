"""Reminders as letters, to be printed and posted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from services.account_mgmt.actions.invoice_documents import print_invoice, read_full_invoice
from services.account_mgmt.documents.letter_pdf import letter, with_copy
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.mail_templates import Own, dunning_kind
from services.account_mgmt.repository import mail_templates
from services.chassis.db import Connection
from services.chassis.errors import Conflict


async def print_letter(conn: Connection, invoice_id: str, level: int) -> Document:
    """The `level`-th reminder as a letter in the customer's language, with what is open now and a copy of the invoice.

    Raises NotFound, and Conflict (`wrong_state`) where nothing is asked for: it is settled, or in collection.
    """
    full = await read_full_invoice(conn, invoice_id)
    state = "in collection" if full.invoice.collected_at is not None else full.invoice.state
    if state != "open":
        raise Conflict(
            f"There is nothing to ask for: the invoice is {state}", code="wrong_state", detail={"state": state}
        )
    own = await mail_templates.own(conn, dunning_kind(level))
    copy = await print_invoice(conn, invoice_id)
    content = await asyncio.to_thread(_printed, full, level, own, copy.content)
    return Document(f"{full.invoice.number}-{level}.pdf", "application/pdf", content)


def _printed(full: FullInvoice, level: int, own: Own, copy: bytes) -> bytes:
    return with_copy(letter(full, level, datetime.now(UTC), own), copy)
