"""The catalogue as its pages show it: the list, and one product with everything about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.account_mgmt.domain.products import (
    CatalogueFigures,
    PriceTable,
    Product,
    ProductOnList,
    price_tables,
)
from services.account_mgmt.domain.settings_changes import SettingsChange
from services.account_mgmt.repository import catalogue_pages, products, settings_changes, supervisors
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection

PAGE = 50
_MOST_CHANGES = 30


@dataclass(frozen=True)
class CataloguePageShown:
    """A page of the catalogue; `more` is where the next one begins."""

    products: list[ProductOnList]
    figures: CatalogueFigures
    more: str


@dataclass(frozen=True)
class ProductPage:
    """One product: its prices by currency, who changed what, and the clock on which prices begin."""

    product: Product
    tables: list[PriceTable]
    changes: list[SettingsChange]
    names: dict[str, str]
    zone: str


async def read_catalogue_page(
    conn: Connection, *, text: str, active: bool | None, after: str | None
) -> CataloguePageShown:
    """Products by article number, at most fifty."""
    found = await catalogue_pages.page(conn, text=text, active=active, limit=PAGE + 1, after=after)
    return CataloguePageShown(
        products=found[:PAGE],
        figures=await catalogue_pages.figures(conn),
        more=found[PAGE - 1].id if len(found) > PAGE else "",
    )


async def read_product_page(conn: Connection, product_id: str, now: datetime) -> ProductPage:
    """One product. Raises NotFound."""
    product = await products.get(conn, product_id, now)
    return ProductPage(
        product=product,
        tables=price_tables(await products.prices(conn, product_id), now, product.currency),
        changes=await settings_changes.of_thing(conn, "product", product_id, _MOST_CHANGES),
        names=await supervisors.names_of_staff(conn),
        zone=(await policies.rules(conn)).timezone,
    )
