"""Credit notes: a part of an invoice that is taken back under a number of its own."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.chassis.records import Record


class CreditNote(Record):
    """A credit note; `amount` is in the currency of its invoice. `reference`, if any, is of whoever asked for it."""

    id: str
    number: str
    invoice_id: str
    amount: Decimal
    reason: str
    issued_at: datetime
    reference: str | None = None
