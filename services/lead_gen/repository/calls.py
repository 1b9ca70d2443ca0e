"""Calls as they were reported, and the work items of calls to come."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection, new_id
from services.chassis.work_items import WorkItem
from services.lead_gen.domain.call_desk import CallFigures, LastCall
from services.lead_gen.domain.calls import CONTACTS, Call, NewCall, Promise
from services.lead_gen.domain.waiting import NextCallback, WaitingGroup


async def add(conn: Connection, call: NewCall) -> datetime:
    """Write a call, what led it and the shift it was made in; returns its time. An item has one call at most."""
    told = call.report
    at: datetime = await conn.fetchval(
        """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, note, reason, question,
                              needs, wished_meeting, callback_at, path, script_version, script_id, products,
                              promised_by, dialled, talk_seconds, late_for, not_followed, shift_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                   $21, $22,
                   (SELECT id FROM shifts WHERE caller_id = $6 AND signed_on_at <= now() AND signed_off_at IS NULL
                       AND ends_at > now() ORDER BY signed_on_at DESC, id DESC LIMIT 1)) RETURNING at""",
        new_id(),
        call.item_id,
        call.lead_id,
        call.campaign_id,
        call.attempt,
        call.caller,
        told.outcome.value,
        told.note,
        told.reason,
        told.question,
        told.needs,
        told.wished_meeting,
        told.callback_at,
        told.path,
        call.script_version,
        call.script_id,
        list(dict.fromkeys(told.products)),
        call.promised_by,
        call.dialled,
        call.talk_seconds,
        call.late_for,
        call.not_followed,
    )
    return at


async def of_lead(conn: Connection, lead_id: str) -> list[Call]:
    """The calls of a lead, the oldest first."""
    return Call.of_all(await conn.fetch("SELECT * FROM calls WHERE lead_id = $1 ORDER BY at", lead_id))


async def promise_to(conn: Connection, lead_id: str) -> Promise | None:
    """The callback that the lead was promised in its last call, if its time is still to come."""
    row = await conn.fetchrow(
        """SELECT caller, at, callback_at AS due_at FROM (SELECT * FROM calls WHERE lead_id = $1
               AND not_followed IS NULL ORDER BY at DESC LIMIT 1) AS last_call
            WHERE outcome = 'callback' AND callback_at > now()""",
        lead_id,
    )
    return Promise.maybe(row)


async def is_of(conn: Connection, item_id: str, caller: str) -> bool:
    """Does this caller hold the call of this work item, or have they made it?"""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT 1 FROM work_items WHERE id = $1 AND kind = 'call' AND leased_by = $2)
                   OR EXISTS (SELECT 1 FROM calls WHERE item_id = $1 AND caller = $2)""",
            item_id,
            caller,
        )
    )


async def is_leased(conn: Connection, lead_id: str, caller: str | None = None) -> bool:
    """Is somebody, or this caller, calling the lead at this moment?"""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT FROM work_items WHERE lead_id = $1 AND kind = 'call' AND state = 'leased'
                                 AND ($2::text IS NULL OR leased_by = $2))""",
            lead_id,
            caller,
        )
    )


async def give_to_everybody(conn: Connection, item_id: str, priority: int) -> None:
    """Take an open call from whoever it was assigned to, and give it this priority."""
    await conn.execute(
        "UPDATE work_items SET assignee = NULL, priority = $2 WHERE id = $1 AND state = 'open'", item_id, priority
    )


async def give_to(conn: Connection, item_id: str, caller: str | None) -> None:
    """Make an open call this caller's alone or, with None, anybody's who is on shift."""
    await conn.execute(
        "UPDATE work_items SET assignee = $2, assignee_until = NULL WHERE id = $1 AND state = 'open'", item_id, caller
    )


async def held_by(conn: Connection, caller: str) -> WorkItem | None:
    """The call that this caller holds now, or none."""
    row = await conn.fetchrow(
        """SELECT * FROM work_items WHERE kind = 'call' AND state = 'leased' AND leased_by = $1 AND lease_until > now()
            ORDER BY lease_until DESC LIMIT 1""",
        caller,
    )
    return WorkItem.maybe(row)


async def report_lost(conn: Connection, item_id: str, token: int, caller: str) -> bool:
    """Note that this caller tells of a call whose lease is over; False if it was never theirs, or is told already."""
    return bool(
        await conn.fetchval(
            """UPDATE call_leases held SET reported_at = now()
                WHERE item_id = $1 AND token = $2 AND caller = $3 AND reported_at IS NULL
                  AND NOT EXISTS (SELECT FROM calls c WHERE c.item_id = $1 AND c.caller = $3 AND c.at >= held.at)
            RETURNING true""",
            item_id,
            token,
            caller,
        )
    )


async def waiting_for(conn: Connection, lead_id: str) -> WorkItem | None:
    """The call that this lead waits for, in the queue or in somebody's hand; locked."""
    row = await conn.fetchrow(
        "SELECT * FROM work_items WHERE lead_id = $1 AND kind = 'call' AND state IN ('open', 'leased') FOR UPDATE",
        lead_id,
    )
    return WorkItem.maybe(row)


