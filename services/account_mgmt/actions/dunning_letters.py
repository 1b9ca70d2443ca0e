"""Reminders as letters, to be printed and posted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from services.account_mgmt.actions.invoice_documents import read_full_invoice
from services.account_mgmt.documents.letter_pdf import letter
from services.account_mgmt.domain.documents import Document
from services.chassis.db import Connection


async def print_letter(conn: Connection, invoice_id: str, level: int) -> Document:
    """The `level`-th reminder as a letter in the customer's language, with what is open now. Raises NotFound."""
    full = await read_full_invoice(conn, invoice_id)
    content = await asyncio.to_thread(letter, full, level, datetime.now(UTC))
    return Document(f"{full.invoice.number}-{level}.pdf", "application/pdf", content)
