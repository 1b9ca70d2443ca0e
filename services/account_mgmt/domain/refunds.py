"""Refunds: money of an invoice that was given back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.chassis.records import Record


class Refund(Record):
    """A refund, and how much of the invoice's money was given back so far."""

    id: str
    invoice_id: str
    amount: Decimal
    refunded: Decimal
    currency: str
    reference: str
    reason: str
    made_by: str
    made_at: datetime
