"""Series of numbers of a legal entity."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.numbers import NextNumber, NumberStart, Series
from services.account_mgmt.schemas.common import Reason
from services.chassis.http import Model


class NewStart(Reason):
    """A series goes on from a number: those before it were given out elsewhere."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"next_number": 318, "reason": "317 invoices of this year in the old program"}}
    )

    series: Series = "invoice"
    year: int | None = Field(default=None, ge=1900, le=9999, description="This one of its books, if none is given.")
    next_number: int = Field(ge=1, le=99_999_999)


class NumbersView(Model):
    """The next number of each series that has begun, and where series were moved on, the latest first."""

    next: list[NextNumber]
    starts: list[NumberStart]
