"""Invoices and the money on them: the records, what is open, and how much may be paid or credited."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.issued_documents import IssuedDocument
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.orders import Order, Sale
from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record
from workflows.contracts.base import Money

ReversalKind = Literal["mistake", "returned"]
ZERO = Decimal("0.00")
_OLDEST_PAYMENT = timedelta(days=3 * 366)


class Reversal(Record):
    """Why a payment counts no more: a `mistake` (mistyped, or matched to the wrong invoice), or `returned` by the bank.

    `at` is when the money went, or the mistake was mended.
    """

    kind: ReversalKind
    reason: str
    reversed_by: str
    at: datetime


class Payment(Record):
    """Money that came; `amount` is in the currency of its invoice, `by_bank` if a bank statement told of it.

    One that was reversed counts no more. `moved_from` is the invoice on which this money was too much, `also_paid` the
    numbers of other invoices that the same bank transfer paid and still pays.
    """

    id: str
    amount: Decimal
    reference: str
    paid_at: datetime
    by_bank: bool = False
    reversal: Reversal | None = None
    moved_from: str | None = None
    also_paid: list[str] = Field(default_factory=list)


class Invoice(Record):
    """An invoice. `overdue` is as of the reading; `dunning` is the number of the last payment reminder.

    `paid` is what came and stayed: without payments that were reversed, and without what was `moved` to other invoices.
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
    written_off: Decimal = ZERO
    moved: Decimal = ZERO
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
        return open_amount(
            self.total,
            paid=self.paid,
            refunded=self.refunded,
            credited=self.credited,
            written_off=self.written_off,
            is_void=self.state == "void",
        )

    @property
    def surplus(self) -> Decimal:
        """What the customer paid too much and was not given back: it may be refunded, or moved to another invoice."""
        return max(ZERO, -self.open_amount)

    @property
    def creditable(self) -> Decimal:
        """What no credit note has taken back yet."""
        return self.total - self.credited

    @property
    def refundable(self) -> Decimal:
        """What may be given back: what is too much; where nothing ever was, what was paid.

        Once too much came, a further refund would give the same surplus back twice: a credit note makes more of it.
        """
        ever_too_much = max(self.surplus, self.paid + self.moved + self.credited + self.written_off - self.total)
        return self.surplus if ever_too_much > 0 else max(ZERO, self.paid - self.refunded)

    @property
    def last_paid_at(self) -> datetime | None:
        """When the last of the money came that still counts."""
        return max((one.paid_at for one in self.payments if one.reversal is None), default=None)

    def changed(
        self,
        *,
        paid: Decimal = ZERO,
        credited: Decimal = ZERO,
        refunded: Decimal = ZERO,
        written_off: Decimal = ZERO,
        is_cancelled: bool = False,
    ) -> Invoice:
        """The invoice after its sums have grown by these (or shrunk), with the state that follows from them."""
        after = self.model_copy(
            update={
                "paid": self.paid + paid,
                "credited": self.credited + credited,
                "refunded": self.refunded + refunded,
                "written_off": self.written_off + written_off,
            }
        )
        return after.model_copy(update={"state": "void" if is_cancelled else _state(after)})

    def prints_like(self, other: Invoice) -> bool:
        """Whether a document printed from the other one is still true of this one."""
        return self._printed == other._printed

    @property
    def _printed(self) -> tuple[str, Decimal, Decimal, Decimal, Decimal]:
        return self.state, self.paid, self.credited, self.refunded, self.written_off


class PayableInvoice(Sale):
    """An invoice that is about to be paid: its state and issue, and the sale whose money it is."""

    state: str
    issued_at: datetime


@dataclass(frozen=True)
class FullInvoice:
    """An invoice with its order, its customer and who sold as they are now, and what it said when it was issued."""

    invoice: Invoice
    order: Order
    buyer: Customer
    seller: LegalEntity
    document: IssuedDocument


def check_amount(amount: Money, currency: str) -> None:
    """Raises Invalid for another currency than the invoice's, or an amount that is not above zero."""
    if amount.currency != currency:
        raise Invalid(f"The invoice is in {currency}", field="amount.currency")
    if amount.amount <= 0:
        raise Invalid("The amount must be above zero", field="amount.amount")


def open_amount(
    total: Decimal, *, paid: Decimal, refunded: Decimal, credited: Decimal, written_off: Decimal, is_void: bool
) -> Decimal:
    """What is still to be paid of an invoice; negative: what the customer paid too much.

    What is owed is the total less what credit notes took back and what was written off: of a void invoice, nothing.
    What was paid (reversed payments and moved money are no part of it) counts as far as it was not given back. What was
    given back of money that did not stay is owed too; writing that off makes no surplus, nor does writing off more
    than is left of the invoice.
    """
    stayed = paid - refunded
    owed = ZERO if is_void else max(min(ZERO, stayed), total - credited - written_off)
    return owed - stayed


def _state(invoice: Invoice) -> str:
    """Void stays void, and so does whatever was open when all of it was credited; paid is what owes nothing.

    Open is whatever owes something: of a void invoice, money that was given back and had not stayed.
    """
    if invoice.open_amount > 0:
        return "open"
    return "void" if invoice.state == "void" or (invoice.state == "open" and _is_credited(invoice)) else "paid"


def _is_credited(invoice: Invoice) -> bool:
    return 0 < invoice.total <= invoice.credited


def check_paid_at(paid_at: datetime | None, issued_at: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Raises Invalid on `paid_at` for money of a day to come in this zone, or of years before the invoice."""
    if paid_at is None:
        return
    if paid_at.astimezone(zone).date() > now.astimezone(zone).date():
        raise Invalid("Money of a day to come cannot be booked yet: today at the latest", field="paid_at")
    if paid_at < issued_at - _OLDEST_PAYMENT:
        earliest = (issued_at - _OLDEST_PAYMENT).astimezone(zone).date()
        raise Invalid(f"That is years before the invoice was issued: {earliest} at the earliest", field="paid_at")


def amount_to_credit(invoice: Invoice, wanted: Money | None) -> Decimal:
    """How much a credit note takes back: what was asked for, or all that is open.

    Raises Invalid for another currency or more than the invoice, Conflict (`wrong_state`) when nothing is left.
    """
    if wanted:
        check_amount(wanted, invoice.currency)
    amount = wanted.amount if wanted else min(invoice.open_amount, invoice.creditable)
    if amount <= 0 or invoice.state == "void":
        raise Conflict("Nothing is open on this invoice", code="wrong_state", detail={"state": invoice.state})
    if amount > invoice.creditable:
        raise Invalid(f"At most {invoice.creditable} can be credited", field="amount.amount")
    return amount


def amount_of_lines(order: Order, places: Collection[int]) -> Decimal:
    """What was paid for these parts of an order, by their places from 1 among its `parts`. Raises Invalid (`lines`)."""
    parts = order.parts
    if not places or not all(1 <= place <= len(parts) for place in places):
        raise Invalid("Tick at least one line", field="lines")
    return sum((parts[place - 1].gross for place in set(places)), ZERO)
