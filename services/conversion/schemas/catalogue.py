"""Answers about the catalogue."""

from __future__ import annotations

from datetime import datetime

from services.chassis.http import Model
from services.conversion.domain.pricing import name_in, price_at
from workflows.contracts.base import Money
from workflows.contracts.catalogue import CatalogueItem


class CatalogueEntry(Model):
    """A product as it can be offered now. Without a price, the offer's line must say one."""

    product_id: str
    name: str
    unit: str
    kind: str
    tax_percent: str
    price: Money | None
    version: int

    @classmethod
    def of(cls, item: CatalogueItem, language: str, at: datetime) -> CatalogueEntry:
        """From the published product."""
        return cls(
            product_id=item.product_id,
            name=name_in(item, language) or item.product_id,
            unit=item.unit,
            kind=item.kind,
            tax_percent=f"{item.tax_percent:f}",
            price=price_at(item, at),
            version=item.version,
        )
