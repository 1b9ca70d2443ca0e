"""The catalogue: products and their prices by date. Every change raises the version of what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.account_mgmt.domain.order_drafts import ListedProduct
from services.account_mgmt.domain.products import Price, Product
from services.account_mgmt.domain.tax_categories import ProductTax
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from workflows.contracts.base import Money

_ALWAYS = datetime.min.replace(tzinfo=UTC)
# The price of the product's own currency at $1: one look into the key's index per product.
_PRODUCT = """
SELECT p.*, coalesce((SELECT price FROM product_prices x
                       WHERE x.product_id = p.id AND x.currency = p.currency AND x.valid_from <= $1
                       ORDER BY x.valid_from DESC LIMIT 1), 0) AS price
  FROM products p
"""


async def add(conn: Connection, values: Mapping[str, Any], price: Money, by: str) -> Product | None:
    """Write a product by its columns, with its first price; None when the article number is taken."""
    added = await conn.fetchval(
        """INSERT INTO products (id, name, names, kind, unit, tax_percent, tax_category, tax_reason, currency)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING RETURNING id""",
        *(
            values[name]
            for name in ("id", "name", "names", "kind", "unit", "tax_percent", "tax_category", "tax_reason")
        ),
        price.currency,
    )
    if added is None:
        return None
    await conn.execute(
        """INSERT INTO product_prices (product_id, currency, valid_from, price, set_by)
           VALUES ($1, $2, '-infinity', $3, $4)""",
        added,
        price.currency,
        price.amount,
        by,
    )
    return await get(conn, added)


async def change(conn: Connection, product_id: str, values: Mapping[str, Any]) -> Product:
    """Change the columns that are given, and raise the version in any case. Raises NotFound."""
    if not await conn.fetchval(
        """UPDATE products
              SET name = coalesce($2, name), names = coalesce($3, names), unit = coalesce($4, unit),
                  tax_percent = coalesce($5, tax_percent), active = coalesce($6, active),
                  tax_category = coalesce($7, tax_category), tax_reason = coalesce($8, tax_reason),
                  version = nextval('catalogue_version'), updated_at = now()
            WHERE id = $1 RETURNING true""",
        product_id,
        *(
            values.get(name)
            for name in ("name", "names", "unit", "tax_percent", "active", "tax_category", "tax_reason")
        ),
    ):
        raise NotFound(f"There is no product {product_id}")
    return await get(conn, product_id)


async def set_price(conn: Connection, product_id: str, price: Money, valid_from: datetime, by: str) -> Product:
    """Write a price from a moment on; the same moment again replaces it. Raises NotFound."""
    await change(conn, product_id, {})
    await conn.execute(
        """INSERT INTO product_prices (product_id, currency, valid_from, price, set_by) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (product_id, currency, valid_from) DO UPDATE SET price = $4, set_by = $5, set_at = now()""",
        product_id,
        price.currency,
        valid_from,
        price.amount,
        by,
    )
    return await get(conn, product_id)


async def withdraw_price(conn: Connection, product_id: str, currency: str, valid_from: datetime) -> Decimal:
    """Delete a price; what it was. Raises NotFound."""
    amount = await conn.fetchval(
        "DELETE FROM product_prices WHERE product_id = $1 AND currency = $2 AND valid_from = $3 RETURNING price",
        product_id,
        currency,
        valid_from,
    )
    if amount is None:
        raise NotFound("There is no such price")
    return Decimal(amount)


async def get(conn: Connection, product_id: str, at: datetime | None = None) -> Product:
    """One product at its price of a moment, or of now. Raises NotFound."""
    row = await conn.fetchrow(f"{_PRODUCT} WHERE p.id = $2", at or datetime.now(UTC), product_id)
    if row is None:
        raise NotFound(f"There is no product {product_id}")
    return Product.of(row)


async def prices(conn: Connection, product_id: str) -> list[Price]:
    """All prices of a product, the latest first."""
    rows = await conn.fetch(
        "SELECT * FROM product_prices WHERE product_id = $1 ORDER BY valid_from DESC, currency", product_id
    )
    return [_price(row) for row in rows]


async def page(conn: Connection, *, at: datetime, active: bool | None, limit: int, after: Cursor) -> list[Product]:
    """The catalogue as of a moment, in order of entry."""
    rows = await conn.fetch(
        f"""{_PRODUCT} WHERE ($2::boolean IS NULL OR p.active = $2)
              AND ($3::timestamptz IS NULL OR (p.created_at, p.id) > ($3, $4))
             ORDER BY p.created_at, p.id LIMIT $5""",
        at,
        active,
        *(after or (None, None)),
        limit,
    )
    return Product.of_all(rows)


async def known(conn: Connection, product_ids: Iterable[str | None]) -> set[str]:
    """Those of these products that are in the catalogue."""
    rows = await conn.fetch("SELECT id FROM products WHERE id = ANY($1)", [one for one in product_ids if one])
    return {row["id"] for row in rows}


async def on_sale(conn: Connection, product_ids: Iterable[str | None]) -> dict[str, bool]:
    """Those of these products that are in the catalogue, and whether they are sold today."""
    rows = await conn.fetch("SELECT id, active FROM products WHERE id = ANY($1)", [one for one in product_ids if one])
    return {row["id"]: row["active"] for row in rows}


# The price in the currency $1, which valid_from says is the latest, for the customer $2.
_LISTED = """
SELECT p.*, EXISTS (SELECT FROM never_offer n WHERE n.customer_id = $2 AND n.product_id = p.id) AS refused,
       (SELECT price FROM product_prices x WHERE x.product_id = p.id AND x.currency = $1 AND x.valid_from <= now()
         ORDER BY x.valid_from DESC LIMIT 1) AS price
  FROM products p
