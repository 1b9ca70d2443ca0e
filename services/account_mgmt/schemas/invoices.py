"""Invoices with their payments and credit notes."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.invoices import Invoice, Payment, ReversalKind
from services.account_mgmt.schemas.common import Reference, in_money
from services.account_mgmt.schemas.people import Address
from services.chassis.currencies import Money as PayableMoney
from services.chassis.http import Body, Model, Moment
from workflows.contracts.base import Money


class ReversalView(Model):
    """Why a payment counts no more."""

    kind: ReversalKind
    reason: str
    reversed_by: str
    at: datetime


class PaymentView(Model):
    """Money that came. One with a `reversal` counts no more; `moved_from` is the invoice where it was too much.

    `also_paid` are the numbers of other invoices that the same bank transfer paid and still pays.
    """

    id: str
    amount: Money
    reference: str
    paid_at: datetime
    by_bank: bool = False
    reversal: ReversalView | None = None
    moved_from: str | None = None
    also_paid: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, payment: Payment, currency: str) -> Self:
        """From the record of an invoice in this currency."""
        reversal = dict(payment.reversal) if payment.reversal else None
        return cls.model_validate({**dict(payment), **in_money(payment, currency, "amount"), "reversal": reversal})


class CreditNoteView(Model):
    """A credit note."""

    id: str
    number: str
    amount: Money
    reason: str
    issued_at: datetime
    reference: str | None = None

    @classmethod
    def of(cls, note: CreditNote, currency: str) -> Self:
        """From the record of an invoice in this currency."""
        return cls.model_validate({**dict(note), **in_money(note, currency, "amount")})


class InvoiceView(Model):
    """An invoice: `open_amount` is what is still to be paid, negative if too much was.

    `paid` is what came and stayed, without payments that were reversed and without what was moved to other invoices.
    """

    id: str
    number: str
    entity: str
    customer_id: str
    order_id: str
    state: str
    total: Money
    paid: Money
    credited: Money
    refunded: Money
    written_off: Money
    open_amount: Money
    issued_at: datetime
    due_at: datetime
    overdue: bool
    dunning: int = Field(description="The number of the last payment reminder.")
    paused_until: datetime | None = Field(default=None, description="Reminders rest until then.")
    collected_at: datetime | None = Field(default=None, description="Since when a collection agency has it.")
    payments: list[PaymentView] = Field(default_factory=list)
    credit_notes: list[CreditNoteView] = Field(default_factory=list)

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        """From the record."""
        currency = invoice.currency
        return cls.model_validate(
            {
                **dict(invoice),
                **in_money(invoice, currency, "total", "paid", "credited", "refunded", "written_off", "open_amount"),
                "payments": [PaymentView.of(one, currency) for one in invoice.payments],
                "credit_notes": [CreditNoteView.of(one, currency) for one in invoice.credit_notes],
            }
        )


class NewPayment(Body):
    """Money for an invoice. `reference` is the bank's, unique per invoice."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"amount": {"amount": "28500.00", "currency": "UAH"}, "reference": "PB-2030-17"}}
    )

    amount: PayableMoney
    reference: Reference = Field(min_length=1, max_length=100)
    paid_at: Moment | None = None


class NewCreditNote(Body):
    """Take back a part of an invoice, or, without an amount, all that is open."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"amount": {"amount": "2850.00", "currency": "UAH"}, "reason": "the truck came a day late"}
        }
    )

    amount: PayableMoney | None = None
    reason: str = Field(min_length=1, max_length=300)
    reference: Reference | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Your own, unique per invoice: the same again writes no second credit note.",
    )


class SendInvoice(Body):
    """Where the invoice goes; without an address, to the customer's own."""

    model_config = ConfigDict(json_schema_extra={"example": {"to": "accounts@customer.example"}})

    to: Address | None = None


class Sent(Model):
    """The mail on its way; what became of it: `GET /v1/mails/{id}`."""

    mail_id: str
