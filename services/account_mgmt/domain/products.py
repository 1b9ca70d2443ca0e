"""The catalogue's records: products and their prices by date."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.chassis.errors import Invalid
from services.chassis.records import Record
from workflows.contracts.base import Money

Kind = Literal["product", "service"]


class Product(Record):
    """A product with its price, in its own currency, at the moment that was asked for.

    `tax_category` is empty where the rule decides (`tax_categories.py`), `tax_reason` says why no tax is due. `names`
    are by language; `version` grows with every change of the product or of its prices.
    """

    id: str
    name: str
    names: dict[str, str]
    kind: Kind
    unit: str
    price: Decimal
    currency: str
    tax_percent: Decimal
    tax_category: str = ""
    tax_reason: str = ""
    active: bool
    version: int
    created_at: datetime


class Price(Record):
    """A price and since when it is valid; none for always."""

    product_id: str
    price: Decimal
    currency: str
    valid_from: datetime | None


def check_price(price: Money) -> None:
    """Raises Invalid for a price below zero."""
    if price.amount < 0:
        raise Invalid("A price is not negative", field="price.amount")