"""


async def listed(
    conn: Connection, product_ids: Sequence[str], *, currency: str, customer_id: str
) -> dict[str, ListedProduct]:
    """Those of these products that are in the catalogue, by id, as this customer gets them now."""
    rows = await conn.fetch(f"{_LISTED} WHERE p.id = ANY($3)", currency, customer_id, list(product_ids))
    return {row["id"]: ListedProduct.of(row) for row in rows}


async def search(conn: Connection, text: str, *, currency: str, customer_id: str, limit: int) -> list[ListedProduct]:
    """What is offered by article number or name in any language, the best match first; all of it for no text."""
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    # In this collation letters of every alphabet have their capitals, whatever the database's own is.
    name, number = "(p.name COLLATE pg_c_utf8)", "(p.id COLLATE pg_c_utf8)"
    rows = await conn.fetch(
        f"""{_LISTED} WHERE p.active AND ({number} ILIKE $4 OR {name} ILIKE $4
                  OR EXISTS (SELECT FROM jsonb_each_text(p.names) AS n WHERE (n.value COLLATE pg_c_utf8) ILIKE $4))
             ORDER BY lower({number}) = lower($3 COLLATE pg_c_utf8) DESC, {name} ILIKE $5 DESC, {number} ILIKE $5 DESC,
                      p.name, p.id LIMIT $6""",
        currency,
        customer_id,
        text,
        f"%{pattern}%",
        f"{pattern}%",
        limit,
    )
    return ListedProduct.of_all(rows)


async def names_by_language(conn: Connection, product_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """The names by language of those of these products that have any, by id."""
    rows = await conn.fetch("SELECT id, names FROM products WHERE id = ANY($1) AND names <> '{}'", list(product_ids))
    return {row["id"]: row["names"] for row in rows}


async def taxes(conn: Connection, product_ids: Iterable[str | None]) -> dict[str, ProductTax]:
    """Tax and unit of those of these products that are in the catalogue, by id."""
    rows = await conn.fetch("SELECT * FROM products WHERE id = ANY($1)", [one for one in product_ids if one])
    return {row["id"]: ProductTax.of(row) for row in rows}


async def version(conn: Connection) -> int:
    """The version of the latest change; 0 for an empty catalogue."""
    return int(await conn.fetchval("SELECT coalesce(max(version), 0) FROM products"))


async def changed_since(conn: Connection, since: int, limit: int) -> list[Product]:
    """Products that changed after a version, in order of the changes."""
    rows = await conn.fetch(
        f"{_PRODUCT} WHERE p.version > $2 ORDER BY p.version LIMIT $3", datetime.now(UTC), since, limit
    )
    return Product.of_all(rows)


async def prices_that_matter(conn: Connection, product_ids: Sequence[str]) -> list[Price]:
    """The price of each currency that is valid now, and those to come, in order of their dates."""
    rows = await conn.fetch(
        """SELECT * FROM product_prices x WHERE product_id = ANY($1)
              AND valid_from >= (SELECT max(valid_from) FROM product_prices y
                                  WHERE y.product_id = x.product_id AND y.currency = x.currency AND valid_from <= now())
            ORDER BY product_id, valid_from""",
        list(product_ids),
    )
    return [_price(row) for row in rows]


def _price(row: Any) -> Price:
    # asyncpg gives the least datetime for -infinity: the price that was always valid.
    always = row["valid_from"].replace(tzinfo=UTC) <= _ALWAYS
    return Price.of({**row, "valid_from": None if always else row["valid_from"]})
