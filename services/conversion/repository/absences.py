"""When managers are away."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.conversion.domain.absences import Absence


async def add(
    conn: Connection, manager_id: str, starts_at: datetime, ends_at: datetime, reason: str, by: str
) -> Absence:
    """Write an absence. Raises Conflict `overlap`, NotFound for an unknown manager."""
    try:
        row = await conn.fetchrow(
            """INSERT INTO absences (id, manager, starts_at, ends_at, reason, created_by)
               VALUES ($1, $2, $3, $4, $5, $6) RETURNING *""",
            new_id(),
            manager_id,
            starts_at,
            ends_at,
            reason,
            by,
        )
    except asyncpg.ExclusionViolationError:
        raise Conflict("this manager is already away at that time", code="overlap", field="starts_at") from None
    except asyncpg.ForeignKeyViolationError:
        raise NotFound(f"there is no manager {manager_id}") from None
    return Absence.of(row)


async def remove(conn: Connection, manager_id: str, absence_id: str) -> None:
    """Take an absence back. Raises NotFound."""
    if not await conn.fetchval(
        "DELETE FROM absences WHERE id = $1 AND manager = $2 RETURNING true", absence_id, manager_id
    ):
        raise NotFound("there is no such absence")


async def get(conn: Connection, manager_id: str, absence_id: str) -> Absence:
    """One absence of a manager. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM absences WHERE id = $1 AND manager = $2", absence_id, manager_id)
    if row is None:
        raise NotFound("there is no such absence")
    return Absence.of(row)


async def of_manager(conn: Connection, manager_id: str, since: datetime) -> list[Absence]:
    """Absences that have not ended at `since`, the next one first, at most 200."""
    rows = await conn.fetch(
        "SELECT * FROM absences WHERE manager = $1 AND ends_at > $2 ORDER BY starts_at LIMIT 200", manager_id, since
    )
    return Absence.of_all(rows)


async def end_own(conn: Connection, manager_id: str, reason: str, at: datetime) -> bool:
    """End the absence of this reason that a manager has begun alone and that is on now; whether there was one."""
    return bool(
        await conn.fetchval(
            """UPDATE absences SET ends_at = greatest($3, starts_at + interval '1 microsecond')
                WHERE manager = $1 AND created_by = $1 AND reason = $2 AND during @> $3::timestamptz RETURNING true""",
            manager_id,
            reason,
            at,
        )
    )


async def between(conn: Connection, manager_id: str, start: datetime, end: datetime) -> list[Absence]:
    """A manager's absences that touch this time, the first one first."""
    rows = await conn.fetch(
        """SELECT * FROM absences WHERE manager = $1 AND during && tstzrange($2, $3) ORDER BY starts_at LIMIT 100""",
        manager_id,
        start,
        end,
    )
    return Absence.of_all(rows)
