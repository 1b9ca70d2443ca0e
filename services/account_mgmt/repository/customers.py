"""Customers, policies, and what workflows were already answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from services.account_mgmt.schemas import CustomerView
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from workflows.contracts.base import ContactCard, Message

M = TypeVar("M", bound=Message)
Cursor = tuple[datetime, str] | None


# Customers


def _customer(row: Any) -> CustomerView:
    return CustomerView.model_validate(dict(row))


async def get(conn: Connection, customer_id: str, *, lock: bool = False) -> CustomerView:
    """Read a customer; with `lock`, hold it. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT * FROM customers WHERE id = $1 {'FOR UPDATE' if lock else ''}", customer_id)
    if row is None:
        raise NotFound(f"There is no customer {customer_id}")
    return _customer(row)


async def won_by(conn: Connection, customer_id: str) -> str | None:
    """The manager of tier 2 who won this customer."""
    found: str | None = await conn.fetchval("SELECT won_by FROM customers WHERE id = $1", customer_id)
    return found


async def page(
    conn: Connection, *, state: str | None, manager: str | None, limit: int, after: Cursor
) -> list[CustomerView]:
    """A page of customers in order of opening."""
    rows = await conn.fetch(
        """SELECT * FROM customers WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR account_manager = $2)
              AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid))
            ORDER BY created_at, id LIMIT $5""",
        state,
        manager,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_customer(row) for row in rows]


async def open_or_reopen(
    conn: Connection, customer_id: str, contact: ContactCard | None, segment: str, won_by: str
) -> CustomerView:
    """A new customer, or one that comes home: to the same account manager, with the history kept."""
    if contact is None:
        await conn.execute(
            "UPDATE customers SET state = 'active', lost_at = NULL, won_by = $2, updated_at = now() WHERE id = $1",
            customer_id,
            won_by,
        )
        return await get(conn, customer_id, lock=True)
    row = await conn.fetchrow(
        """INSERT INTO customers (id, contact, segment, won_by) VALUES ($1, $2, $3, $4)
           ON CONFLICT (id) DO UPDATE SET contact = excluded.contact, state = 'active', lost_at = NULL,
                                          won_by = excluded.won_by, updated_at = now()
           RETURNING *""",
        customer_id,
        contact,
        segment,
        won_by,
    )
    return _customer(row)


async def set_state(conn: Connection, customer_id: str, state: str) -> None:
    """Change how the customer stands."""
    await conn.execute(
        """UPDATE customers SET state = $2, updated_at = now(), lost_at = CASE WHEN $2 = 'lost' THEN now() END
            WHERE id = $1""",
        customer_id,
        state,
    )


async def timezone(conn: Connection, customer_id: str) -> str:
    """The customer's time zone, by its IANA name."""
    name: str = await conn.fetchval(
        "SELECT coalesce(contact->>'timezone', 'Europe/Kyiv') FROM customers WHERE id = $1", customer_id
    )
    return name


async def state_of(conn: Connection, customer_id: str) -> str:
    """How the customer stands now."""
    state: str = await conn.fetchval("SELECT state FROM customers WHERE id = $1", customer_id)
    return state


async def change(conn: Connection, customer_id: str, values: Mapping[str, Any]) -> CustomerView:
    """Set what `values` names (names of columns) of a customer that exists."""
    for name, value in sorted(values.items()):
        await conn.execute(f"UPDATE customers SET {name} = $2, updated_at = now() WHERE id = $1", customer_id, value)
    return await get(conn, customer_id)


async def plan_nudge(conn: Connection, customer_id: str, at: datetime | None) -> None:
    """Mirror the next nudge in the record."""
    await conn.execute("UPDATE customers SET next_nudge_at = $2 WHERE id = $1", customer_id, at)


async def nudged(conn: Connection, customer_id: str) -> None:
    """A nudge was opened now; the frequency cap counts from here."""
    await conn.execute("UPDATE customers SET last_nudge_at = now(), next_nudge_at = NULL WHERE id = $1", customer_id)


async def last_nudge_at(conn: Connection, customer_id: str) -> datetime | None:
    """When the last nudge was opened."""
    found: datetime | None = await conn.fetchval("SELECT last_nudge_at FROM customers WHERE id = $1", customer_id)
    return found
