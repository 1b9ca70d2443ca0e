"""Bodies about offers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from services.chassis.http import Body, Model
from services.conversion.records import Offer, OfferState
from services.conversion.schemas.common import LINE_EXAMPLE, Lines, Moment, Percent, Text, example, money
from workflows.contracts.base import Money, OrderLine


class NewOffer(Body):
    """An offer to the deal's customer; it replaces the one that waits for an answer."""

    model_config = example(lines=[LINE_EXAMPLE], valid_until="2030-05-20T18:00:00+03:00", discount_percent="5")

    lines: Lines
    valid_until: Moment | None = Field(default=None, description="As long as the policy says, if not given.")
    discount_percent: Percent = Decimal(0)


class Refusal(Body):
    """Why an offer may not go out."""

    model_config = example(reason="the margin does not allow it")

    reason: Text | None = None


class OfferAnswer(Model):
    """An offer. `subtotal` is before discount, `net` before tax, `total` is to be paid."""

    id: str
    deal_id: str
    number: str
    version: int
    state: OfferState
    lines: list[OrderLine]
    discount_percent: str
    tax_percent: str
    subtotal: Money
    discount: Money
    net: Money
    tax: Money
    total: Money
    valid_until: datetime
    created_by: str
    created_at: datetime
    sent_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, offer: Offer) -> OfferAnswer:
        """From the row."""
        plain = {name: value for name, value in offer if name in cls.model_fields}
        sums = {name: money(plain[name], offer.currency) for name in ("subtotal", "discount", "net", "tax", "total")}
        percents = {name: f"{plain[name]:f}" for name in ("discount_percent", "tax_percent")}
        return cls(**{**plain, **sums, **percents})
