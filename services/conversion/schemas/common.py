"""Types that several bodies share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from services.chassis.http import Moment as Moment
from services.chassis.meanings import storable
from workflows.contracts.base import Money

Short = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(storable)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=5000, strip_whitespace=True), AfterValidator(storable)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")]
"""Name of a playbook or a template."""
PersonId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$")]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


LINE_EXAMPLE: dict[str, Any] = {
    "product_id": "FTL-UA",
    "description": "Full truck within Ukraine, 22 t",
    "quantity": "2",
    "unit_price": {"amount": "28500.00", "currency": "UAH"},
}


def example(**values: Any) -> ConfigDict:
    """Configuration of a body with an example for the OpenAPI document; the rest is inherited."""
    return ConfigDict(json_schema_extra={"example": values})


def money(amount: Decimal, currency: str) -> Money:
    """An exact amount as the interface writes it."""
    return Money(amount=amount, currency=currency)
