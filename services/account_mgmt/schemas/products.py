"""The catalogue: products and services, their names, prices by date, tax and units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.account_mgmt.domain.products import Kind, Price, Product
from services.account_mgmt.domain.units import check_unit
from services.account_mgmt.schemas.common import in_money
from services.chassis.currencies import Money as PayableMoney
from services.chassis.http import Body, Model, Moment
from services.chassis.meanings import Language, Legible, at_the_door
from workflows.contracts.base import Money

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), Legible]
Names = Annotated[dict[Language, Name], Field(max_length=20, description="By language, ISO 639-1.")]
Unit = Annotated[
    str,
    StringConstraints(min_length=1, max_length=30, strip_whitespace=True),
    at_the_door(check_unit),
    Field(description="A code of UN/ECE Recommendation 20, such as HUR, or a usual word for one."),
]
TaxCategory = Annotated[
    Literal["", "S", "Z", "E", "AE", "K", "G"],
    Field(description="Empty: by seller, buyer and rate. Z, E, AE, K and G are untaxed, E with a reason."),
]
TaxReason = Annotated[
    str,
    StringConstraints(max_length=200, strip_whitespace=True),
    Field(description="Why no tax is due, in words or as a code, e.g. VATEX-EU-132."),
]
Tax = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
_EXAMPLE: dict[str, Any] = {
    "id": "FTL-UA",
    "name": "Повне завантаження Україною, 22 т",
    "names": {"en": "Full truck within Ukraine, 22 t"},
    "unit": "trip",
    "price": {"amount": "28500.00", "currency": "UAH"},
    "tax_percent": "20",
}


class NewProduct(Body):
    """A product or service. `id` is the article number; the price is valid from now on."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    name: Name
    names: Names = Field(default_factory=dict)
    kind: Kind = "service"
    unit: Unit
    price: PayableMoney
    tax_percent: Tax = Decimal(20)
    tax_category: TaxCategory = ""
    tax_reason: TaxReason = ""


class ProductChange(Body):
    """Changes of a product; what is not given stays. One that is not active is no longer offered."""

    model_config = ConfigDict(json_schema_extra={"example": {"names": {"en": "Full truck, 22 t"}, "active": True}})

    name: Name | None = None
    names: Names | None = None
    unit: Unit | None = None
    tax_percent: Tax | None = None
    tax_category: TaxCategory | None = None
    tax_reason: TaxReason | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.changes():
            raise ValueError("name at least one thing to change")
        return self

    def changes(self) -> dict[str, Any]:
        """What was given, by name."""
        return self.model_dump(exclude_none=True)


class NewPrice(Body):
    """A price from a moment on; without one, from now on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"price": {"amount": "29900.00", "currency": "UAH"}, "valid_from": "2030-01-01T00:00:00+02:00"}
        }
    )

    price: PayableMoney
    valid_from: Moment | None = None


class PriceView(Model):
    """A price and since when it is valid; null for always."""

    price: Money
    valid_from: datetime | None

    @classmethod
    def of(cls, price: Price) -> Self:
        """From the record."""
        return cls(price=Money(amount=price.price, currency=price.currency), valid_from=price.valid_from)


class ProductView(Model):
    """One product with its price at the moment that was asked for."""

    id: str
    name: str
    names: dict[str, str]
    kind: Kind
    unit: str
    price: Money
    tax_percent: Decimal
    tax_category: str
    tax_reason: str
    active: bool
    version: int
    created_at: datetime

    @classmethod
    def of(cls, product: Product) -> Self:
        """From the record."""
        return cls.model_validate({**dict(product), **in_money(product, product.currency, "price")})


class ProductDetail(ProductView):
    """One product with all its prices, the latest first."""

    prices: list[PriceView]

    @classmethod
    def with_prices(cls, product: Product, prices: Sequence[Price]) -> Self:
        """From the records."""
        return cls(**dict(ProductView.of(product)), prices=[PriceView.of(price) for price in prices])
