"""Needs of a customer with their history, and what is never to be offered again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.chassis.http import Body, Model

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
NeedState = Literal["open", "met", "gone"]


class NewNeed(Body):
    """Something the customer needs."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "refrigerated trucks from May on"}})

    text: Words
    product_id: Annotated[str, Field(max_length=64)] | None = None


class NeedChange(Body):
    """A need is worded anew, was met, or is gone."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "gone", "note": "they bought their own trucks"}})

    text: Words | None = None
    state: NeedState | None = None
    note: Annotated[str, StringConstraints(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.text is None and self.state is None:
            raise ValueError("name a new text or a new state")
        return self


class NeedEvent(Model):
    """What became of a need, and when."""

    state: NeedState
    text: str
    note: str | None
    by: str
    at: datetime


class NeedView(Model):
    """A need as it stands, with its history, the first entry first."""

    id: str
    customer_id: str
    text: str
    product_id: str | None
    state: NeedState
    recorded_by: str
    created_at: datetime
    updated_at: datetime
    history: list[NeedEvent] = Field(default_factory=list)


class NewRefusal(Body):
    """Why a product is never to be offered to this customer again."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "bad experience with another supplier"}})

    reason: Annotated[str, StringConstraints(max_length=300)] | None = None


class Refusal(Model):
    """A product that is never offered to this customer again."""

    product_id: str
    reason: str | None
    recorded_by: str
    created_at: datetime
