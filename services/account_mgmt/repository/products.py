"""The catalogue: products and their prices by date. Every change raises the version of what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.account_mgmt.schemas.products import NewProduct, PriceView, ProductView
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from workflows.contracts.base import Money
from workflows.contracts.catalogue import CatalogueItem, CataloguePrice

Cursor = tuple[datetime, str] | None
_ALWAYS = datetime.min.replace(tzinfo=UTC)
# The price of the product's own currency at $1: one look into the key's index per product.
_PRODUCT = """
SELECT p.*, (SELECT price FROM product_prices x
              WHERE x.product_id = p.id AND x.currency = p.currency AND x.valid_from <= $1
              ORDER BY x.valid_from DESC LIMIT 1) AS price
  FROM products p
"""


def _product(row: Any) -> ProductView:
    price = Money(amount=row["price"] or 0, currency=row["currency"])
    return ProductView.model_validate({**dict(row), "price": price})


async def add(conn: Connection, new: NewProduct, by: str) -> ProductView | None:
    """Write a product with its first price; None when the article number is taken."""
    added = await conn.fetchval(
        """INSERT INTO products (id, name, names, kind, unit, currency, tax_percent)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING RETURNING id""",
        new.id,
        new.name,
        new.names,
        new.kind,
        new.unit,
        new.price.currency,
        new.tax_percent,
    )
    if added is None:
        return None
    await conn.execute(
        """INSERT INTO product_prices (product_id, currency, valid_from, price, set_by)
           VALUES ($1, $2, '-infinity', $3, $4)""",
        new.id,
        new.price.currency,
        new.price.amount,
        by,
    )
    return await get(conn, new.id)


async def change(conn: Connection, product_id: str, values: Mapping[str, Any]) -> ProductView:
    """Set what `values` names (names of columns). Raises NotFound."""
    names = sorted(values)
    assignments = "".join(f"{name} = ${number}, " for number, name in enumerate(names, start=2))
    if not await conn.fetchval(
        f"""UPDATE products SET {assignments}version = nextval('catalogue_version'), updated_at = now()
             WHERE id = $1 RETURNING true""",
        product_id,
        *(values[name] for name in names),
    ):
        raise NotFound(f"There is no product {product_id}")
    return await get(conn, product_id)


async def set_price(conn: Connection, product_id: str, price: Money, valid_from: datetime, by: str) -> ProductView:
    """Write a price from a moment on; the same moment again replaces it. Raises NotFound."""
    product = await change(conn, product_id, {})
    await conn.execute(
        """INSERT INTO product_prices (product_id, currency, valid_from, price, set_by) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (product_id, currency, valid_from) DO UPDATE SET price = $4, set_by = $5, set_at = now()""",
        product.id,
        price.currency,
        valid_from,
        price.amount,
        by,
    )
    return await get(conn, product_id)


async def get(conn: Connection, product_id: str, at: datetime | None = None) -> ProductView:
    """One product at its price of a moment, or of now. Raises NotFound."""
    row = await conn.fetchrow(f"{_PRODUCT} WHERE p.id = $2", at or datetime.now(UTC), product_id)
    if row is None:
        raise NotFound(f"There is no product {product_id}")
    return _product(row)


async def prices(conn: Connection, product_id: str) -> list[PriceView]:
    """All prices of a product, the latest first."""
    rows = await conn.fetch(
        "SELECT * FROM product_prices WHERE product_id = $1 ORDER BY valid_from DESC, currency", product_id
    )
    return [
        PriceView(price=Money(amount=row["price"], currency=row["currency"]), valid_from=_finite(row["valid_from"]))
        for row in rows
    ]


async def page(conn: Connection, *, at: datetime, active: bool | None, limit: int, after: Cursor) -> list[ProductView]:
    """The catalogue as of a moment, in order of entry."""
    rows = await conn.fetch(
        f"""{_PRODUCT} WHERE ($2::boolean IS NULL OR p.active = $2)
              AND ($3::timestamptz IS NULL OR (p.created_at, p.id) > ($3, $4))
             ORDER BY p.created_at, p.id LIMIT $5""",
        at,
        active,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_product(row) for row in rows]


async def exists(conn: Connection, product_id: str) -> bool:
    """Is it in the catalogue?"""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT 1 FROM products WHERE id = $1)", product_id))


async def version(conn: Connection) -> int:
    """The version of the latest change; 0 for an empty catalogue."""
    return int(await conn.fetchval("SELECT coalesce(max(version), 0) FROM products"))


async def changed_since(conn: Connection, since: int, limit: int) -> list[CatalogueItem]:
    """What changed after a version, in order of the changes, with the prices that still matter."""
    rows = await conn.fetch("SELECT * FROM products WHERE version > $1 ORDER BY version LIMIT $2", since, limit)
    known = await conn.fetch(
        """SELECT * FROM product_prices x WHERE product_id = ANY($1)
              AND valid_from >= (SELECT max(valid_from) FROM product_prices y
                                  WHERE y.product_id = x.product_id AND y.currency = x.currency AND valid_from <= now())
            ORDER BY product_id, valid_from""",
        [row["id"] for row in rows],
    )
    return [
        CatalogueItem(
            product_id=row["id"],
            version=row["version"],
            names={"": row["name"], **row["names"]},
            kind=row["kind"],
            unit=row["unit"],
            tax_percent=row["tax_percent"],
            active=row["active"],
            prices=[_price(price) for price in known if price["product_id"] == row["id"]],
        )
        for row in rows
    ]


def _price(row: Any) -> CataloguePrice:
    money = Money(amount=row["price"], currency=row["currency"])
    return CataloguePrice(price=money, valid_from=_finite(row["valid_from"]))


def _finite(moment: datetime) -> datetime | None:
    # asyncpg gives the least datetime for -infinity: the price that was always valid.
    return None if moment.replace(tzinfo=UTC) <= _ALWAYS else moment
