"""Tier 3's catalogue as it was last published here."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from workflows.contracts.catalogue import CatalogueItem


async def take(conn: Connection, items: Sequence[CatalogueItem]) -> None:
    """Keep products; a newer version that is known already stays."""
    await conn.executemany(
        """INSERT INTO catalogue_items (product_id, version, names, kind, unit, tax_percent, active, prices)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (product_id) DO UPDATE
              SET version = $2, names = $3, kind = $4, unit = $5, tax_percent = $6, active = $7, prices = $8,
                  taken_at = now()
            WHERE catalogue_items.version < $2""",
        [
            (
                item.product_id,
                item.version,
                item.names,
                item.kind,
                item.unit,
                item.tax_percent,
                item.active,
                [price.model_dump(mode="json") for price in item.prices],
            )
            for item in items
        ],
    )


async def find(conn: Connection, product_ids: Sequence[str]) -> dict[str, CatalogueItem]:
    """The products of these ids that are known."""
    rows = await conn.fetch("SELECT * FROM catalogue_items WHERE product_id = ANY($1)", list(product_ids))
    return {row["product_id"]: CatalogueItem.model_validate(dict(row)) for row in rows}


async def state(conn: Connection) -> tuple[str, str]:
    """The database, and which state its catalogue is in: every change makes another one."""
    # Versions only rise, so that their sum does with each product that comes or changes.
    row = await conn.fetchrow(
        """SELECT current_database() AS database,
                  concat(count(*), ':', sum(version), ':', count(*) FILTER (WHERE active))
                  AS state FROM catalogue_items"""
    )
    return (row["database"], row["state"]) if row else ("", "")


async def everything(conn: Connection) -> list[CatalogueItem]:
    """All products that are offered now."""
    rows = await conn.fetch("SELECT * FROM catalogue_items WHERE active ORDER BY product_id")
    return [CatalogueItem.model_validate(dict(row)) for row in rows]


async def page(conn: Connection, *, q: str | None, limit: int, after: str | None) -> list[CatalogueItem]:
    """What is offered now, by article number; with `q`, whose number or a name contains it."""
    rows = await conn.fetch(
        """SELECT * FROM catalogue_items
            WHERE active AND ($1::text IS NULL OR (product_id COLLATE pg_c_utf8) ILIKE $1
                  OR EXISTS (SELECT FROM jsonb_each_text(names) AS n WHERE (n.value COLLATE pg_c_utf8) ILIKE $1))
              AND ($2::text IS NULL OR product_id > $2) ORDER BY product_id LIMIT $3""",
        None if q is None else "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%",
        after,
        limit,
    )
    return [CatalogueItem.model_validate(dict(row)) for row in rows]
