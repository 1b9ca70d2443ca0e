"""The rota: weekly hours of callers, and exceptions to them."""

from __future__ import annotations

from datetime import date

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.rota import DayException, Pattern, RotaException, RotaPattern


async def add_pattern(conn: Connection, new: Pattern) -> RotaPattern:
    """Write a line of the rota."""
    row = await conn.fetchrow(
        """INSERT INTO rota (id, caller_id, weekday, starts, ends, timezone, valid_from, valid_until)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *""",
        new_id(),
        new.caller_id,
        new.weekday,
        new.starts,
        new.ends,
        new.timezone,
        new.valid_from,
        new.valid_until,
    )
    return RotaPattern.of(row)


async def patterns(conn: Connection, caller_id: str | None = None) -> list[RotaPattern]:
    """The whole rota, or a caller's: a few lines per person."""
    rows = await conn.fetch(
        "SELECT * FROM rota WHERE $1::text IS NULL OR caller_id = $1 ORDER BY caller_id, weekday, starts, id", caller_id
    )
    return RotaPattern.of_all(rows)


async def pattern(conn: Connection, pattern_id: str) -> RotaPattern:
    """One line of the rota. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM rota WHERE id = $1", pattern_id)
    if row is None:
        raise NotFound(f"There is no line {pattern_id} in the rota")
    return RotaPattern.of(row)


async def remove_pattern(conn: Connection, pattern_id: str) -> RotaPattern:
    """Take a line out of the rota. Raises NotFound."""
    row = await conn.fetchrow("DELETE FROM rota WHERE id = $1 RETURNING *", pattern_id)
    if row is None:
        raise NotFound(f"There is no line {pattern_id} in the rota")
    return RotaPattern.of(row)


async def put_exception(conn: Connection, new: DayException) -> RotaException:
    """Write an exception; a second one for the same day replaces the first."""
    row = await conn.fetchrow(
        """INSERT INTO rota_exceptions (id, caller_id, day, starts, ends, timezone, reason)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (caller_id, day) DO UPDATE SET starts = excluded.starts, ends = excluded.ends,
              timezone = excluded.timezone, reason = excluded.reason RETURNING *""",
        new_id(),
        new.caller_id,
        new.day,
        new.starts,
        new.ends,
        new.timezone,
        new.reason,
    )
    return RotaException.of(row)


async def exception(conn: Connection, caller_id: str, day: date) -> RotaException | None:
    """What differs on this day, if anything does."""
    row = await conn.fetchrow("SELECT * FROM rota_exceptions WHERE caller_id = $1 AND day = $2", caller_id, day)
    return RotaException.maybe(row)


async def remove_exception(conn: Connection, caller_id: str, day: date) -> None:
    """Delete an exception. Raises NotFound."""
    if not await conn.fetchval(
        "DELETE FROM rota_exceptions WHERE caller_id = $1 AND day = $2 RETURNING true", caller_id, day
    ):
        raise NotFound("Nothing differs on this day")


async def exceptions(conn: Connection, caller_id: str | None = None) -> list[RotaException]:
    """Exceptions from a month ago on."""
    rows = await conn.fetch(
        """SELECT * FROM rota_exceptions WHERE ($1::text IS NULL OR caller_id = $1) AND day > now() - interval '31 days'
            ORDER BY day, caller_id""",
        caller_id,
    )
    return RotaException.of_all(rows)


async def of_active(conn: Connection, caller_id: str | None = None) -> tuple[list[RotaPattern], list[RotaException]]:
    """Weekly hours and exceptions of active callers, or of one of them."""
    active = {row["id"] for row in await conn.fetch("SELECT id FROM callers WHERE active")}
    return (
        [one for one in await patterns(conn, caller_id) if one.caller_id in active],
        [one for one in await exceptions(conn, caller_id) if one.caller_id in active],
    )
