"""Nudges, and what customers answer to them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.allowances import MOST
from services.account_mgmt.domain.card import Card
from services.account_mgmt.domain.nudges import Nudge, NudgeAnswer
from services.account_mgmt.schemas.card import CardView
from services.account_mgmt.schemas.orders import OrderView, PayableExtra, PayableLine
from services.chassis.http import Body, Model, Moment
from workflows.contracts.account_mgmt import NudgeOutcome


class NudgeView(Nudge):
    """A reorder reminder to be made, with the customer's card."""

    card: CardView | None = None

    @classmethod
    def with_card(cls, nudge: Nudge, card: Card) -> Self:
        """From the records."""
        return cls.of({**dict(nudge), "card": CardView.of(card)})


class NewNudgeOutcome(Body):
    """What the customer said."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"outcome": "later", "next_at": "2030-05-06T10:00:00+03:00", "note": "after the holidays"}
        }
    )

    outcome: NudgeOutcome
    lines: list[PayableLine] = Field(default_factory=list, max_length=100)
    allowance_charges: list[PayableExtra] = Field(
        default_factory=list, max_length=MOST, description="Discounts and charges of the whole order, before tax."
    )
    next_at: Moment | None = None
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

    @classmethod
    def of(cls, answer: NudgeAnswer) -> Self:
        """From the record."""
        return cls.model_validate({**dict(answer), "order": OrderView.of(answer.order) if answer.order else None})
