"""What tier 3's REST takes and gives."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from services.account_mgmt.schemas.card import Card, InvoiceRef
from services.account_mgmt.schemas.people import Address
from services.chassis.http import Body, Model
from workflows.contracts.account_mgmt import NudgeOutcome
from workflows.contracts.base import ContactCard, Money, OrderLine

RemindBy = Literal["call", "mail", "both"]


class CustomerChange(Body):
    """How the house deals with a customer; what is not given stays."""

    model_config = ConfigDict(json_schema_extra={"example": {"remind_by": "both", "segment": "steel"}})

    remind_by: RemindBy | None = None
    segment: str | None = Field(default=None, max_length=100)

    def changes(self) -> dict[str, Any]:
        """What was given, by name."""
        return self.model_dump(exclude_none=True)


class CustomerView(Model):
    """A customer."""

    id: str
    contact: ContactCard
    segment: str
    state: str
    account_manager: str | None
    remind_by: RemindBy = "call"
    next_nudge_at: datetime | None
    created_at: datetime
    updated_at: datetime


class NewOrder(Body):
    """An order. A line without a product is a free one, taxed at the standard rate."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "lines": [
                    {
                        "product_id": "FTL-20",
                        "description": "Full truck, 20 t, domestic",
                        "quantity": "2",
                        "unit_price": {"amount": "28500.00", "currency": "UAH"},
                    }
                ],
                "note": "loading on Monday",
            }
        }
    )

    lines: list[OrderLine] = Field(min_length=1, max_length=100)
    note: str | None = Field(default=None, max_length=1000)
    entity: str | None = Field(
        default=None, max_length=10, description="Legal entity that sells; else the one paid in this currency."
    )


class LineView(Model):
    """A line with its amounts."""

    product_id: str | None
    description: str
    quantity: Decimal
    unit_price: Money
    tax_percent: Decimal
    net: Money
    tax: Money


class OrderView(Model):
    """An order with its invoice; one of before, that was imported, has none of ours."""

    id: str
    customer_id: str
    number: str
    state: str
    note: str | None
    total: Money
    tax: Money
    placed_at: datetime
    lines: list[LineView] = Field(default_factory=list)
    invoice: InvoiceRef | None


class InvoicedOrder(OrderView):
    """An order that the house invoiced."""

    invoice: InvoiceRef


class SaleRef(Model):
    """What the commission ledger must know of an order; `deal_id` is the deal that it closed, if it closed one."""

    order_id: str
    deal_id: str | None
    customer_id: str
    total: Money


class Reason(Body):
    """Why."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "the customer does not need it any more"}})

    reason: str = Field(min_length=1, max_length=300)


class PaymentView(Model):
    """Money that came."""

    id: str
    amount: Money
    reference: str
    paid_at: datetime


class CreditNoteView(Model):
    """A credit note."""

    id: str
    number: str
    amount: Money
    reason: str
    issued_at: datetime


class InvoiceView(Model):
    """An invoice: `open_amount` is what is still to be paid, negative if too much was."""

    id: str
    number: str
    entity: str
    customer_id: str
    order_id: str
    state: str
    total: Money
    paid: Money
    credited: Money
    open_amount: Money
    issued_at: datetime
    due_at: datetime
    overdue: bool
    dunning: int
    payments: list[PaymentView] = Field(default_factory=list)
    credit_notes: list[CreditNoteView] = Field(default_factory=list)


class NewPayment(Body):
    """Money for an invoice. `reference` is the bank's, unique per invoice."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"amount": {"amount": "28500.00", "currency": "UAH"}, "reference": "PB-2030-17"}}
    )

    amount: Money
    reference: str = Field(min_length=1, max_length=100)
    paid_at: AwareDatetime | None = None


class NewCreditNote(Body):
    """Take back a part of an invoice, or, without an amount, all that is open."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"amount": {"amount": "2850.00", "currency": "UAH"}, "reason": "the truck came a day late"}
        }
    )

    amount: Money | None = None
    reason: str = Field(min_length=1, max_length=300)


class NudgeView(Model):
    """A reorder reminder to be made."""

    item_id: str
    customer_id: str
    number: int
    opened_at: datetime
    answer_by: datetime
    account_manager: str | None
    state: str
    outcome: str | None
    expected_value: Decimal = Decimal(0)
    p_buys: float | None = None
    card: Card | None = None


class NewNudgeOutcome(Body):
    """What the customer said."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"outcome": "later", "next_at": "2030-05-06T10:00:00+03:00", "note": "after the holidays"}
        }
    )

    outcome: NudgeOutcome
    lines: list[OrderLine] = Field(default_factory=list, max_length=100)
    next_at: AwareDatetime | None = None
    never_offer: list[str] = Field(
        default_factory=list, max_length=20, description="Products they never want to hear of again."
    )
    note: str | None = Field(default=None, max_length=2000)


class NudgeAnswerView(Model):
    """The answer as it was recorded."""

    item_id: str
    customer_id: str
    outcome: NudgeOutcome
    next_nudge_at: datetime | None
    order: OrderView | None


class WorkView(Model):
    """Urgent work: a call that came in, an overdue invoice, a complaint."""

    item_id: str
    kind: str
    customer_id: str
    account_manager: str | None
    priority: int
    opened_at: datetime
    state: str
    facts: dict[str, Any]


class SendInvoice(Body):
    """Where the invoice goes; without an address, to the customer's own."""

    model_config = ConfigDict(json_schema_extra={"example": {"to": "accounts@customer.example"}})

    to: Address | None = None


class NewComplaint(Body):
    """What a customer complains of."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "the truck came a day late, twice"}})

    text: str = Field(min_length=1, max_length=2000)


class WorkDone(Body):
    """What came of the work. `left` for a complaint or a risk: the customer goes, and tier 2 may win it back."""

    model_config = ConfigDict(json_schema_extra={"example": {"result": "done", "note": "called, they stay"}})

    result: Literal["done", "left"] = "done"
    note: str | None = Field(default=None, max_length=2000)


class NewPolicy(Body):
    """A new version of the tier's policy; what is left out keeps its default."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"body": {"payment_term": "P14D", "dunning_by": ["mail", "both", "call"]}}}
    )

    body: dict[str, Any]


class PolicyView(Model):
    """One version of the policy."""

    version: int
    body: dict[str, Any]
    created_by: str
    created_at: datetime
