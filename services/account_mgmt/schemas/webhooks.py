"""What account management tells other programs: ids, states, money and times. Fields are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.orders import InvoicedOrder
from services.chassis.webhooks import EventData
from workflows.contracts.base import Money

_ID = "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b1"
_CUSTOMER = {"customer_id": f"{_ID}0"}
_MONEY = {"amount": "1250.00", "currency": "EUR"}
_INVOICE = {**_CUSTOMER, "invoice_id": f"{_ID}1", "number": "LR-2026-000017", "total": _MONEY}


class _OfCustomer(EventData):
    customer_id: str


class OrderPlaced(
    _OfCustomer,
    type="order.placed",
    example={**_CUSTOMER, "order_id": f"{_ID}2", "number": "LR-SO-2026-000021", "invoice_id": f"{_ID}1",
             "total": _MONEY, "source": "nudge"},
):  # fmt: skip
    """A customer has ordered. `total` is with tax; `source`: `sale`, `nudge`, `own` or `contract`."""

    order_id: str
    number: str
    invoice_id: str
    total: Money
    source: str

    @classmethod
    def of(cls, order: InvoicedOrder, source: str) -> Self:
        """Of an order and what brought it."""
        return cls(
            customer_id=order.customer_id, order_id=order.id, number=order.number, invoice_id=order.invoice.id,
            total=Money(amount=order.total, currency=order.currency), source=source,
        )  # fmt: skip


class _OfInvoice(_OfCustomer):
    invoice_id: str
    number: str
    total: Money


class InvoiceIssued(_OfInvoice, type="invoice.issued", example={**_INVOICE, "due_at": "2026-03-16T10:00:00Z"}):
    """An invoice has its number and its document. `total` is with tax."""

    due_at: datetime

    @classmethod
    def of(cls, order: InvoicedOrder) -> Self:
        """Of the invoice of an order."""
        invoice = order.invoice
        return cls(
            customer_id=order.customer_id, invoice_id=invoice.id, number=invoice.number,
            total=Money(amount=invoice.total, currency=invoice.currency), due_at=invoice.due_at,
        )  # fmt: skip


class InvoicePaid(
    _OfCustomer,
    type="invoice.paid",
    example={**_CUSTOMER, "invoice_id": f"{_ID}1", "total": _MONEY, "payment_id": f"{_ID}3",
             "paid_at": "2026-03-10T00:00:00Z"},
):  # fmt: skip
    """Nothing is open on an invoice any more, since `paid_at`. One that was reversed and is paid again is told again.

    `payment_id` is null where the rest was closed otherwise: written off, credited, or moved back here.
    """

    invoice_id: str
    total: Money
    payment_id: str | None
    paid_at: datetime


class InvoiceOverdue(
    _OfInvoice, type="invoice.overdue", example={**_INVOICE, "open": _MONEY, "due_at": "2026-03-16T10:00:00Z"}
):
    """An invoice was not paid by its date, told once. `open` is what is still to be paid."""

    open: Money
    due_at: datetime

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        """Of an invoice as it is now."""
        return cls(
            customer_id=invoice.customer_id, invoice_id=invoice.id, number=invoice.number,
            total=Money(amount=invoice.total, currency=invoice.currency),
            open=Money(amount=invoice.open_amount, currency=invoice.currency), due_at=invoice.due_at,
        )  # fmt: skip


class PaymentReversed(
    _OfCustomer,
    type="payment.reversed",
    example={**_CUSTOMER, "invoice_id": f"{_ID}1", "payment_id": f"{_ID}3", "kind": "returned", "amount": _MONEY},
):
    """A payment counts no more: a `mistake`, or `returned` by the bank. What was closed by it may be open again."""

    invoice_id: str
    payment_id: str
    kind: Literal["mistake", "returned"]
    amount: Money


class CustomerAtRisk(_OfCustomer, type="customer.at_risk", example={**_CUSTOMER, "reason": "complaint"}):
    """A customer may leave: they complained, or buy less than before."""

    reason: Literal["complaint", "buys_less"]


class CustomerLeft(_OfCustomer, type="customer.left", example=_CUSTOMER):
    """A customer has left; tier 2 tries to win them back."""


EVENTS: tuple[type[EventData], ...] = (
    OrderPlaced, InvoiceIssued, InvoicePaid, InvoiceOverdue, PaymentReversed, CustomerAtRisk, CustomerLeft,
)  # fmt: skip
