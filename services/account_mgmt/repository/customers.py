"""Customers, policies, and what workflows were already answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.schemas import CustomerView, PolicyView
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from workflows.contracts.base import ContactCard, Message

M = TypeVar("M", bound=Message)
Cursor = tuple[datetime, str] | None


# Effects of workflows


async def earlier(conn: Connection, key: str, model: type[M]) -> M | None:
    """The answer that an earlier delivery of the same request was given."""
    # Two deliveries at once must not both find nothing.
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)
    found = await conn.fetchval("SELECT result FROM effects WHERE key = $1", key)
    return model.model_validate(found) if found else None


async def keep(conn: Connection, key: str, result: M) -> M:
    """Remember the answer under its key."""
    await conn.execute("INSERT INTO effects (key, result) VALUES ($1, $2)", key, result)
    return result


async def purge_effects(conn: Connection, older_than: timedelta) -> int:
    """Forget answers of before; a few thousand at once, how many."""
    status = await conn.execute(
        """DELETE FROM effects
            WHERE key = ANY(ARRAY(SELECT key FROM effects WHERE at < now() - $1::interval LIMIT 5000))""",
        older_than,
    )
    return int(status.rsplit(" ", 1)[-1])


# Policies


async def policy(conn: Connection) -> tuple[int, Policy]:
    """The current policy with its version."""
    row = await conn.fetchrow("SELECT version, body FROM policies ORDER BY version DESC LIMIT 1")
    if row is None:
        raise NotFound("There is no policy; the database was not seeded")
    return row["version"], Policy.model_validate(row["body"])


async def policies(conn: Connection) -> list[PolicyView]:
    """Every version, the current one first."""
    rows = await conn.fetch("SELECT * FROM policies ORDER BY version DESC LIMIT 100")
    return [PolicyView.model_validate(dict(row)) for row in rows]


async def add_policy(conn: Connection, new: Policy, by: str) -> PolicyView:
    """Write the next version."""
    row = await conn.fetchrow(
        """INSERT INTO policies (version, body, created_by)
           SELECT coalesce(max(version), 0) + 1, $1, $2 FROM policies RETURNING *""",
        new.model_dump(mode="json"),
        by,
    )
    return PolicyView.model_validate(dict(row or {}))


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
