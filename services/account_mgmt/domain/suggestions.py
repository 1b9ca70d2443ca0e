"""What customers bought, and other products to offer them with the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field, model_validator

from services.chassis.records import Record


class Purchase(Record):
    """What a customer bought, over all orders."""

    product_id: str | None
    description: str
    quantity: Decimal
    times: int
    last_at: datetime | None = None


class Suggestion(Record):
    """Another product with its evidence.

    Of the `buyers` of `because_of`, `support` bought this one too: `confidence` of them, where `share` of all
    customers did, which is `lift` times as many. `need` is what the customer said they need, if they did.
    """

    product_id: str
    name: str
    support: int = 0
    confidence: float = 0
    lift: float = 0
    share: float = 0
    buyers: int = 0
    because_of: str | None = None
    need: str | None = None
    evidence: str = Field(default="", description="The figures as a sentence.")

    @model_validator(mode="before")
    @classmethod
    def _with_evidence(cls, row: Any) -> Any:
        """Rows lack the figures of a product that only a need speaks for."""
        if not isinstance(row, Mapping):
            return row
        known = {name: value for name, value in row.items() if value is not None}
        return {"evidence": _evidence(known), **known}


def _evidence(row: Mapping[str, Any]) -> str:
    parts = [f"they said: {row['need']}"] if row.get("need") else []
    if row.get("because_of"):
        parts.append(
            f"{row['support']} of {row['buyers']} customers with {row['because_of']} buy it too "
            f"({row['confidence']:.0%}, of all customers {row['share']:.0%})"
        )
    return "; ".join(parts)
