"""Meetings. The database itself refuses two of one manager at a time (SQLSTATE 23P01)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.conversion.domain.meetings import Booking, CustomerAnswer, Meeting, MeetingState
from services.conversion.domain.slots import Stretch


class DoubleBooked(Exception):
    """The manager has another meeting then. The transaction is as it was before the attempt."""


async def add(conn: Connection, new: Booking) -> Meeting:
    """Book a meeting. Raises DoubleBooked."""
    return await _guarded(
        conn,
        """INSERT INTO meetings (id, deal_id, manager, starts_at, ends_at, kind, place, created_by, message_to_customer)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *""",
        new_id(),
        new.deal_id,
        new.manager,
        new.starts_at,
        new.ends_at,
        new.kind,
        new.place,
        new.created_by,
        new.message_to_customer,
    )


async def move(
    conn: Connection, meeting_id: str, manager: str, starts_at: datetime, ends_at: datetime, message: str | None
) -> Meeting:
    """Give a meeting another time, and the manager who comes then. Raises DoubleBooked."""
    return await _guarded(
        conn,
        """UPDATE meetings SET manager = $2, starts_at = $3, ends_at = $4, message_to_customer = $5,
                  needs_person = NULL, sequence = sequence + 1, updated_at = now(),
                  customer_answer = CASE WHEN (starts_at, ends_at) = ($3, $4) THEN customer_answer END
            WHERE id = $1 RETURNING *""",
        meeting_id,
        manager,
        starts_at,
        ends_at,
        message,
    )


async def answered(conn: Connection, meeting_id: str, answer: CustomerAnswer) -> None:
    """Write down whether the customer comes; the entry in calendars stays as it is."""
    await conn.execute(
        "UPDATE meetings SET customer_answer = $2 WHERE id = $1", meeting_id, answer.model_dump(mode="json")
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
        """UPDATE meetings SET manager = $2, needs_person = NULL, sequence = sequence + 1, updated_at = now()
            WHERE id = $1 RETURNING *""",
        meeting_id,
        manager,
    )


async def leave_open(conn: Connection, meeting_id: str, why: str, *, entry_changes: bool) -> Meeting:
    """Nobody comes to a meeting as yet: note why. It keeps its time, and its last manager until there is another.

    `entry_changes` if that manager's calendar is told.
    """
    row = await conn.fetchrow(
        """UPDATE meetings SET needs_person = $2, sequence = sequence + $3::int, updated_at = now()
            WHERE id = $1 RETURNING *""",
        meeting_id,
        why,
        int(entry_changes),
    )
    return Meeting.of(row)


async def coming_during(conn: Connection, manager: str, start: datetime, end: datetime, at: datetime) -> list[Meeting]:
    """A manager's booked meetings that touch a time, have not begun, and to which they come as yet."""
    rows = await conn.fetch(
        """SELECT * FROM meetings WHERE manager = $1 AND during && tstzrange($2, $3) AND starts_at > $4
              AND state = 'booked' AND needs_person IS NULL ORDER BY starts_at""",
        manager,
        start,
        end,
        at,
    )
    return Meeting.of_all(rows)


async def attend_again(conn: Connection, manager: str, at: datetime) -> list[Meeting]:
    """The coming meetings of a manager's own deals to which nobody came as yet, and for which they are not away."""
    rows = await conn.fetch(
        """UPDATE meetings m SET needs_person = NULL, updated_at = now()
             FROM deals d WHERE d.id = m.deal_id AND d.owner = m.manager AND m.manager = $1 AND m.state = 'booked'
              AND m.starts_at > $2 AND m.needs_person IS NOT NULL
              AND NOT EXISTS (SELECT FROM absences x WHERE x.manager = m.manager AND x.during && m.during)
        RETURNING m.*""",
        manager,
        at,
    )
    return Meeting.of_all(rows)


async def _guarded(conn: Connection, statement: str, *values: Any) -> Meeting:
    try:
        # A savepoint: the refused statement must not take the transaction with it, free slots are still to be read.
        async with conn.transaction():
            return Meeting.of(await conn.fetchrow(statement, *values))
    except asyncpg.ExclusionViolationError as error:
        raise DoubleBooked from error


async def close(
    conn: Connection, meeting_id: str, state: MeetingState, note: str | None, message: str | None = None
) -> Meeting:
    """Write what became of a meeting. The sequence grows, because calendars must take notice of a cancellation.

    With a cancellation the customer is told `message`, and not again what they were told before.
    """
    row = await conn.fetchrow(
        """UPDATE meetings SET state = $2, note = coalesce($3, note), needs_person = NULL,
                  message_to_customer = CASE WHEN $2 = 'cancelled' THEN $4 ELSE message_to_customer END,
                  sequence = sequence + 1, updated_at = now() WHERE id = $1 RETURNING *""",
        meeting_id,
        state,
        note,
        message,
    )
    return Meeting.of(row)


async def cancel_coming(conn: Connection, deal_id: str, at: datetime) -> list[Meeting]:
    """Cancel what is booked for a deal and has not begun; those meetings. What has begun, people still write down."""
    rows = await conn.fetch(
        """UPDATE meetings SET state = 'cancelled', message_to_customer = NULL, needs_person = NULL,
                  sequence = sequence + 1, updated_at = now()
            WHERE deal_id = $1 AND state = 'booked' AND starts_at > $2 RETURNING *""",
        deal_id,
        at,
    )
    return Meeting.of_all(rows)


async def coming(conn: Connection, deal_ids: Sequence[str], at: datetime) -> list[Meeting]:
    """Booked meetings of these deals that have not begun, the next first."""
    rows = await conn.fetch(
        """SELECT * FROM meetings WHERE deal_id = ANY($1::uuid[]) AND state = 'booked' AND starts_at > $2
            ORDER BY starts_at, id""",
        list(deal_ids),
        at,
    )
    return Meeting.of_all(rows)


async def get(conn: Connection, meeting_id: str) -> Meeting:
    """One meeting. Raises NotFound."""
    found = await find(conn, meeting_id)
    if found is None:
        raise NotFound("there is no such meeting")
    return found


async def find(conn: Connection, meeting_id: str) -> Meeting | None:
    """One meeting, or none."""
    return Meeting.maybe(await conn.fetchrow("SELECT * FROM meetings WHERE id = $1", meeting_id))


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


async def busy(conn: Connection, manager: str, start: datetime, end: datetime) -> list[Stretch]:
    """When a manager is booked or away between two moments, in order."""
    found = [stretch for _, _, stretch in await engagements(conn, [manager], start, end)]
    return sorted(found)


async def engagements(
    conn: Connection, managers: Sequence[str], start: datetime, end: datetime
) -> list[tuple[str, bool, Stretch]]:
    """When these managers are booked, or away (then true), between two moments."""
    rows = await conn.fetch(
        """SELECT manager, false AS away, starts_at, ends_at FROM meetings
            WHERE manager = ANY($1) AND during && tstzrange($2, $3)
              AND (state = 'booked' OR (state = 'reserved' AND expires_at > now()))
           UNION ALL
           SELECT manager, true, starts_at, ends_at FROM absences
            WHERE manager = ANY($1) AND during && tstzrange($2, $3)""",
        list(managers),
        start,
        end,
    )
    return [(manager, away, (starts_at, ends_at)) for manager, away, starts_at, ends_at in rows]
