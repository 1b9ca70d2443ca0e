"""What tier 3's REST takes and gives."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, Field

from services.chassis.http import Body, Model
from workflows.contracts.account_mgmt import NudgeOutcome
from workflows.contracts.base import ContactCard, Money, OrderLine


class NewAccountManager(Body):
    """An account manager; `id` is the subject of the bearer token."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    name: str = Field(min_length=1, max_length=100)
    capacity: int = Field(default=500, ge=0)
    active: bool = True


class AccountManagerView(Model):
    """One account manager with the size of the portfolio."""

    id: str
    name: str
    capacity: int
    active: bool
    customers: int = 0
    created_at: datetime


class CustomerView(Model):
    """A customer."""

    id: str
    contact: ContactCard
    segment: str
    state: str
    account_manager: str | None
    next_nudge_at: datetime | None
    created_at: datetime
    updated_at: datetime


class NewOrder(Body):
    """An order. A line without a product is a free one, taxed at the standard rate."""

    lines: list[OrderLine] = Field(min_length=1, max_length=100)
    note: str | None = Field(default=None, max_length=1000)


class InvoiceRef(Model):
    """The invoice of an order."""

    id: str
    number: str
    due_at: datetime
    total: Money


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
    """An order with its invoice."""

    id: str
    customer_id: str
    number: str
    state: str
    note: str | None
    total: Money
    tax: Money
    placed_at: datetime
    lines: list[LineView] = Field(default_factory=list)
    invoice: InvoiceRef


class SaleRef(Model):
    """What the commission ledger must know of an order; `deal_id` is the deal that it closed, if it closed one."""

    order_id: str
    deal_id: str | None
    customer_id: str
    total: Money


class Reason(Body):
    """Why."""

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

    amount: Money
    reference: str = Field(min_length=1, max_length=100)
    paid_at: AwareDatetime | None = None


class NewCreditNote(Body):
    """Take back a part of an invoice, or, without an amount, all that is open."""

    amount: Money | None = None
    reason: str = Field(min_length=1, max_length=300)


class Purchase(Model):
    """What a customer bought, over all orders."""

    product_id: str | None
    description: str
    quantity: Decimal
    times: int


class Suggestion(Model):
    """Another product with its evidence: of the customers with what this one has, how many bought it too."""

    product_id: str
    name: str
    support: int
    confidence: float
    lift: float


class Card(Model):
    """The working instruction for one customer."""

    who: dict[str, Any]
    last_purchase: dict[str, Any] | None
    bought: list[Purchase]
    rhythm: dict[str, Any]
    needs: list[str] = Field(description="What they said they need, the latest first.")
    why_now: str
    say: str
    offer: list[Suggestion]
    never_offer: list[str]
    open_invoices: list[InvoiceRef]


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

    outcome: NudgeOutcome
    lines: list[OrderLine] = Field(default_factory=list, max_length=100)
    next_at: AwareDatetime | None = None
    note: str | None = Field(default=None, max_length=2000)


class NudgeAnswerView(Model):
    """The answer as it was recorded."""

    item_id: str
    customer_id: str
    outcome: NudgeOutcome
    next_nudge_at: datetime | None
    order: OrderView | None


class NewNeed(Body):
    """Something the customer needs."""

    text: str = Field(min_length=1, max_length=2000)
    product_id: str | None = None


class NeedView(Model):
    """A need as it was recorded."""

    id: str
    customer_id: str
    text: str
    product_id: str | None
    recorded_by: str
    created_at: datetime


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


class ManagerReport(Model):
    """What one account manager's portfolio does. Money is in the house's currency."""

    account_manager: str
    customers: int
    nudges: int
    answered_in_time: int
    orders_after_nudge: int
    overdue: Money


class NewPolicy(Body):
    """A new version of the tier's policy; what is left out keeps its default."""

    body: dict[str, Any]


class PolicyView(Model):
    """One version of the policy."""

    version: int
    body: dict[str, Any]
    created_by: str
    created_at: datetime
