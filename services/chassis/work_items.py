"""Work for people: open, claim under a lease with a fencing token, extend, release, complete, cancel, expire.

A row is handed to one person at a time (`FOR UPDATE SKIP LOCKED`). The token grows with every claim, so whoever
held the lease before can no longer answer: his token is stale. No business words here; `kind` and `group_key`
are the tiers' own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound


@dataclass(frozen=True)
class NewItem:
    """A work item to open. `key` is a business key: the second open of a key returns the first row."""

    kind: str
    key: str
    workflow_id: str
    lead_id: str
    priority: int = 0
    rank: float = 0
    not_before: datetime | None = None
    expires_at: datetime | None = None
    assignee: str | None = None
    assignee_until: datetime | None = None
    group_key: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


class WorkItem(BaseModel):
    """One row. All times are UTC; `lease_token` is the fencing token of the present or last lease."""

    id: str
    kind: str
    key: str
    workflow_id: str
    lead_id: str
    state: str
    priority: int
    rank: float
    not_before: datetime
    expires_at: datetime | None
    assignee: str | None
    assignee_until: datetime | None
    group_key: str
    payload: dict[str, Any]
    leased_by: str | None
    lease_token: int
    lease_until: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    result: str | None


_OPEN = """
INSERT INTO work_items (id, kind, key, workflow_id, lead_id, priority, rank, not_before, expires_at,
                        assignee, assignee_until, group_key, payload)
VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, now()), $9, $10, $11, $12, $13)
ON CONFLICT (key) DO NOTHING
RETURNING *
"""

_OWN_LEASE = """
UPDATE work_items SET lease_until = now() + $3
 WHERE id = (SELECT id FROM work_items WHERE kind = $1 AND leased_by = $2 AND state = 'leased' AND lease_until > now()
             ORDER BY lease_until DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *
"""

# Personal items are the assignee's alone until `assignee_until`; afterwards anyone may take them.
_CLAIM = """
UPDATE work_items
   SET state = 'leased', leased_by = $2, lease_token = lease_token + 1, lease_until = now() + $3
 WHERE id = (
    SELECT id FROM work_items
     WHERE kind = $1 AND state = 'open' AND not_before <= now()
       AND (expires_at IS NULL OR expires_at > now())
       AND (assignee IS NULL OR assignee = $2 OR assignee_until < now())
       AND ($4::text[] IS NULL OR group_key = ANY($4))
     ORDER BY priority DESC, rank DESC, not_before, id
     LIMIT 1
     FOR UPDATE SKIP LOCKED)
RETURNING *
"""

# A loose index scan: one look into the index per group, however many items wait.
_OPEN_GROUPS = """
WITH RECURSIVE groups AS (
    (SELECT group_key FROM work_items WHERE kind = $1 AND state = 'open' ORDER BY group_key LIMIT 1)
    UNION ALL
    SELECT (SELECT group_key FROM work_items
             WHERE kind = $1 AND state = 'open' AND group_key > groups.group_key ORDER BY group_key LIMIT 1)
      FROM groups WHERE groups.group_key IS NOT NULL)
SELECT group_key FROM groups WHERE group_key IS NOT NULL
"""

_LOCK = "SELECT * FROM work_items WHERE id = $1 FOR UPDATE"


def _item(row: Any) -> WorkItem:
    return WorkItem.model_validate(dict(row))


async def open_item(conn: Connection, new: NewItem) -> WorkItem:
    """Open an item once; the same key again returns the row as it is now."""
    row = await conn.fetchrow(
        _OPEN,
        new_id(),
        new.kind,
        new.key,
        new.workflow_id,
        new.lead_id,
        new.priority,
        new.rank,
        new.not_before,
        new.expires_at,
        new.assignee,
        new.assignee_until,
        new.group_key,
        dict(new.payload),
    )
    if row is None:
        row = await conn.fetchrow("SELECT * FROM work_items WHERE key = $1", new.key)
    return _item(row)


async def get(conn: Connection, item_id: str) -> WorkItem:
    """Read one item. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM work_items WHERE id = $1", item_id)
    if row is None:
        raise NotFound(f"There is no work item {item_id}")
    return _item(row)


async def open_groups(conn: Connection, kind: str) -> list[str]:
    """The group keys of which open items of this kind wait, in order."""
    return [row["group_key"] for row in await conn.fetch(_OPEN_GROUPS, kind)]


async def claim(
    conn: Connection, *, kind: str, person: str, lease: timedelta, groups: Sequence[str] | None = None
) -> WorkItem | None:
    """Lease the first due item to `person`; None when nothing is due.

    Somebody who already holds an item of this kind (a lost browser) gets that one again, with its token.
    """
    own = await conn.fetchrow(_OWN_LEASE, kind, person, lease)
    row = own or await conn.fetchrow(_CLAIM, kind, person, lease, list(groups) if groups is not None else None)
    return _item(row) if row else None


async def _held(conn: Connection, item_id: str, person: str, token: int) -> WorkItem:
    """Lock the item and make sure that this person holds it with this token."""
    row = await conn.fetchrow(_LOCK, item_id)
    if row is None:
        raise NotFound(f"There is no work item {item_id}")
    item = _item(row)
    if item.state in ("done", "cancelled", "expired"):
        raise Conflict(f"This work is already {item.state}", code="already_closed", detail={"state": item.state})
    if item.state != "leased" or item.leased_by != person or item.lease_token != token:
        raise Conflict(
            "The lease was lost: the work went back to the queue or to somebody else",
            code="stale_lease",
            field="token",
        )
    return item


async def extend(conn: Connection, item_id: str, person: str, token: int, lease: timedelta) -> WorkItem:
    """Hold the item for another `lease` from now. Raises Conflict `stale_lease`, `already_closed`."""
    await _held(conn, item_id, person, token)
    row = await conn.fetchrow(
        "UPDATE work_items SET lease_until = now() + $2 WHERE id = $1 RETURNING *", item_id, lease
    )
    return _item(row)


async def release(
    conn: Connection, item_id: str, person: str, token: int, *, not_before: datetime | None = None
) -> WorkItem:
    """Give the item back to the queue, due again at `not_before` or at once."""
    await _held(conn, item_id, person, token)
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'open', leased_by = NULL, lease_until = NULL,
                  not_before = coalesce($2, not_before) WHERE id = $1 RETURNING *""",
        item_id,
        not_before,
    )
    return _item(row)


async def complete(
    conn: Connection, item_id: str, *, person: str, token: int | None = None, result: str, any_person: bool = False
) -> WorkItem:
    """Close the item with its result. A leased item needs its token; an assigned one its assignee.

    `any_person` lets a supervisor answer for somebody else. Raises NotFound, Conflict `already_closed`,
    `stale_lease`, `wrong_person`.
    """
    row = await conn.fetchrow(_LOCK, item_id)
    if row is None:
        raise NotFound(f"There is no work item {item_id}")
    item = _item(row)
    if item.state == "leased" and not any_person:
        await _held(conn, item_id, person, token if token is not None else -1)
    elif item.state in ("done", "cancelled", "expired"):
        raise Conflict(f"This work is already {item.state}", code="already_closed", detail={"state": item.state})
    elif token is not None and not any_person:
        raise Conflict("The lease was lost: the work went back to the queue", code="stale_lease", field="token")
    elif item.assignee not in (None, person) and not any_person:
        raise Conflict("This work is somebody else's", code="wrong_person")
    return await _close(conn, item_id, "done", result)


async def _close(conn: Connection, item_id: str, state: str, result: str) -> WorkItem:
    row = await conn.fetchrow(
        """UPDATE work_items SET state = $2, result = $3, closed_at = now(), leased_by = NULL, lease_until = NULL
            WHERE id = $1 RETURNING *""",
        item_id,
        state,
        result,
    )
    return _item(row)


async def cancel(conn: Connection, item_id: str, result: str) -> WorkItem | None:
    """Cancel an item that is not closed yet, whoever holds it. None if there was nothing to cancel."""
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'cancelled', result = $2, closed_at = now(), leased_by = NULL,
                  lease_until = NULL WHERE id = $1 AND state IN ('open', 'leased') RETURNING *""",
        item_id,
        result,
    )
    return _item(row) if row else None


