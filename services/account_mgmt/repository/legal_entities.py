"""Legal entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.account_mgmt.domain.legal_entities import LegalEntity
from services.chassis.db import Connection
from services.chassis.errors import NotFound


async def add(conn: Connection, values: Mapping[str, Any]) -> LegalEntity | None:
    """Write a legal entity by its columns; None when the id is taken."""
    row = await conn.fetchrow(
        """INSERT INTO legal_entities (id, name, tax_id, vat_id, address, postal_code, city, country, iban, bic, bank,
                                       currency, note, timezone)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           ON CONFLICT (id) DO NOTHING RETURNING *""",
        *(values[name] for name in ("id", "name", "tax_id", "vat_id", "address", "postal_code", "city", "country")),
        *(values[name] for name in ("iban", "bic", "bank", "currency", "note", "timezone")),
    )
    return LegalEntity.maybe(row)


async def change(conn: Connection, entity_id: str, values: Mapping[str, Any]) -> LegalEntity:
    """Change the columns that are given. Raises NotFound."""
    row = await conn.fetchrow(
        """UPDATE legal_entities
              SET name = coalesce($2, name), tax_id = coalesce($3, tax_id), vat_id = coalesce($4, vat_id),
                  address = coalesce($5, address), postal_code = coalesce($6, postal_code), city = coalesce($7, city),
                  country = coalesce($8, country), iban = coalesce($9, iban), bic = coalesce($10, bic),
                  bank = coalesce($11, bank), note = coalesce($12, note), active = coalesce($13, active),
                  timezone = coalesce($14, timezone)
            WHERE id = $1 RETURNING *""",
        entity_id,
        *(values.get(name) for name in ("name", "tax_id", "vat_id", "address", "postal_code", "city", "country")),
        *(values.get(name) for name in ("iban", "bic", "bank", "note", "active", "timezone")),
    )
    return _found(row, entity_id)


async def get(conn: Connection, entity_id: str) -> LegalEntity:
    """One legal entity. Raises NotFound."""
    return _found(await conn.fetchrow("SELECT * FROM legal_entities WHERE id = $1", entity_id), entity_id)


async def all_of_them(conn: Connection) -> list[LegalEntity]:
    """In order of entry."""
    return LegalEntity.of_all(await conn.fetch("SELECT * FROM legal_entities ORDER BY created_at, id LIMIT 200"))


async def choose(conn: Connection, wanted: str | None, currency: str) -> LegalEntity | None:
    """Who sells: the one that was named, else the first that is paid in this currency, else the first.

    None when the one that was named does not exist or is not active. Raises NotFound if there is none at all.
    """
    row = await conn.fetchrow(
        """SELECT * FROM legal_entities WHERE active AND ($1::text IS NULL OR id = $1)
            ORDER BY currency <> $2, created_at, id LIMIT 1""",
        wanted,
        currency,
    )
    if row is None and wanted is None:
        raise NotFound("There is no legal entity that invoices; add one")
    return LegalEntity.maybe(row)


def _found(row: Any, entity_id: str) -> LegalEntity:
    if row is None:
        raise NotFound(f"There is no legal entity {entity_id}")
    return LegalEntity.of(row)
