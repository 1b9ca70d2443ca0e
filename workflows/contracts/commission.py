"""What tiers 2 and 3 tell each other about a sale's money."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from workflows.contracts.base import Message, Money


class MoneyKind(StrEnum):
    """What happened. `credited` is a credit note; `cancelled` undoes the whole order.

    `reversed` is of a payment that counts no more (mistyped, matched to the wrong invoice, returned by the bank, moved
    to another invoice): the sale stands, and waits for its money again.
    """

    ORDERED = "ordered"
    PAID = "paid"
    REVERSED = "reversed"
    REFUNDED = "refunded"
    CREDITED = "credited"
    CANCELLED = "cancelled"


class MoneyEvent(Message):
    """Something that happened to an order's money in tier 3, for the commission ledger in tier 2.

    `key` is made of business ids and names the event for good; `sale_id` is the deal of a first sale, or the order.
    """

    key: str
    kind: MoneyKind
    sale_id: str
    customer_id: str
    amount: Money = Field(description="Net for an order, else with tax.")
    total: Money = Field(description="The whole invoice with tax.")
    person: str | None = Field(default=None, description="Account manager of the customer, for an order.")
    person_name: str | None = Field(default=None, description="What `person` is called in tier 3.")
    number: str | None = Field(default=None, description="The number of an order, as its papers have it.")
    corrects: str | None = Field(
        default=None, description="The sale whose invoice an order writes anew: its people keep their shares."
    )
    at: datetime = Field(description="When it happened: of a payment, when the money came.")
