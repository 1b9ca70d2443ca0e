"""Needs of a customer with their history."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.account_mgmt.domain.needs import Need, NeedState
from services.chassis.http import Body

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class NewNeed(Body):
    """Something the customer needs."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "refrigerated trucks from May on"}})

    text: Text
    product_id: Annotated[str, Field(max_length=64)] | None = None


class NeedChange(Body):
    """A need is reworded, was met, or is gone."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "gone", "note": "they bought their own trucks"}})

    text: Text | None = None
    state: NeedState | None = None
    note: Annotated[str, StringConstraints(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.text is None and self.state is None:
            raise ValueError("name a new text or a new state")
        return self


class NeedView(Need):
    """A need as it stands, with its history, the first entry first."""
