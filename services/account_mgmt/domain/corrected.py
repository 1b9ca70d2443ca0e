"""What was put right on an invoice, as events of its story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.surplus_moves import SurplusMove
from services.account_mgmt.domain.write_offs import WriteOff

PutRight = Literal["reversal", "move", "moved_back", "write_off", "asked_again"]


def corrected(
    invoice: Invoice, moves: Sequence[SurplusMove], write_offs: Sequence[WriteOff]
) -> list[tuple[datetime, PutRight, Any]]:
    """When each correction was made, which it is, and the payment, move or write-off that it concerns."""
    found: list[tuple[datetime, PutRight, Any]] = []
    found += [(one.reversal.at, "reversal", one) for one in invoice.payments if one.reversal]
    found += [(one.moved_at, "move", one) for one in moves]
    found += [(one.undone_at, "moved_back", one) for one in moves if one.undone_at]
    found += [(one.at, "write_off", one) for one in write_offs]
    found += [(one.undone_at, "asked_again", one) for one in write_offs if one.undone_at]
    return found
