"""What is too much on one invoice pays another of the same customer and currency."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.invoices import Invoice
from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record


class SurplusMove(Record):
    """Money that was moved; `payment_id` is the payment that it is on the other invoice. `undone_at`: it is back."""

    id: str
    from_invoice: str
    from_number: str
    to_invoice: str
    to_number: str
    amount: Decimal
    currency: str
    reason: str
    payment_id: str
    moved_by: str
    moved_at: datetime
    undone_at: datetime | None = None


def amount_to_move(source: Invoice, target: Invoice, wanted: Decimal | None) -> Decimal:
    """How much is moved: what was asked for, or as much of the surplus as the other invoice needs.

    Raises Invalid on `to_invoice_id` for the same invoice, another customer's or another currency, on `amount.amount`
    for more than is too much or more than is open there; Conflict (`wrong_state`) where nothing is too much, or open.
    """
    if target.id == source.id:
        raise Invalid("Name another invoice: the money is on this one", field="to_invoice_id")
    if target.customer_id != source.customer_id:
        raise Invalid("That invoice is another customer's", field="to_invoice_id")
    if target.currency != source.currency:
        raise Invalid(f"That invoice is in {target.currency}, the money in {source.currency}", field="to_invoice_id")
    if not source.surplus:
        raise Conflict("Nothing is too much on this invoice", code="wrong_state", detail={"state": source.state})
    if target.state != "open":
        raise Conflict(f"Nothing is open on {target.number}", code="wrong_state", detail={"state": target.state})
    amount = min(source.surplus, target.open_amount) if wanted is None else wanted
    if amount > source.surplus:
        raise Invalid(f"{source.surplus} is too much here: at most that can be moved", field="amount.amount")
    if amount > target.open_amount:
        raise Invalid(f"{target.open_amount} is open on {target.number}: at most that", field="amount.amount")
    return amount
