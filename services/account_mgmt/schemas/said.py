"""What a customer said on the phone, as the desk takes it down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.chassis.http import Body, Moment
from workflows.contracts.account_mgmt import NudgeOutcome


class Said(Body):
    """One outcome. `item_id` is the reminder it answers, if one waits; `quantities` go with the lines of last time,
    which were those of the order `order_id`.

    When to ask again is a moment, or a day on the customer's own calendar.
    """

    outcome: NudgeOutcome
    item_id: str | None = None
    note: str | None = Field(default=None, max_length=2000)
    next_at: Moment | None = None
    day: date | None = None
    quantities: list[Annotated[Decimal, Field(max_digits=12, decimal_places=3)]] = Field(
        default_factory=list, max_length=100
    )
    order_id: str | None = None
