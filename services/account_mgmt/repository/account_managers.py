"""Account managers, their absences, and whose each customer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.account_mgmt.domain.account_managers import Absence, AccountManager
from services.account_mgmt.domain.portfolio import CustomerProfile
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid, NotFound

# The size of a portfolio is counted in the customers' index, and an absence found by its range.
_MANAGERS = """
SELECT m.*, (SELECT count(*) FROM customers c WHERE c.account_manager = m.id
                AND c.state NOT IN ('lost', 'cancelled')) AS customers,
       a.id IS NOT NULL AS away, a.cover
  FROM account_managers m LEFT JOIN absences a ON a.manager = m.id AND a.during @> now()
"""
_PROFILE = "SELECT c.id AS customer_id, c.segment, c.contact->>'size' AS size, c.account_manager FROM customers c"


async def add(conn: Connection, values: Mapping[str, Any]) -> AccountManager | None:
    """Write an account manager by its columns; None when the id is taken."""
    added = await conn.fetchval(
        """INSERT INTO account_managers (id, name, capacity, active, segments, sizes) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (id) DO NOTHING RETURNING id""",
        *(values[name] for name in ("id", "name", "capacity", "active", "segments", "sizes")),
    )
    return await get(conn, added) if added else None


async def get(conn: Connection, manager_id: str) -> AccountManager:
    """One account manager. Raises NotFound."""
    row = await conn.fetchrow(f"{_MANAGERS} WHERE m.id = $1", manager_id)
    if row is None:
        raise NotFound(f"There is no account manager {manager_id}")
    return AccountManager.of(row)


async def names(conn: Connection) -> dict[str, str]:
    """Names of the account managers at work by their ids, at most 1,000."""
    return {
        row["id"]: row["name"]
        for row in await conn.fetch("SELECT id, name FROM account_managers WHERE active ORDER BY created_at LIMIT 1000")
    }


async def works_here(conn: Connection, person: str) -> bool:
    """Whether this is an account manager at work."""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT 1 FROM account_managers WHERE id = $1 AND active)", person))


async def name_of(conn: Connection, person: str | None) -> str | None:
    """The name of somebody, if they are an account manager."""
    name: str | None = await conn.fetchval("SELECT name FROM account_managers WHERE id = $1", person)
    return name


async def change(conn: Connection, manager_id: str, values: Mapping[str, Any]) -> AccountManager:
    """Change the columns that are given. Raises NotFound."""
    await conn.execute(
        """UPDATE account_managers
              SET name = coalesce($2, name), capacity = coalesce($3, capacity), active = coalesce($4, active),
                  segments = coalesce($5, segments), sizes = coalesce($6, sizes) WHERE id = $1""",
        manager_id,
        *(values.get(name) for name in ("name", "capacity", "active", "segments", "sizes")),
    )
    return await get(conn, manager_id)


async def page(conn: Connection, limit: int, after: Cursor) -> list[AccountManager]:
    """Account managers with the size of their portfolios, in order of entry."""
    rows = await conn.fetch(
        f"""{_MANAGERS} WHERE $1::timestamptz IS NULL OR (m.created_at, m.id) > ($1, $2)
            ORDER BY m.created_at, m.id LIMIT $3""",
        *(after or (None, None)),
        limit,
    )
    return AccountManager.of_all(rows)


async def all_of_them(conn: Connection) -> list[AccountManager]:
    """Everybody, as of now."""
    return AccountManager.of_all(await conn.fetch(_MANAGERS))


async def lock_assignment(conn: Connection) -> None:
    """One assignment at a time: two must not both give away the last place of a portfolio.

    Rows of customers are locked before, never after: two who assign could wait for each other otherwise.
    """
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('account_mgmt.assign'))")


# Whose customer it is


async def profile(conn: Connection, customer_id: str, *, lock: bool = False) -> CustomerProfile:
    """What the choice must know of a customer; with `lock`, hold it. Raises NotFound."""
    row = await conn.fetchrow(f"{_PROFILE} WHERE c.id = $1 {'FOR UPDATE' if lock else ''}", customer_id)
    if row is None:
        raise NotFound(f"There is no customer {customer_id}")
    return CustomerProfile.of(row)


async def unassigned(conn: Connection, limit: int) -> list[CustomerProfile]:
    """Customers who have no account manager, the oldest first."""
    rows = await conn.fetch(
        f"""{_PROFILE} WHERE c.account_manager IS NULL AND c.state IN ('active', 'at_risk')
            ORDER BY c.created_at LIMIT $1""",
        limit,
    )
    return CustomerProfile.of_all(rows)


async def portfolio(conn: Connection, manager_id: str, segment: str | None, limit: int) -> list[CustomerProfile]:
    """Customers of an account manager, of one segment or all, the oldest first."""
    rows = await conn.fetch(
        f"""{_PROFILE} WHERE c.account_manager = $1 AND c.state NOT IN ('lost', 'cancelled')
              AND ($2::text IS NULL OR c.segment = $2) ORDER BY c.created_at, c.id LIMIT $3""",
        manager_id,
        segment,
        limit,
    )
    return CustomerProfile.of_all(rows)


async def lock_profiles(conn: Connection, customer_ids: Sequence[str], manager: str | None) -> list[CustomerProfile]:
    """Those of these customers who are still in care and with this account manager (none: unassigned), held."""
    rows = await conn.fetch(
        f"""{_PROFILE} WHERE c.id = ANY($1) AND c.account_manager IS NOT DISTINCT FROM $2
              AND c.state NOT IN ('lost', 'cancelled') ORDER BY c.created_at, c.id FOR UPDATE""",
        list(customer_ids),
        manager,
    )
    return CustomerProfile.of_all(rows)


async def assign(conn: Connection, assignments: Mapping[str, str], by: str) -> None:
    """Write the account manager of each of these customers, and who said so."""
    await conn.execute(
        """WITH given AS (
               UPDATE customers c SET account_manager = a.manager, updated_at = now()
                 FROM unnest($1::uuid[], $2::text[]) AS a (customer_id, manager) WHERE c.id = a.customer_id
            RETURNING c.id, a.manager)
           INSERT INTO owner_changes (customer_id, account_manager, by) SELECT id, manager, $3 FROM given""",
        list(assignments),
        list(assignments.values()),
        by,
    )


# Absences


async def cover_of_absent(conn: Connection, manager_id: str) -> str | None:
    """Who covers for an account manager who is away now: '' if nobody was named; None if they are not away."""
    row = await conn.fetchrow("SELECT cover FROM absences WHERE manager = $1 AND during @> now()", manager_id)
    return (row["cover"] or "") if row else None


async def are_away(conn: Connection, manager_ids: Sequence[str]) -> set[str]:
    """Which of these account managers are away now."""
    rows = await conn.fetch(
        "SELECT manager FROM absences WHERE manager = ANY($1) AND during @> now()", list(manager_ids)
    )
    return {row["manager"] for row in rows}


async def add_absence(conn: Connection, manager_id: str, values: Mapping[str, Any], by: str) -> Absence:
    """Write an absence by its columns. Raises Conflict `overlap`, NotFound for the manager, Invalid on `cover`."""
    try:
        row = await conn.fetchrow(
            """INSERT INTO absences (id, manager, cover, starts_at, ends_at, reason, created_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *""",
            new_id(),
            manager_id,
            *(values[name] for name in ("cover", "starts_at", "ends_at", "reason")),
            by,
        )
    except asyncpg.ExclusionViolationError:
        raise Conflict("This account manager is already away at that time", code="overlap", field="starts_at") from None
    except asyncpg.ForeignKeyViolationError as error:
        if "cover" in str(error.constraint_name):
            raise Invalid(f"There is no account manager {values['cover']}", field="cover") from None
        raise NotFound(f"There is no account manager {manager_id}") from None
    except asyncpg.CheckViolationError:
        raise Invalid("Nobody covers for themselves", field="cover") from None
    return Absence.of(row)


async def get_absence(conn: Connection, manager_id: str, absence_id: str) -> Absence:
    """One absence. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM absences WHERE id = $1 AND manager = $2", absence_id, manager_id)
    if row is None:
        raise NotFound("There is no such absence")
    return Absence.of(row)


async def remove_absence(conn: Connection, manager_id: str, absence_id: str) -> None:
    """Delete an absence. Raises NotFound."""
    if not await conn.fetchval(
        "DELETE FROM absences WHERE id = $1 AND manager = $2 RETURNING true", absence_id, manager_id
    ):
        raise NotFound("There is no such absence")


async def end_own_absence(conn: Connection, manager_id: str, reason: str, at: datetime) -> bool:
    """End the absence of this reason that an account manager began alone and that is on; whether there was one."""
    return bool(
        await conn.fetchval(
            """UPDATE absences SET ends_at = greatest($3, starts_at + interval '1 microsecond')
                WHERE manager = $1 AND created_by = $1 AND reason = $2 AND during @> $3::timestamptz RETURNING true""",
            manager_id,
            reason,
            at,
        )
    )


async def absences(conn: Connection, manager_id: str) -> list[Absence]:
    """What has not ended yet, the next one first, at most 200."""
    rows = await conn.fetch(
        "SELECT * FROM absences WHERE manager = $1 AND ends_at > now() ORDER BY starts_at LIMIT 200", manager_id
    )
    return Absence.of_all(rows)
