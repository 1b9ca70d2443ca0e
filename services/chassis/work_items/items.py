"""Work items: what one is, opening, reading, listing, and giving one to somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.chassis.records import Record


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


class WorkItem(Record):
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
SELECT id, kind, key, workflow_id, lead_id, priority, rank, coalesce(not_before, now()), expires_at,
       assignee, assignee_until, group_key, payload
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::int[], $7::numeric[],
              $8::timestamptz[], $9::timestamptz[], $10::text[], $11::timestamptz[], $12::text[], $13::jsonb[])
       AS new (id, kind, key, workflow_id, lead_id, priority, rank, not_before, expires_at,
               assignee, assignee_until, group_key, payload)
ON CONFLICT (key) DO NOTHING
RETURNING *
"""


# Each half is counted in its own partial index, a million open items in an index-only scan.


async def open_item(conn: Connection, new: NewItem) -> WorkItem:
    """Open an item once; the same key again returns the row as it is now."""
    [item] = await open_items(conn, [new])
    return item


async def open_items(conn: Connection, new: Sequence[NewItem]) -> list[WorkItem]:
    """Open several items at once, each once per key; they in their order, as they are now."""
    columns = [
        [new_id() for _ in new],
        *(
            [getattr(one, name) for one in new]
            for name in ("kind", "key", "workflow_id", "lead_id", "priority", "rank", "not_before", "expires_at",
                         "assignee", "assignee_until", "group_key")
        ),
        [dict(one.payload) for one in new],
    ]  # fmt: skip
    opened = await conn.fetch(_OPEN, *columns)
    found = {row["key"]: row for row in opened}
    if len(found) < len(new):
        keys = [one.key for one in new if one.key not in found]
        found |= {row["key"]: row for row in await conn.fetch("SELECT * FROM work_items WHERE key = ANY($1)", keys)}
    return [WorkItem.of(found[one.key]) for one in new]


async def get(conn: Connection, item_id: str) -> WorkItem:
    """Read one item. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM work_items WHERE id = $1", item_id)
    if row is None:
        raise NotFound(f"There is no work item {item_id}")
    return WorkItem.of(row)


async def lock(conn: Connection, item_id: str) -> WorkItem:
    """Read one item and lock its row. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM work_items WHERE id = $1 FOR UPDATE", item_id)
    if row is None:
        raise NotFound(f"There is no work item {item_id}")
    return WorkItem.of(row)


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
    return WorkItem.of_all(rows)


async def reassign(conn: Connection, item_id: str, person: str) -> bool:
    """Make an open item this person's alone; False if it was closed in the meantime."""
    return bool(
        await conn.fetchval(
            """UPDATE work_items SET assignee = $2, group_key = '' WHERE id = $1 AND state = 'open' RETURNING true""",
            item_id,
            person,
        )
    )


async def reassign_for_lead(conn: Connection, lead_id: str, person: str, *, kinds: Sequence[str]) -> None:
    """Make a lead's open items of these kinds this person's alone."""
    await conn.execute(
        """UPDATE work_items SET assignee = $2, group_key = ''
            WHERE lead_id = $1 AND state = 'open' AND kind = ANY($3)""",
        lead_id,
        person,
        list(kinds),
    )


async def raise_priority(conn: Connection, key: str, priority: int, *, assignee: str | None = None) -> None:
    """Make an open item more urgent, and, if one is named, somebody's own."""
    await conn.execute(
        """UPDATE work_items SET priority = greatest(priority, $2), assignee = coalesce($3, assignee)
            WHERE key = $1 AND state = 'open'""",
        key,
        priority,
        assignee,
    )
