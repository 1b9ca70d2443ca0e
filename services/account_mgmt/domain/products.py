"""The catalogue's records: products and their prices by date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from services.chassis.errors import Invalid
from services.chassis.records import Record
from workflows.contracts.base import Money

Kind = Literal["product", "service"]
SEEDED_BY = "leadrelay"
"""Who wrote the sample that a new database begins with."""


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

    def name_in(self, language: str) -> str:
        """Its name in this language, or else the one for all others."""
        return self.names.get(language) or self.name


class Price(Record):
    """A price and since when it is valid, none for always; who set it, and when."""

    product_id: str
    price: Decimal
    currency: str
    valid_from: datetime | None
    set_by: str = ""
    set_at: datetime | None = None


class ProductOnList(Product):
    """A product with its next price, if one is to come."""

    next_price: Decimal | None
    next_from: datetime | None


class CatalogueFigures(Record):
    """How many products are offered and not, and how many prices are to come."""

    active: int
    inactive: int
    coming: int


class PriceTable(Record):
    """The prices of one currency: to come (the next one first), in force, and before (the latest first)."""

    currency: str
    coming: list[Price]
    now: Price | None
    before: list[Price]


def price_tables(prices: Sequence[Price], at: datetime, own: str) -> list[PriceTable]:
    """Prices by currency, the product's own first."""
    tables = []
    for currency in sorted({one.currency for one in prices}, key=lambda code: (code != own, code)):
        mine = sorted((one for one in prices if one.currency == currency), key=_begins, reverse=True)
        valid = [one for one in mine if one.valid_from is None or one.valid_from <= at]
        coming = [one for one in reversed(mine) if one not in valid]
        tables.append(PriceTable(currency=currency, coming=coming, now=next(iter(valid), None), before=valid[1:]))
    return tables


def _begins(price: Price) -> datetime:
    return price.valid_from or datetime.min.replace(tzinfo=UTC)


def check_price(price: Money) -> None:
    """Raises Invalid for a price below zero."""
    if price.amount < 0:
        raise Invalid("A price is not negative", field="price.amount")
