"""Drafts of calls under way: one per call and caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from services.chassis.db import Connection
from services.lead_gen.domain.call_drafts import CallDraft, GivenDraft, LostCall, fate_of

_REMEMBERED = timedelta(hours=12)
"""Beyond this nobody remembers the call any more."""


async def begin(conn: Connection, item_id: str, caller: str) -> CallDraft | None:
    """The draft of a call that this caller holds, an empty one at first; none for a call that is not theirs."""
    row = await conn.fetchrow(
        """INSERT INTO call_drafts (item_id, caller, lead_id)
           SELECT id, $2, lead_id FROM work_items
            WHERE id = $1 AND kind = 'call' AND state = 'leased' AND leased_by = $2
           ON CONFLICT (item_id, caller) DO UPDATE SET given_at = NULL RETURNING *""",
        item_id,
        caller,
    )
    return CallDraft.maybe(row)


async def get(conn: Connection, item_id: str, caller: str, *, lock: bool = False) -> CallDraft | None:
    """The draft that this caller has of this call, held or lost; none if there is none."""
    row = await conn.fetchrow(
        f"""SELECT * FROM call_drafts WHERE item_id = $1 AND caller = $2 AND given_at IS NULL
             {"FOR UPDATE" if lock else ""}""",  # noqa: S608 - a constant
        item_id,
        caller,
    )
    return CallDraft.maybe(row)


async def save(conn: Connection, draft: CallDraft, *, path: Sequence[str], typed: Mapping[str, str]) -> CallDraft:
    """Write what it holds now."""
    row = await conn.fetchrow(
        """UPDATE call_drafts SET path = $3, typed = $4, at = now() WHERE item_id = $1 AND caller = $2
           RETURNING *""",
        draft.item_id,
        draft.caller,
        list(path),
        dict(typed),
    )
    return CallDraft.of(row)


async def drop(conn: Connection, item_id: str, caller: str) -> None:
    """Throw it away: the call was reported, or its caller wants nothing of it."""
    await conn.execute(
        "DELETE FROM call_drafts WHERE item_id = $1 AND caller = $2 AND given_at IS NULL", item_id, caller
    )


async def drop_empty(conn: Connection, caller: str) -> None:
    """Throw away drafts in which nothing was typed, of calls that this caller gave back themselves."""
    await conn.execute(
        """DELETE FROM call_drafts d WHERE caller = $1 AND given_at IS NULL
              AND NOT EXISTS (SELECT FROM jsonb_each_text(typed) WHERE btrim(value) <> '')""",
        caller,
    )


async def give(conn: Connection, item_id: str, caller: str) -> None:
    """Hand it to the supervisor."""
    await conn.execute(
        "UPDATE call_drafts SET given_at = now() WHERE item_id = $1 AND caller = $2 AND given_at IS NULL",
        item_id,
        caller,
    )


async def lost(conn: Connection, caller: str) -> LostCall | None:
    """The newest draft of a call that is not this caller's any more; none if they have lost nothing lately."""
    row = await conn.fetchrow(
        """SELECT d.*, l.company, w.result,
                  CASE WHEN w.lease_until <= now() THEN 'open' ELSE w.state END AS state FROM call_drafts d
             JOIN leads l ON l.id = d.lead_id JOIN work_items w ON w.id = d.item_id
            WHERE d.caller = $1 AND d.given_at IS NULL AND d.at > now() - $2::interval
              AND NOT (w.state = 'leased' AND w.leased_by = $1 AND w.lease_until > now())
            ORDER BY d.at DESC LIMIT 1""",
        caller,
        _REMEMBERED,
    )
    if row is None:
        return None
    return LostCall(draft=CallDraft.of(row), company=row["company"], fate=fate_of(row["state"], row["result"]))


async def given(conn: Connection, limit: int, after: tuple[datetime, str] | None) -> list[GivenDraft]:
    """What callers gave to the supervisor, the oldest first."""
    rows = await conn.fetch(
        """SELECT d.*, l.company FROM call_drafts d JOIN leads l ON l.id = d.lead_id
            WHERE given_at IS NOT NULL AND ($1::timestamptz IS NULL OR (given_at, item_id) > ($1, $2::uuid))
            ORDER BY given_at, item_id LIMIT $3""",
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return GivenDraft.of_all(rows)
