"""Shifts, and the rota that plans them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.lead_gen.domain.rota import DayException, Pattern, Planned
from services.lead_gen.schemas.shifts import (
    ExceptionView,
    NewException,
    NewPattern,
    NewShift,
    PatternView,
    ShiftView,
)

Cursor = tuple[datetime, str] | None


def _shift(row: asyncpg.Record | None) -> ShiftView:
    return ShiftView.model_validate(dict(row or {}))


async def add(conn: Connection, new: NewShift) -> ShiftView:
    """Plan a shift. Raises Conflict `overlap` when the caller has another one in these hours."""
    try:
        async with conn.transaction():
            row = await conn.fetchrow(
                """INSERT INTO shifts (id, caller_id, starts_at, ends_at, quota) VALUES ($1, $2, $3, $4, $5)
                   RETURNING *""",
                new_id(),
                new.caller_id,
                new.starts_at,
                new.ends_at,
                new.quota,
            )
    except asyncpg.ExclusionViolationError:
        raise Conflict("The caller has another shift in these hours", code="overlap", field="starts_at") from None
    return _shift(row)


async def get(conn: Connection, shift_id: str, *, lock: bool = False) -> ShiftView:
    """Read a shift. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT * FROM shifts WHERE id = $1 {'FOR UPDATE' if lock else ''}", shift_id)
    if row is None:
        raise NotFound(f"There is no shift {shift_id}")
    return _shift(row)


async def page(conn: Connection, *, caller_id: str | None, limit: int, after: Cursor) -> list[ShiftView]:
    """Shifts by time of planning."""
    rows = await conn.fetch(
        """SELECT * FROM shifts WHERE ($1::text IS NULL OR caller_id = $1)
              AND ($2::timestamptz IS NULL OR (created_at, id::text) > ($2, $3))
            ORDER BY created_at, id::text LIMIT $4""",
        caller_id,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_shift(row) for row in rows]


async def sign_on(conn: Connection, shift_id: str) -> ShiftView:
    """The first time counts."""
    return _shift(
        await conn.fetchrow(
            "UPDATE shifts SET signed_on_at = coalesce(signed_on_at, now()) WHERE id = $1 RETURNING *", shift_id
        )
    )


async def sign_off(conn: Connection, shift_id: str) -> ShiftView:
    """The first time counts."""
    return _shift(
        await conn.fetchrow(
            """UPDATE shifts SET signed_off_at = coalesce(signed_off_at, now()), break_since = NULL
                WHERE id = $1 RETURNING *""",
            shift_id,
        )
    )


async def set_break(conn: Connection, shift_id: str, *, begins: bool) -> ShiftView:
    """A break begins or ends."""
    return _shift(
        await conn.fetchrow(
            """UPDATE shifts SET break_since = CASE WHEN $2 THEN coalesce(break_since, now()) END
                WHERE id = $1 RETURNING *""",
            shift_id,
            begins,
        )
    )


async def close_ended(conn: Connection) -> list[ShiftView]:
    """Sign everybody off whose shift is over."""
    rows = await conn.fetch(
        """UPDATE shifts SET signed_off_at = ends_at, break_since = NULL
            WHERE signed_on_at IS NOT NULL AND signed_off_at IS NULL AND ends_at < now() RETURNING *"""
    )
    return [_shift(row) for row in rows]


# The rota


async def add_pattern(conn: Connection, new: NewPattern) -> PatternView:
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
    return PatternView.model_validate(dict(row or {}))


async def patterns(conn: Connection, caller_id: str | None = None) -> list[PatternView]:
    """The whole rota, or a caller's; a few lines a person."""
    rows = await conn.fetch(
        "SELECT * FROM rota WHERE $1::text IS NULL OR caller_id = $1 ORDER BY caller_id, weekday, starts, id", caller_id
    )
    return [PatternView.model_validate(dict(row)) for row in rows]


async def remove_pattern(conn: Connection, pattern_id: str) -> PatternView:
    """Take a line out of the rota. Raises NotFound."""
    row = await conn.fetchrow("DELETE FROM rota WHERE id = $1 RETURNING *", pattern_id)
    if row is None:
        raise NotFound(f"There is no line {pattern_id} in the rota")
    return PatternView.model_validate(dict(row))


async def put_exception(conn: Connection, new: NewException) -> ExceptionView:
    """Write what is special about a day; a second word on the same day replaces the first."""
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
    return ExceptionView.model_validate(dict(row or {}))


async def exceptions(conn: Connection, caller_id: str | None = None) -> list[ExceptionView]:
    """Exceptions from a month ago on."""
    rows = await conn.fetch(
        """SELECT * FROM rota_exceptions WHERE ($1::text IS NULL OR caller_id = $1) AND day > now() - interval '31 days'
            ORDER BY day, caller_id""",
        caller_id,
    )
    return [ExceptionView.model_validate(dict(row)) for row in rows]


async def rules(conn: Connection, caller_id: str | None = None) -> tuple[list[Pattern], list[DayException]]:
    """What the plan is made of; of active callers only."""
    active = {row["id"] for row in await conn.fetch("SELECT id FROM callers WHERE active")}
    lines = [p for p in await patterns(conn, caller_id) if p.caller_id in active]
    days = [e for e in await exceptions(conn, caller_id) if e.caller_id in active]
    return (
        [Pattern(**line.model_dump(exclude={"id", "created_at"})) for line in lines],
        [DayException(**day.model_dump(exclude={"id", "created_at", "reason"})) for day in days],
    )


async def forget_planned(conn: Connection, caller_id: str) -> None:
    """Shifts of the rota that have not begun are planned anew."""
    await conn.execute(
        "DELETE FROM shifts WHERE caller_id = $1 AND by_rota AND signed_on_at IS NULL AND starts_at > now()", caller_id
    )


async def write_planned(conn: Connection, planned: Sequence[Planned]) -> int:
    """Write planned shifts that do not meet another one of the caller; how many are new."""
    done = await conn.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, by_rota)
           SELECT id, caller_id, starts_at, ends_at, true
             FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[])
                  AS given (id, caller_id, starts_at, ends_at)
           ON CONFLICT DO NOTHING""",
        [new_id() for _ in planned],
        [one.caller_id for one in planned],
        [one.starts_at for one in planned],
        [one.ends_at for one in planned],
    )
    return int(done.rpartition(" ")[2])
