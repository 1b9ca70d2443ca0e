"""The catalogue as a supervisor reads it: by article number, with the prices to come."""

from __future__ import annotations

from services.account_mgmt.domain.products import CatalogueFigures, ProductOnList
from services.chassis.db import Connection


async def page(
    conn: Connection, *, text: str, active: bool | None, limit: int, after: str | None
) -> list[ProductOnList]:
    """Products by article number that hold this text in their number or a name."""
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await conn.fetch(
        """SELECT p.*, coalesce(present.price, 0) AS price, coming.price AS next_price, coming.valid_from AS next_from
             FROM products p
             LEFT JOIN LATERAL (
                  SELECT price FROM product_prices x
                   WHERE x.product_id = p.id AND x.currency = p.currency AND x.valid_from <= now()
                   ORDER BY x.valid_from DESC LIMIT 1) AS present ON true
             LEFT JOIN LATERAL (
                  SELECT price, valid_from FROM product_prices x
                   WHERE x.product_id = p.id AND x.currency = p.currency AND x.valid_from > now()
                   ORDER BY x.valid_from LIMIT 1) AS coming ON true
            WHERE ($1 = '' OR p.id COLLATE pg_c_utf8 ILIKE $2 OR p.name COLLATE pg_c_utf8 ILIKE $2
                   OR EXISTS (SELECT FROM jsonb_each_text(p.names) AS n WHERE n.value COLLATE pg_c_utf8 ILIKE $2))
              AND ($3::boolean IS NULL OR p.active = $3) AND ($4::text IS NULL OR p.id > $4)
            ORDER BY p.id LIMIT $5""",
        text,
        f"%{pattern}%",
        active,
        after,
        limit,
    )
    return ProductOnList.of_all(rows)


async def figures(conn: Connection) -> CatalogueFigures:
    """The catalogue in three figures."""
    row = await conn.fetchrow(
        """SELECT count(*) FILTER (WHERE active) AS active, count(*) FILTER (WHERE NOT active) AS inactive,
                  (SELECT count(*) FROM product_prices WHERE valid_from > now()) AS coming FROM products"""
    )
    return CatalogueFigures.of(row)