async def cancel_for_lead(
    conn: Connection, lead_id: str, *, kinds: Sequence[str] | None = None, result: str
) -> list[WorkItem]:
    """Cancel everything open for a lead, leased or not: its holder's token is stale from now on."""
    rows = await conn.fetch(
        """UPDATE work_items SET state = 'cancelled', result = $3, closed_at = now(), leased_by = NULL,
                  lease_until = NULL
            WHERE lead_id = $1 AND state IN ('open', 'leased') AND ($2::text[] IS NULL OR kind = ANY($2))
        RETURNING *""",
        lead_id,
        list(kinds) if kinds is not None else None,
        result,
    )
    return [_item(row) for row in rows]


async def expire(conn: Connection, item_id: str) -> bool:
    """Expire an unanswered item; False if it was closed in the meantime."""
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'expired', result = 'expired', closed_at = now(), leased_by = NULL,
                  lease_until = NULL WHERE id = $1 AND state IN ('open', 'leased') RETURNING id""",
        item_id,
    )
    return row is not None


async def list_items(
    conn: Connection,
    *,
    kind: str | Sequence[str],
    state: str | None = "open",
    assignee: str | None = None,
    limit: int = 50,
    after: tuple[datetime, str] | None = None,
) -> list[WorkItem]:
    """A page of items in order of opening. `state` None means every state; `assignee` None means everybody's."""
    kinds = [kind] if isinstance(kind, str) else list(kind)
    rows = await conn.fetch(
        """SELECT * FROM work_items
            WHERE kind = ANY($1) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR assignee = $3)
              AND ($4::timestamptz IS NULL OR (opened_at, id) > ($4, $5::uuid))
            ORDER BY opened_at, id LIMIT $6""",
        kinds,
        state,
        assignee,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_item(row) for row in rows]


async def sweep(conn: Connection) -> int:
    """Return items whose lease ran out to the queue (a lost browser, a shift that ended); how many."""
    rows = await conn.fetch(
        """UPDATE work_items SET state = 'open', leased_by = NULL, lease_until = NULL
            WHERE id IN (SELECT id FROM work_items WHERE state = 'leased' AND lease_until < now()
                          ORDER BY lease_until LIMIT 500 FOR UPDATE SKIP LOCKED)
        RETURNING id"""
    )
    return len(rows)
