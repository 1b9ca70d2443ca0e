"""The catalogue: changed here, and told to tier 2 in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.account_mgmt.actions.kinds import PRODUCT
from services.account_mgmt.actions.settings_changes import last_writer, note_change
from services.account_mgmt.domain.products import Price, Product, check_price
from services.account_mgmt.domain.tax_categories import check_category
from services.account_mgmt.domain.units import word_of
from services.account_mgmt.repository import products, settings_changes
from services.account_mgmt.schemas.products import NewPrice, NewProduct, ProductChange
from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.edits import hold
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.meanwhile import now_there, saved_meanwhile
from services.chassis.outbox import StartWorkflow
from workflows.contracts import ids, queues
from workflows.contracts.base import Money
from workflows.contracts.catalogue import (
    CatalogueChanged,
    CatalogueItem,
    CataloguePage,
    CataloguePrice,
    PublishCatalogueInput,
    ReadCatalogue,
)

CATALOGUE_PAGE = 200


async def add_product(conn: Connection, new: NewProduct, by: str) -> Product:
    """Add a product with its first price. Raises Conflict (`duplicate`), Invalid for a price or tax that cannot be."""
    check_price(new.price)
    check_category(new.tax_category, new.tax_percent, new.tax_reason)
    product = await products.add(conn, new.model_dump(exclude={"price"}), new.price, by)
    if product is None:
        raise Conflict(f"There is already a product {new.id}", code="duplicate", field="id")
    await note_change(conn, "product", product.id, by, None, product)
    await publish_catalogue(conn, product.version, by)
    return product


async def change_product(
    conn: Connection, product_id: str, change: ProductChange, by: str, *, seen: int | None = None
) -> Product:
    """Change names, unit, tax, or whether it is offered. `seen` is the version that a form was drawn with.

    Raises NotFound, Invalid for a tax that cannot be, Conflict (`changed_meanwhile`).
    """
    await hold(conn, PRODUCT, product_id)
    was = await products.get(conn, product_id)
    if seen is not None and seen != was.version:
        notes = now_there(_fields(was.model_dump(include=set(change.changes()))), _fields(change.changes()))
        raise await saved_meanwhile(conn, await last_writer(conn, "product", product_id), was.version, notes)
    product = await products.change(conn, product_id, change.changes())
    if {"tax_percent", "tax_category", "tax_reason"} & change.changes().keys():
        check_category(product.tax_category, product.tax_percent, product.tax_reason)
    await note_change(conn, "product", product_id, by, was, product)
    await publish_catalogue(conn, product.version, by)
    return product


def _fields(product: Mapping[str, Any]) -> dict[str, Any]:
    """As a form has it: a field for the name in each language."""
    names = product.get("names", {})
    plain = {name: value for name, value in product.items() if name != "names"}
    return plain | {f"name_{language}": name for language, name in names.items()}


async def set_price(conn: Connection, product_id: str, new: NewPrice, by: str) -> tuple[Product, list[Price]]:
    """Set a price from a moment on; what was invoiced and offered before keeps its price.

    Raises NotFound, Invalid for a price below zero.
    """
    check_price(new.price)
    since = new.valid_from or datetime.now(UTC)
    product = await products.set_price(conn, product_id, new.price, since, by)
    told = _told(new.price.amount, new.price.currency, since)
    await settings_changes.add(conn, "product", product_id, by, {}, {"price": told})
    await publish_catalogue(conn, product.version, by)
    return product, await products.prices(conn, product_id)


async def withdraw_price(conn: Connection, product_id: str, currency: str, valid_from: datetime, by: str) -> Product:
    """Take back a price that was to come; the one before goes on. Raises NotFound, Invalid for one that has begun."""
    if valid_from <= datetime.now(UTC):
        raise Invalid("This price is valid already: set another one from now on", field="valid_from")
    amount = await products.withdraw_price(conn, product_id, currency, valid_from)
    product = await products.change(conn, product_id, {})
    await settings_changes.add(conn, "product", product_id, by, {"price": _told(amount, currency, valid_from)}, {})
    await publish_catalogue(conn, product.version, by)
    return product


def _told(amount: Decimal, currency: str, since: datetime) -> dict[str, str]:
    return {"amount": str(amount), "currency": currency, "since": since.isoformat()}


async def publish_again(conn: Connection, by: str) -> None:
    """Send tier 2 the whole catalogue once more, from its first version on."""
    await publish_catalogue(conn, await products.version(conn), by, since=0, again=True)


async def publish_catalogue(
    conn: Connection, version: int, by: str, *, since: int | None = None, again: bool = False
) -> None:
    """Tell the workflow that carries the catalogue to tier 2; start it if none is on the way."""
    at = datetime.now(UTC)
    event_id = f"catalogue:{version}" + (f":again:{at.timestamp()}" if again else "")
    start = StartWorkflow(
        workflow="PublishCatalogue",
        id=ids.CATALOGUE,
        task_queue=queues.ACCOUNT_MGMT,
        input=PublishCatalogueInput(since=version - 1 if since is None else since),
        summary="Catalogue for tier 2",
    )
    answer = CatalogueChanged(event_id=event_id, at=at, by=by, version=version)
    await outbox.signal(conn, ids.CATALOGUE, "changed", answer, start=start)
    await publish(conn, "catalogue_changed", version=version)


async def read_catalogue(conn: Connection, request: ReadCatalogue) -> CataloguePage:
    """What changed in the catalogue after a version, in order of the changes, with the prices that still matter."""
    changed = await products.changed_since(conn, request.since, CATALOGUE_PAGE + 1)
    shown = changed[:CATALOGUE_PAGE]
    prices = await products.prices_that_matter(conn, [one.id for one in shown])
    return CataloguePage(
        items=[_item(one, [price for price in prices if price.product_id == one.id]) for one in shown],
        upto=shown[-1].version if shown else request.since,
        more=len(changed) > CATALOGUE_PAGE,
    )


def _item(product: Product, prices: Sequence[Price]) -> CatalogueItem:
    return CatalogueItem(
        product_id=product.id,
        version=product.version,
        names={"": product.name, **product.names},
        kind=product.kind,
        unit=word_of(product.unit),
        tax_percent=product.tax_percent,
        active=product.active,
        prices=[
            CataloguePrice(price=Money(amount=one.price, currency=one.currency), valid_from=one.valid_from)
            for one in prices
        ],
    )
