"""Shifts: planned by hand or by the rota, signed on and off, with breaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.lead_gen.domain.rota import Planned
from services.lead_gen.domain.shifts import Shift


async def add(conn: Connection, caller_id: str, *, starts_at: datetime, ends_at: datetime, quota: int | None) -> Shift:
    """Plan a shift. Raises Conflict `overlap` when the caller has another one in these hours."""
    try:
        async with conn.transaction():
            row = await conn.fetchrow(
                """INSERT INTO shifts (id, caller_id, starts_at, ends_at, quota) VALUES ($1, $2, $3, $4, $5)
                   RETURNING *""",
                new_id(),
                caller_id,
                starts_at,
                ends_at,
                quota,
            )
    except asyncpg.ExclusionViolationError:
        raise Conflict("The caller has another shift in these hours", code="overlap", field="starts_at") from None
    return Shift.of(row)


async def get(conn: Connection, shift_id: str, *, lock: bool = False) -> Shift:
    """Read a shift. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT * FROM shifts WHERE id = $1 {'FOR UPDATE' if lock else ''}", shift_id)  # noqa: S608 - a constant
    if row is None:
        raise NotFound(f"There is no shift {shift_id}")
    return Shift.of(row)


async def at_hand(conn: Connection, caller_id: str) -> Shift | None:
    """The shift this caller is signed on to, else the first that is not over; none if none is planned."""
    row = await conn.fetchrow(
        """SELECT * FROM shifts WHERE caller_id = $1 AND signed_off_at IS NULL AND ends_at > now()
            ORDER BY signed_on_at IS NULL, starts_at LIMIT 1""",
        caller_id,
    )
    return Shift.maybe(row)


async def ended_lately(conn: Connection, caller_id: str, since: datetime) -> Shift | None:
    """The shift that this caller ended last, if that was after `since` and they are not signed on again."""
    row = await conn.fetchrow(
        """SELECT * FROM shifts s WHERE caller_id = $1 AND signed_on_at IS NOT NULL AND signed_off_at > $2
              AND NOT EXISTS (SELECT FROM shifts WHERE caller_id = $1 AND signed_on_at IS NOT NULL
                                 AND signed_off_at IS NULL AND ends_at > now())
            ORDER BY signed_off_at DESC LIMIT 1""",
        caller_id,
        since,
    )
    return Shift.maybe(row)


async def last_end(conn: Connection, caller_id: str) -> datetime | None:
    """When this caller signed off last; none if they never did."""
    found: datetime | None = await conn.fetchval(
        "SELECT max(signed_off_at) FROM shifts WHERE caller_id = $1 AND signed_on_at IS NOT NULL", caller_id
    )
    return found


async def spans(conn: Connection, caller_id: str, until: datetime) -> list[tuple[datetime, datetime]]:
    """(beginning, end) of this caller's shifts that are not over and begin before `until`, in order."""
    rows = await conn.fetch(
        """SELECT starts_at, ends_at FROM shifts WHERE caller_id = $1 AND signed_off_at IS NULL AND ends_at > now()
              AND starts_at < $2 ORDER BY starts_at LIMIT 60""",
        caller_id,
        until,
    )
    return [(row["starts_at"], row["ends_at"]) for row in rows]


async def page(
    conn: Connection, *, caller_id: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[Shift]:
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
    return Shift.of_all(rows)


async def sign_on(conn: Connection, shift_id: str) -> Shift:
    """The first time counts."""
    return Shift.of(
        await conn.fetchrow(
            "UPDATE shifts SET signed_on_at = coalesce(signed_on_at, now()) WHERE id = $1 RETURNING *", shift_id
        )
    )


async def sign_off(conn: Connection, shift_id: str) -> Shift:
    """The first time counts."""
    return Shift.of(
        await conn.fetchrow(
            """UPDATE shifts SET signed_off_at = coalesce(signed_off_at, now()), break_since = NULL
                WHERE id = $1 RETURNING *""",
            shift_id,
        )
    )


async def set_break(conn: Connection, shift_id: str, *, begins: bool) -> Shift:
    """A break begins or ends."""
    return Shift.of(
        await conn.fetchrow(
            """UPDATE shifts SET break_since = CASE WHEN $2 THEN coalesce(break_since, now()) END
                WHERE id = $1 RETURNING *""",
            shift_id,
            begins,
        )
    )


async def close_ended(conn: Connection) -> list[Shift]:
    """Sign off everybody whose shift is over; their shifts."""
    rows = await conn.fetch(
        """UPDATE shifts SET signed_off_at = ends_at, break_since = NULL
            WHERE signed_on_at IS NOT NULL AND signed_off_at IS NULL AND ends_at < now() RETURNING *"""
    )
    return Shift.of_all(rows)


async def forget_planned(conn: Connection, caller_id: str) -> None:
    """Remove the rota's shifts that have not begun, so that they can be planned anew."""
    await conn.execute(
        "DELETE FROM shifts WHERE caller_id = $1 AND by_rota AND signed_on_at IS NULL AND starts_at > now()", caller_id
    )


async def write_planned(conn: Connection, planned: Sequence[Planned]) -> int:
    """Write planned shifts that do not overlap another shift of the caller; how many are new."""
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
