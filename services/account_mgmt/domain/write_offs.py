"""Small differences and bank charges that nobody asks for any more: how much a role may write off."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.account_mgmt.domain.invoices import ZERO, Invoice
from services.account_mgmt.domain.policy import WriteOffLimits
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.records import Record

_LITTLE = 50
"""A difference is at most a fiftieth of what came: more than that is a payment in part."""
WriteOffKind = Literal["difference", "bank_charge"]


class WriteOff(Record):
    """What was written off of an invoice, and why. One that was undone counts no more."""

    id: str
    invoice_id: str
    amount: Decimal
    currency: str
    kind: WriteOffKind
    reason: str
    written_by: str
    at: datetime
    undone_at: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None


def small_difference(open_before: Decimal, paid: Decimal, limits: WriteOffLimits, currency: str) -> Decimal:
    """What a payment left open, if it may be a bank's charge or a slip: within a limit, and little beside the payment.

    Nothing for a payment in full, or in part.
    """
    rest = open_before - paid
    is_small = 0 < rest <= limits.of("supervisor", currency) and rest * _LITTLE <= paid
    return rest if is_small else ZERO


def may_write_off(invoice: Invoice, limits: WriteOffLimits, role: str) -> Decimal:
    """The most that this role may write off of an invoice now: what is open, within what its limit leaves.

    The limit is for all that is written off of one invoice together.
    """
    left = limits.of(role, invoice.currency) - invoice.written_off
    return max(ZERO, min(invoice.open_amount, left))


def amount_to_write_off(invoice: Invoice, wanted: Decimal | None, limits: WriteOffLimits, role: str) -> Decimal:
    """How much is written off: what was asked for, or all that is open.

    Raises Conflict (`wrong_state`) where nothing is open, Invalid for more than is open, Forbidden (`above_limit`) for
    more than the policy lets this role write off of one invoice.
    """
    if invoice.state != "open":
        raise Conflict("Nothing is open on this invoice", code="wrong_state", detail={"state": invoice.state})
    amount = invoice.open_amount if wanted is None else wanted
    if amount > invoice.open_amount:
        raise Invalid(f"{invoice.open_amount} is open: at most that can be written off", field="amount.amount")
    limit = limits.of(role, invoice.currency)
    if invoice.written_off + amount > limit:
        who = "A supervisor" if role == "supervisor" else "An account manager"
        raise Forbidden(
            f"{who} may write off {limit:.2f} {invoice.currency} of one invoice, and this makes "
            f"{invoice.written_off + amount:.2f}",
            code="above_limit",
            detail={"limit": f"{limit:.2f}", "currency": invoice.currency},
        )
    return amount
