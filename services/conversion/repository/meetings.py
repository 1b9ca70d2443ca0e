"""Meetings. The database itself refuses two of one manager at a time (SQLSTATE 23P01)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.conversion.domain.meetings import Booking, Meeting, MeetingState


class DoubleBooked(Exception):
    """The manager has another meeting then. The transaction is as it was before the attempt."""


async def add(conn: Connection, new: Booking) -> Meeting:
    """Book a meeting. Raises DoubleBooked."""
    return await _guarded(
        conn,
        """INSERT INTO meetings (id, deal_id, manager, starts_at, ends_at, kind, place, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *""",
        new_id(),
        new.deal_id,
        new.manager,
        new.starts_at,
        new.ends_at,
        new.kind,
        new.place,
        new.created_by,
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


async def reserve(
    conn: Connection,
    *,
    lead_id: str,
    manager: str,
    starts_at: datetime,
    ends_at: datetime,
    expires_at: datetime,
    by: str,
) -> Meeting:
    """Keep a time free for a lead. Raises DoubleBooked."""
    return await _guarded(
        conn,
        """INSERT INTO meetings (id, lead_id, manager, starts_at, ends_at, kind, state, expires_at, created_by)
           VALUES ($1, $2, $3, $4, $5, 'phone', 'reserved', $6, $7) RETURNING *""",
        new_id(),
        lead_id,
        manager,
        starts_at,
        ends_at,
        expires_at,
        by,
    )


async def reserved_for(conn: Connection, lead_id: str) -> Meeting | None:
    """The time that is kept free for a lead, or none."""
    row = await conn.fetchrow("SELECT * FROM meetings WHERE lead_id = $1 AND state = 'reserved'", lead_id)
    return Meeting.maybe(row)


async def keep_reserved(conn: Connection, lead_id: str) -> None:
    """The lead is on its way to a manager: its time stays free until it begins."""
    await conn.execute("UPDATE meetings SET expires_at = starts_at WHERE lead_id = $1 AND state = 'reserved'", lead_id)


async def confirm(conn: Connection, meeting_id: str, deal_id: str, manager: str) -> Meeting:
    """Make a meeting of a time that was kept free, with the manager who has the deal. Raises DoubleBooked."""
    return await _guarded(
        conn,
        """UPDATE meetings SET state = 'booked', deal_id = $2, manager = $3, expires_at = NULL, updated_at = now()
            WHERE id = $1 RETURNING *""",
        meeting_id,
        deal_id,
        manager,
    )


async def free_reserved(conn: Connection, lead_id: str | None = None) -> int:
    """Give back the time kept free for a lead; without one, all that were kept too long. How many."""
    status = await conn.execute(
        """UPDATE meetings SET state = 'cancelled', expires_at = NULL, updated_at = now()
            WHERE state = 'reserved' AND (lead_id = $1 OR ($1::uuid IS NULL AND expires_at < now()))""",
        lead_id,
    )
    return int(status.rsplit(" ", 1)[-1])


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
            return Meeting.of(await conn.fetchrow(statement, *values))
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
    return Meeting.of(row)


async def cancel_of_deal(conn: Connection, deal_id: str) -> list[Meeting]:
    """Cancel what is still booked for a deal; those meetings."""
    rows = await conn.fetch(
        """UPDATE meetings SET state = 'cancelled', sequence = sequence + 1, updated_at = now()
            WHERE deal_id = $1 AND state = 'booked' RETURNING *""",
        deal_id,
    )
    return Meeting.of_all(rows)


async def get(conn: Connection, meeting_id: str) -> Meeting:
    """One meeting. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM meetings WHERE id = $1", meeting_id)
    if row is None:
        raise NotFound("there is no such meeting")
    return Meeting.of(row)


async def deal_id_of(conn: Connection, meeting_id: str) -> str:
    """The deal of a meeting. Raises NotFound, also for a time that is only kept free."""
    deal_id = (await get(conn, meeting_id)).deal_id
    if deal_id is None:
        raise NotFound("there is no such meeting")
    return deal_id


async def of_deal(conn: Connection, deal_id: str) -> list[Meeting]:
    """A deal's meetings in the order in which they were made."""
    return [
        Meeting.of(row) for row in await conn.fetch("SELECT * FROM meetings WHERE deal_id = $1 ORDER BY id", deal_id)
    ]


async def busy(conn: Connection, manager: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When a manager is booked or away between two moments, in order."""
    rows = await conn.fetch(
        """SELECT starts_at, ends_at FROM meetings
            WHERE manager = $1 AND during && tstzrange($2, $3)
              AND (state = 'booked' OR (state = 'reserved' AND expires_at > now()))
           UNION ALL
           SELECT starts_at, ends_at FROM absences WHERE manager = $1 AND during && tstzrange($2, $3)
            ORDER BY starts_at""",
        manager,
        start,
        end,
    )
    return [(row["starts_at"], row["ends_at"]) for row in rows]
