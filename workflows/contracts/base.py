"""What every contract is made of: frozen messages, a person's answer, money, a contact card.

Messages only ever grow: a new field has a default, a field is never renamed or removed, because
histories that were written years ago must still decode. Imports stdlib and pydantic only.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_serializer


class Message(BaseModel):
    """An immutable payload. Unknown fields are ignored so that an older worker reads a newer message."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Tier(StrEnum):
    """The three tiers. The value is the name of the service and of its database."""

    LEAD_GEN = "lead_gen"
    CONVERSION = "conversion"
    ACCOUNT_MGMT = "account_mgmt"


class Answer(Message):
    """What a person decided, as the outbox delivers it: at least once, and in order per workflow.

    `event_id` is made from business ids, so a second delivery is recognised and dropped.
    """

    event_id: str = Field(min_length=1)
    at: datetime
    by: str = Field(description="Person id of whoever answered; never a name or a number.")


class Cancel(Answer):
    """Ops or a supervisor gives the lead up. The reason is shown to people."""

    reason: str = "cancelled"


class DoNotCall(Answer):
    """The person withdrew consent. Nothing may be planned for this lead from now on."""

    reason: str = "do not call"


class InboundCall(Answer):
    """The lead or customer called us. `by` is whoever took the call, `inbound_call_id` the record of it."""

    inbound_call_id: str
    note: str | None = None


class Done(Message):
    """The result of an activity that only had to happen."""

    ok: bool = True


class Money(Message):
    """An exact amount, e.g. `{"amount": "12.30", "currency": "UAH"}`; a sum may be of any size."""

    amount: Decimal = Field(decimal_places=2)
    currency: str = Field(default="UAH", pattern="^[A-Z]{3}$", description="ISO 4217 code.")

    @field_serializer("amount")
    def _two_places(self, amount: Decimal) -> str:
        return f"{amount:.2f}"


class ContactCard(Message):
    """Who the lead is. Contact data: travels in an encrypted payload, and only at a hand-over."""

    lead_id: str
    company: str
    contact_name: str | None = None
    phones: list[str] = Field(default_factory=list, description="E.164, the best one first.")
    email: str | None = None
    language: str = Field(default="uk", description="ISO 639-1.")
    timezone: str = Field(default="Europe/Kyiv", description="IANA name; the house's own while it is not known.")
    timezone_known: bool = Field(default=True, description="False: `timezone` is the house's, theirs is not known.")
    region: str | None = None
    city: str | None = None
    industry: str | None = None
    size: str | None = Field(default=None, description="Employees, as a class such as `11-50`.")
    website: str | None = None
    tax_id: str | None = None


class OrderLine(Message):
    """One line of an order or an offer: `quantity` of a product at `unit_price`, before tax.

    It comes to quantity times price less the discount, rounded once, half up, to the currency's minor unit.
    """

    product_id: str | None = Field(default=None, description="Catalogue id; none for a free line.")
    description: str = Field(min_length=1, max_length=300)
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=3)
    unit_price: Money
    tax_percent: Decimal | None = Field(
        default=None,
        ge=0,
        le=100,
        description="As it was offered; else the catalogue's, or the organisation's usual rate.",
    )
    discount_percent: Decimal = Field(
        default=Decimal(0), ge=0, le=100, max_digits=9, decimal_places=6, description="Off the line's sum."
    )
    unit: str | None = Field(
        default=None,
        max_length=30,
        description="Code of UN/ECE Recommendation 20, or a usual word; else the catalogue's.",
    )
