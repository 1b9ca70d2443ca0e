"""Leases: claim, extend, release, return what was lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish_all
from services.chassis.work_items.items import WorkItem, lock

# What they hold already comes first, and nothing else is then touched: a row that is skipped because a colleague holds
# it must not be locked here. Personal items are the assignee's alone until `assignee_until`; afterwards anyone may take
# them.
_CLAIM = """
WITH own AS (
    UPDATE work_items SET lease_until = now() + $3
     WHERE id = (SELECT id FROM work_items
                  WHERE kind = $1 AND leased_by = $2 AND state = 'leased' AND lease_until > now()
                  ORDER BY lease_until DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *),
claimed AS (
    UPDATE work_items
       SET state = 'leased', leased_by = $2, lease_token = lease_token + 1, lease_until = now() + $3
     WHERE id = (
        SELECT id FROM work_items
         WHERE NOT EXISTS (SELECT FROM own)
           AND kind = $1 AND state = 'open' AND not_before <= now()
           AND (expires_at IS NULL OR expires_at > now())
           AND {whose}
           AND ($4::text[] IS NULL OR group_key = ANY($4))
         ORDER BY priority DESC, rank DESC, not_before, id
         LIMIT 1
         FOR UPDATE SKIP LOCKED)
    RETURNING *)
SELECT * FROM own UNION ALL SELECT * FROM claimed
"""
_CLAIM_ANY = _CLAIM.format(whose="(assignee IS NULL OR assignee = $2 OR assignee_until < now())")
_CLAIM_OWN = _CLAIM.format(whose="assignee = $2")

# A loose index scan: one look into the index per group, however many items wait.
_OPEN_GROUPS = """
WITH RECURSIVE groups AS (
    (SELECT group_key FROM work_items WHERE kind = {kind} AND state = 'open' ORDER BY group_key LIMIT 1)
    UNION ALL
    SELECT (SELECT group_key FROM work_items
             WHERE kind = {kind} AND state = 'open' AND group_key > groups.group_key ORDER BY group_key LIMIT 1)
      FROM groups WHERE groups.group_key IS NOT NULL)
SELECT group_key FROM groups WHERE group_key IS NOT NULL
"""


async def open_groups(conn: Connection, kind: str) -> list[str]:
    """The group keys of which open items of this kind wait, in order."""
    return [row["group_key"] for row in await conn.fetch(open_groups_sql("$1"), kind)]


def open_groups_sql(kind: str) -> str:
    """The query of `open_groups`, as a part of another one; `kind` is a parameter or a literal of SQL."""
    return _OPEN_GROUPS.format(kind=kind)


async def claim(
    conn: Connection,
    *,
    kind: str,
    person: str,
    lease: timedelta,
    groups: Sequence[str] | None = None,
    only_own: bool = False,
) -> WorkItem | None:
    """Lease the first due item to `person`, or the first that is assigned to them (`only_own`); None if none is due.

    Somebody who already holds an item of this kind (a lost browser) gets that one again, with its token.
    """
    wanted = list(groups) if groups is not None else None
    row = await conn.fetchrow(_CLAIM_OWN if only_own else _CLAIM_ANY, kind, person, lease, wanted)
    return WorkItem.maybe(row)


async def claim_one(conn: Connection, item_id: str, *, person: str, lease: timedelta) -> WorkItem | None:
    """Lease this very item to `person`, with a new token; None if it is not open to them now."""
    row = await conn.fetchrow(
        """UPDATE work_items
              SET state = 'leased', leased_by = $2, lease_token = lease_token + 1, lease_until = now() + $3
            WHERE id = $1 AND (state = 'open' OR state = 'leased' AND lease_until <= now())
              AND (assignee IS NULL OR assignee = $2 OR assignee_until < now())
              AND (expires_at IS NULL OR expires_at > now())
        RETURNING *""",
        item_id,
        person,
        lease,
    )
    return WorkItem.maybe(row)


async def held(conn: Connection, item_id: str, person: str, token: int) -> WorkItem:
    """Lock the item and make sure that this person holds it with this token."""
    item = await lock(conn, item_id)
    check_held(item, person, token)
    return item


def check_held(item: WorkItem, person: str, token: int) -> None:
    """Make sure that this person holds a locked item with this token. Raises Conflict."""
    if item.state in ("done", "cancelled", "expired"):
        raise Conflict(f"This work is already {item.state}", code="already_closed", detail={"state": item.state})
    if item.state != "leased" or item.leased_by != person or item.lease_token != token:
        raise Conflict(
            "The lease was lost: the work went back to the queue or to somebody else",
            code="stale_lease",
            field="token",
        )


async def extend(conn: Connection, item_id: str, person: str, token: int, lease: timedelta) -> WorkItem:
    """Hold the item for another `lease` from now. Raises Conflict `stale_lease`, `already_closed`."""
    await held(conn, item_id, person, token)
    row = await conn.fetchrow(
        "UPDATE work_items SET lease_until = now() + $2 WHERE id = $1 RETURNING *", item_id, lease
    )
    return WorkItem.of(row)


async def release(
    conn: Connection, item_id: str, person: str, token: int, *, not_before: datetime | None = None
) -> WorkItem:
    """Give the item back to the queue, due again at `not_before` or at once."""
    await held(conn, item_id, person, token)
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'open', leased_by = NULL, lease_until = NULL,
                  not_before = coalesce($2, not_before) WHERE id = $1 RETURNING *""",
        item_id,
        not_before,
    )
    return WorkItem.of(row)


async def return_expired(conn: Connection) -> int:
    """Put items whose lease ran out back into the queue (a lost browser, a shift that ended); how many.

    Whoever had one hears `lease.changed`.
    """
    rows = await conn.fetch(
        """UPDATE work_items SET state = 'open', leased_by = NULL, lease_until = NULL
            WHERE id IN (SELECT id FROM work_items WHERE state = 'leased' AND lease_until < now()
                          ORDER BY lease_until LIMIT 500 FOR UPDATE SKIP LOCKED)
        RETURNING id"""
    )
    await publish_all(conn, "lease.changed", [{"item_id": row["id"]} for row in rows])
    return len(rows)