async def waiting(conn: Connection, caller: str) -> list[WaitingGroup]:
    """The open calls by group, by whether a colleague has promised them, whether they are due, and whether the
    lead was ever called.

    The first ten thousand only: whoever waits wants to know why, not how many exactly.
    """
    rows = await conn.fetch(
        """SELECT group_key, theirs, due, fresh, count(*) AS calls, min(opens) AS first
             FROM (SELECT group_key, not_before <= now() AS due,
                          assignee IS NOT NULL AND assignee <> $1 AND coalesce(assignee_until > now(), true) AS theirs,
                          payload->>'attempt' = '1'
                            AND NOT coalesce((payload->>'callback')::boolean, false) AS fresh,
                          CASE WHEN assignee IS NULL OR assignee = $1 THEN not_before
                               ELSE coalesce(assignee_until, not_before) END AS opens
                     FROM work_items WHERE kind = 'call' AND state = 'open' LIMIT 10000) AS open_calls
            GROUP BY group_key, theirs, due, fresh""",
        caller,
    )
    return WaitingGroup.of_all(rows)


async def next_callback(conn: Connection, caller: str) -> NextCallback | None:
    """The call that this caller has promised for the earliest time; none if there is none."""
    row = await conn.fetchrow(
        """SELECT l.company, l.timezone, w.not_before AS at FROM work_items w JOIN leads l ON l.id = w.lead_id
            WHERE w.kind = 'call' AND w.state = 'open' AND w.assignee = $1 ORDER BY w.not_before LIMIT 1""",
        caller,
    )
    return NextCallback.maybe(row)


async def figures_since(conn: Connection, caller: str, since: datetime, until: datetime | None = None) -> CallFigures:
    """What this caller has done since then, or between two moments."""
    return CallFigures.of(
        await conn.fetchrow(
            """SELECT count(*) AS calls, count(*) FILTER (WHERE outcome = ANY ($4)) AS contacts,
                      count(*) FILTER (WHERE outcome = 'interested') AS interested,
                      count(*) FILTER (WHERE outcome = 'callback') AS callbacks,
                      count(DISTINCT lead_id)
                        FILTER (WHERE outcome IN ('interested', 'hard_question') AND not_followed IS NULL)
                          AS handed_over
                 FROM calls WHERE caller = $1 AND at >= $2 AND ($3::timestamptz IS NULL OR at <= $3)""",
            caller,
            since,
            until,
            [outcome.value for outcome in CONTACTS],
        )
    )


async def last_of(conn: Connection, caller: str, since: datetime) -> LastCall | None:
    """The call that this caller reported last, if that was after `since`."""
    row = await conn.fetchrow(
        """SELECT c.*, l.company, coalesce(l.timezone, l.zones, '') AS timezone
             FROM calls c JOIN leads l ON l.id = c.lead_id
            WHERE c.caller = $1 AND c.at >= $2 ORDER BY c.at DESC LIMIT 1""",
        caller,
        since,
    )
    return LastCall.maybe(row)
