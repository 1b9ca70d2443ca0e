"""Invoices and the money on them: the records, and how much may be paid, credited or refunded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.orders import Order, Sale
from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record
from workflows.contracts.base import Money

_CLOCKS_DIFFER = timedelta(minutes=5)


class Payment(Record):
    """Money that came; `amount` is in the currency of its invoice, `by_bank` if a bank statement told of it."""

    id: str
    amount: Decimal
    reference: str
    paid_at: datetime
    by_bank: bool = False


class Invoice(Record):
    """An invoice. `overdue` is as of the reading; `dunning` is the number of the last payment reminder.

    `dunning_at` is when the next reminder, or a supervisor's decision after the last one, is due; none at first.
    Reminders rest until `paused_until`, and have ended if a collection agency has had the invoice since `collected_at`.
    """

    id: str
    number: str
    entity: str
    customer_id: str
    order_id: str
    state: str
    total: Decimal
    paid: Decimal
    credited: Decimal
    refunded: Decimal
    currency: str
    issued_at: datetime
    due_at: datetime
    overdue: bool
    dunning: int
    dunning_at: datetime | None = None
    paused_until: datetime | None = None
    collected_at: datetime | None = None
    payments: list[Payment] = Field(default_factory=list)
    credit_notes: list[CreditNote] = Field(default_factory=list)

    @property
    def open_amount(self) -> Decimal:
        """What is still to be paid; negative if too much was."""
        return self.total - self.paid - self.credited

    @property
    def creditable(self) -> Decimal:
        """What no credit note has taken back yet."""
        return self.total - self.credited

    @property
    def refundable(self) -> Decimal:
        """What was paid and not given back."""
        return self.paid - self.refunded

    def prints_like(self, other: Invoice) -> bool:
        """Whether a document printed from the other one is still true of this one."""
        return (self.state, self.paid, self.credited) == (other.state, other.paid, other.credited)


class PayableInvoice(Sale):
    """An invoice that is about to be paid: its state, and the sale whose money it is."""

    state: str


@dataclass(frozen=True)
class FullInvoice:
    """An invoice with everything that its documents show."""

    invoice: Invoice
    order: Order
    buyer: Customer
    seller: LegalEntity


def check_amount(amount: Money, currency: str) -> None:
    """Raises Invalid for another currency than the invoice's, or an amount that is not above zero."""
    if amount.currency != currency:
        raise Invalid(f"The invoice is in {currency}", field="amount.currency")
    if amount.amount <= 0:
        raise Invalid("The amount must be above zero", field="amount.amount")


def check_paid_at(paid_at: datetime | None, now: datetime) -> None:
    """Raises Invalid on `paid_at` for money that is still to come; clocks may differ by some minutes."""
    if paid_at is not None and paid_at > now + _CLOCKS_DIFFER:
        raise Invalid("The money cannot have come later than now", field="paid_at")


def amount_to_credit(invoice: Invoice, wanted: Money | None) -> Decimal:
    """How much a credit note takes back: what was asked for, or all that is open.

    Raises Invalid for another currency or more than the invoice, Conflict (`wrong_state`) when nothing is left.
    """
    if wanted:
        check_amount(wanted, invoice.currency)
    amount = wanted.amount if wanted else invoice.open_amount
    if amount <= 0 or invoice.state == "void":
        raise Conflict("Nothing is open on this invoice", code="wrong_state", detail={"state": invoice.state})
    if amount > invoice.creditable:
        raise Invalid(f"At most {invoice.creditable} can be credited", field="amount.amount")
    return amount


def amount_of_lines(order: Order, places: Collection[int]) -> Decimal:
    """What these lines of an order come to with their tax, by their places from 1. Raises Invalid (`lines`)."""
    if not places or not all(1 <= place <= len(order.lines) for place in places):
        raise Invalid("Tick at least one line", field="lines")
    return sum((order.lines[place - 1].net + order.lines[place - 1].tax for place in set(places)), Decimal("0.00"))
