"""Account managers: who they are, when they are away, and their portfolios."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from services.account_mgmt.domain.portfolio import Keeper, Wanted
from services.account_mgmt.schemas.account_managers import AbsenceView, AccountManagerView, NewAccountManager
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid, NotFound

Cursor = tuple[datetime, str] | None

# The size of a portfolio is counted in the customers' index, and an absence found by its range.
_KEEPERS = """
SELECT m.*, (SELECT count(*) FROM customers c WHERE c.account_manager = m.id
                AND c.state NOT IN ('lost', 'cancelled')) AS customers,
       a.id IS NOT NULL AS away, a.cover
  FROM account_managers m LEFT JOIN absences a ON a.manager = m.id AND a.during @> now()
"""


async def add(conn: Connection, new: NewAccountManager) -> AccountManagerView | None:
    """Write an account manager; None when the id is taken."""
    added = await conn.fetchval(
        """INSERT INTO account_managers (id, name, capacity, active, segments, sizes) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (id) DO NOTHING RETURNING id""",
        new.id,
        new.name,
        new.capacity,
        new.active,
        new.segments,
        new.sizes,
    )
    return await get(conn, new.id) if added else None


async def get(conn: Connection, manager_id: str) -> AccountManagerView:
    """One account manager. Raises NotFound."""
    row = await conn.fetchrow(f"{_KEEPERS} WHERE m.id = $1", manager_id)
    if row is None:
        raise NotFound(f"There is no account manager {manager_id}")
    return AccountManagerView.model_validate(dict(row))


async def change(conn: Connection, manager_id: str, values: Mapping[str, Any]) -> AccountManagerView:
    """Set what `values` names (names of columns). Raises NotFound."""
    names = sorted(values)
    assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, start=2))
    await conn.execute(
        f"UPDATE account_managers SET {assignments} WHERE id = $1", manager_id, *(values[name] for name in names)
    )
    return await get(conn, manager_id)


async def page(conn: Connection, limit: int, after: Cursor) -> list[AccountManagerView]:
    """Account managers with the size of their portfolios."""
    rows = await conn.fetch(
        f"""{_KEEPERS} WHERE $1::timestamptz IS NULL OR (m.created_at, m.id) > ($1, $2)
            ORDER BY m.created_at, m.id LIMIT $3""",
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [AccountManagerView.model_validate(dict(row)) for row in rows]


async def lock(conn: Connection) -> None:
    """One assignment at a time: two must not both give away the last place of a portfolio."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('account_mgmt.assign'))")


async def all_of_them(conn: Connection) -> list[Keeper]:
    """Everybody as the choice sees him, now."""
    rows = await conn.fetch(_KEEPERS)
    return [
        Keeper(
            id=row["id"],
            active=row["active"],
            away=row["away"],
            cover=row["cover"],
            capacity=row["capacity"],
            customers=row["customers"],
            segments=frozenset(row["segments"]),
            sizes=frozenset(row["sizes"]),
        )
        for row in rows
    ]


async def away_now(conn: Connection, manager_id: str) -> str | None:
    """Who covers for an account manager who is away now: '' for whoever is there; None if he is there himself."""
    row = await conn.fetchrow("SELECT cover FROM absences WHERE manager = $1 AND during @> now()", manager_id)
    return (row["cover"] or "") if row else None


async def wanted(conn: Connection, customer_id: str) -> Wanted:
    """What the choice must know of a customer."""
    row = await conn.fetchrow(
        "SELECT segment, contact->>'size' AS size, account_manager FROM customers WHERE id = $1", customer_id
    )
    if row is None:
        raise NotFound(f"There is no customer {customer_id}")
    return Wanted(segment=row["segment"], size=row["size"], former=row["account_manager"])


async def unassigned(conn: Connection, limit: int) -> list[str]:
    """Customers whom nobody keeps, the oldest first."""
    rows = await conn.fetch(
        """SELECT id FROM customers WHERE account_manager IS NULL AND state IN ('active', 'at_risk')
            ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED""",
        limit,
    )
    return [row["id"] for row in rows]


async def portfolio(conn: Connection, manager_id: str, segment: str | None, limit: int) -> list[str]:
    """Customers of an account manager, of one segment or all, locked."""
    rows = await conn.fetch(
        """SELECT id FROM customers WHERE account_manager = $1 AND state NOT IN ('lost', 'cancelled')
              AND ($2::text IS NULL OR segment = $2) ORDER BY created_at, id LIMIT $3 FOR UPDATE""",
        manager_id,
        segment,
        limit,
    )
    return [row["id"] for row in rows]


async def set_keeper(conn: Connection, customer_id: str, manager_id: str) -> None:
    """Make him the customer's account manager."""
    await conn.execute(
        "UPDATE customers SET account_manager = $2, updated_at = now() WHERE id = $1", customer_id, manager_id
    )


# Absences


async def add_absence(
    conn: Connection,
    manager_id: str,
    *,
    cover: str | None,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: str,
) -> AbsenceView:
    """Write an absence. Raises Conflict `overlap`, NotFound for an unknown manager, Invalid on `cover`."""
    try:
        row = await conn.fetchrow(
            """INSERT INTO absences (id, manager, cover, starts_at, ends_at, reason, created_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *""",
            new_id(),
            manager_id,
            cover,
            starts_at,
            ends_at,
            reason,
            by,
        )
    except asyncpg.ExclusionViolationError:
        raise Conflict("This account manager is away already in that time", code="overlap", field="starts_at") from None
    except asyncpg.ForeignKeyViolationError as error:
        if "cover" in str(error.constraint_name):
            raise Invalid(f"There is no account manager {cover}", field="cover") from None
        raise NotFound(f"There is no account manager {manager_id}") from None
    except asyncpg.CheckViolationError:
        raise Invalid("Nobody covers for himself", field="cover") from None
    return AbsenceView.model_validate(dict(row or {}))


async def remove_absence(conn: Connection, manager_id: str, absence_id: str) -> None:
    """Take an absence back. Raises NotFound."""
    if not await conn.fetchval(
        "DELETE FROM absences WHERE id = $1 AND manager = $2 RETURNING true", absence_id, manager_id
    ):
        raise NotFound("There is no such absence")


async def absences(conn: Connection, manager_id: str) -> list[AbsenceView]:
    """What has not ended yet, the next one first, at most 200."""
    rows = await conn.fetch(
        "SELECT * FROM absences WHERE manager = $1 AND ends_at > now() ORDER BY starts_at LIMIT 200", manager_id
    )
    return [AbsenceView.model_validate(dict(row)) for row in rows]
