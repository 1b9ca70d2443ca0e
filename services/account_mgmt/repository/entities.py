"""The house's legal entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.account_mgmt.schemas.entities import EntityView, NewEntity
from services.chassis.db import Connection
from services.chassis.errors import NotFound


async def add(conn: Connection, new: NewEntity) -> EntityView | None:
    """Write a legal entity; None when the id is taken."""
    values = new.model_dump()
    names = ", ".join(values)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    row = await conn.fetchrow(
        f"INSERT INTO legal_entities ({names}) VALUES ({places}) ON CONFLICT (id) DO NOTHING RETURNING *",
        *values.values(),
    )
    return EntityView.model_validate(dict(row)) if row else None


async def change(conn: Connection, entity_id: str, values: Mapping[str, Any]) -> EntityView:
    """Set what `values` names (names of columns). Raises NotFound."""
    assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    row = await conn.fetchrow(
        f"UPDATE legal_entities SET {assignments} WHERE id = $1 RETURNING *", entity_id, *values.values()
    )
    return _view(row, entity_id)


async def get(conn: Connection, entity_id: str) -> EntityView:
    """One legal entity. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM legal_entities WHERE id = $1", entity_id)
    return _view(row, entity_id)


async def all_of_them(conn: Connection) -> list[EntityView]:
    """In order of entry."""
    rows = await conn.fetch("SELECT * FROM legal_entities ORDER BY created_at, id LIMIT 200")
    return [EntityView.model_validate(dict(row)) for row in rows]


async def choose(conn: Connection, wanted: str | None, currency: str) -> EntityView | None:
    """Who sells: the one that is wanted, else the first that is paid in this currency, else the first.

    None when the one that is wanted is not there or not active. Raises NotFound if there is none at all.
    """
    row = await conn.fetchrow(
        """SELECT * FROM legal_entities WHERE active AND ($1::text IS NULL OR id = $1)
            ORDER BY currency <> $2, created_at, id LIMIT 1""",
        wanted,
        currency,
    )
    if row is None and wanted is None:
        raise NotFound("There is no legal entity that invoices; add one")
    return EntityView.model_validate(dict(row)) if row else None


def _view(row: Any, entity_id: str) -> EntityView:
    if row is None:
        raise NotFound(f"There is no legal entity {entity_id}")
    return EntityView.model_validate(dict(row))
