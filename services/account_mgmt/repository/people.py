"""People to talk to at customers'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.account_mgmt.domain.people import Person
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

_MOST = 200


async def add(conn: Connection, customer_id: str, values: Mapping[str, Any]) -> Person:
    """Write somebody to talk to by their columns."""
    row = await conn.fetchrow(
        """INSERT INTO people (id, customer_id, name, role, phones, email, language, note)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *""",
        new_id(),
        customer_id,
        *(values[name] for name in ("name", "role", "phones", "email", "language", "note")),
    )
    return Person.of(row)


async def of_customer(conn: Connection, customer_id: str) -> list[Person]:
    """In order of entry."""
    rows = await conn.fetch(
        "SELECT * FROM people WHERE customer_id = $1 ORDER BY created_at, id LIMIT $2", customer_id, _MOST
    )
    return Person.of_all(rows)


async def get(conn: Connection, customer_id: str, person_id: str) -> Person:
    """One person at a customer's. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM people WHERE id = $1 AND customer_id = $2", person_id, customer_id)
    if row is None:
        raise NotFound("There is no such person")
    return Person.of(row)


async def remove(conn: Connection, customer_id: str, person_id: str) -> None:
    """Delete a person. Raises NotFound."""
    if not await conn.fetchval(
        "DELETE FROM people WHERE id = $1 AND customer_id = $2 RETURNING true", person_id, customer_id
    ):
        raise NotFound("There is no such person")


async def forget(conn: Connection, person_ids: Sequence[str]) -> None:
    """Delete these people, where they are still there."""
    await conn.execute("DELETE FROM people WHERE id = ANY($1::uuid[])", list(person_ids))
