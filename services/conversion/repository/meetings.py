"""Meetings. The database itself refuses two of one manager at a time (SQLSTATE 23P01)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.conversion.records import Meeting, MeetingKind, MeetingState


class DoubleBooked(Exception):
    """The manager has another meeting then. The transaction is as it was before the attempt."""


def _meeting(row: Any) -> Meeting:
    return Meeting.model_validate(dict(row))


async def add(
    conn: Connection,
    *,
    deal_id: str,
    manager: str,
    starts_at: datetime,
    ends_at: datetime,
    kind: MeetingKind,
    place: str | None,
    by: str,
) -> Meeting:
    """Book a meeting. Raises DoubleBooked."""
    return await _guarded(
        conn,
        """INSERT INTO meetings (id, deal_id, manager, starts_at, ends_at, kind, place, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *""",
        new_id(),
        deal_id,
        manager,
        starts_at,
        ends_at,
        kind,
        place,
        by,
    )


async def move(conn: Connection, meeting_id: str, starts_at: datetime, ends_at: datetime) -> Meeting:
    """Give a meeting another time. Raises DoubleBooked."""
    return await _guarded(
        conn,
        """UPDATE meetings SET starts_at = $2, ends_at = $3, sequence = sequence + 1, updated_at = now()
            WHERE id = $1 RETURNING *""",
        meeting_id,
        starts_at,
        ends_at,
    )


async def give(conn: Connection, meeting_id: str, manager: str) -> Meeting:
    """Give a meeting to another manager. Raises DoubleBooked."""
    return await _guarded(
        conn,
        """UPDATE meetings SET manager = $2, sequence = sequence + 1, updated_at = now() WHERE id = $1 RETURNING *""",
        meeting_id,
        manager,
    )


async def _guarded(conn: Connection, statement: str, *values: Any) -> Meeting:
    try:
        # A savepoint: the refused statement must not take the transaction with it, free slots are still to be read.
        async with conn.transaction():
            return _meeting(await conn.fetchrow(statement, *values))
    except asyncpg.ExclusionViolationError as error:
        raise DoubleBooked from error


async def close(conn: Connection, meeting_id: str, state: MeetingState, note: str | None) -> Meeting:
    """Write what became of a meeting. The sequence grows, because calendars must take notice of a cancellation."""
    row = await conn.fetchrow(
        """UPDATE meetings SET state = $2, note = coalesce($3, note), sequence = sequence + 1, updated_at = now()
            WHERE id = $1 RETURNING *""",
        meeting_id,
        state,
        note,
    )
    return _meeting(row)


async def cancel_of_deal(conn: Connection, deal_id: str) -> None:
    """Cancel what is still booked for a deal."""
    await conn.execute(
        """UPDATE meetings SET state = 'cancelled', sequence = sequence + 1, updated_at = now()
            WHERE deal_id = $1 AND state = 'booked'""",
        deal_id,
    )


async def get(conn: Connection, meeting_id: str) -> Meeting:
    """One meeting. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM meetings WHERE id = $1", meeting_id)
    if row is None:
        raise NotFound("there is no such meeting")
    return _meeting(row)


async def of_deal(conn: Connection, deal_id: str) -> list[Meeting]:
    """A deal's meetings in the order in which they were made."""
    return [_meeting(row) for row in await conn.fetch("SELECT * FROM meetings WHERE deal_id = $1 ORDER BY id", deal_id)]


async def busy(conn: Connection, manager: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When a manager is taken between two moments, in order."""
    rows = await conn.fetch(
        """SELECT starts_at, ends_at FROM meetings
            WHERE manager = $1 AND during && tstzrange($2, $3) AND state = 'booked' ORDER BY starts_at""",
        manager,
        start,
        end,
    )
    return [(row["starts_at"], row["ends_at"]) for row in rows]
