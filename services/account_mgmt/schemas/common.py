"""What several bodies share."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from services.chassis.http import Body
from services.chassis.meanings import OneLine
from workflows.contracts.base import Money

Reference = OneLine
"""What a payment is known by: blanks are folded and what cannot be seen is gone, so that it is typed alike twice."""


class Reason(Body):
    """Why."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "the customer does not need it any more"}})

    reason: str = Field(min_length=1, max_length=300)


def in_money(record: Any, currency: str, *names: str) -> dict[str, Money]:
    """These sums of a record with their currency, by name."""
    return {name: Money(amount=getattr(record, name), currency=currency) for name in names}
