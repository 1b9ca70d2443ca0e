"""SQL of the outbox: claiming the heads of the lines, and what became of a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound

MAX_BACKOFF = timedelta(minutes=5)
KEEP_DELIVERED = timedelta(days=7)

# Only the head of a workflow's line may go; SKIP LOCKED lets several dispatchers share the work, and as a locked
# head hides the rows behind it from nobody but its own line, the order per workflow holds.
_HEADS = """
SELECT o.* FROM outbox o
 WHERE o.state = 'pending' AND o.next_at <= now()
   AND NOT EXISTS (SELECT 1 FROM outbox earlier
                    WHERE earlier.workflow_id = o.workflow_id AND earlier.state = 'pending' AND earlier.id < o.id)
 ORDER BY o.next_at, o.id
 LIMIT $1
   FOR UPDATE OF o SKIP LOCKED
"""

_SETTLE = """
UPDATE outbox SET state = $2, last_error = $3, delivered_at = now(), attempts = attempts + 1 WHERE id = ANY($1)
"""

_RETRY_LATER = """
UPDATE outbox SET attempts = attempts + 1, last_error = $2, next_at = now() + $3 WHERE id = $1
"""

_BACKLOG = """
SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
       count(*) FILTER (WHERE state = 'dead') AS dead,
       coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'pending')), 0)::float8 AS oldest
  FROM outbox WHERE state IN ('pending', 'dead')
"""


class OutboxRow(BaseModel):
    """One row on its way. `start_input` and `payload` may hold contact data and are never shown."""

    id: int
    event_id: str
    workflow_id: str
    signal: str | None
    payload: dict[str, Any] | None
    workflow: str | None
    task_queue: str | None
    start_input: dict[str, Any] | None
    summary: str | None
    search_attributes: dict[str, Any]
    when_missing: Literal["drop", "set_aside"]
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime


class Backlog(BaseModel):
    """How the outbox stands: rows waiting, rows set aside, age in seconds of the oldest waiting row."""

    pending: int
    dead: int
    oldest: float


async def heads(conn: Connection, limit: int) -> list[OutboxRow]:
    """Lock and read the deliverable rows, at most one per workflow."""
    return [OutboxRow.model_validate(dict(row)) for row in await conn.fetch(_HEADS, limit)]


async def settle(conn: Connection, row_ids: Sequence[int], state: str, error: str | None = None) -> None:
    """The rows' end: `delivered`, `dropped` or `dead`."""
    await conn.execute(_SETTLE, list(row_ids), state, error)


async def retry_later(conn: Connection, row: OutboxRow, error: str) -> None:
    """The row's own error: try again with exponential backoff."""
    wait = min(MAX_BACKOFF, timedelta(seconds=0.5 * 2**row.attempts))
    await conn.execute(_RETRY_LATER, row.id, error, wait)


async def backlog(conn: Connection) -> Backlog:
    """Count what waits and what was set aside."""
    return Backlog.model_validate(dict(await conn.fetchrow(_BACKLOG) or {}))


async def list_rows(conn: Connection, state: str, limit: int, after: int) -> list[OutboxRow]:
    """A page of rows in one state, oldest first."""
    rows = await conn.fetch(
        "SELECT * FROM outbox WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3", state, after, limit
    )
    return [OutboxRow.model_validate(dict(row)) for row in rows]


async def retry_dead(conn: Connection, row_id: int) -> OutboxRow:
    """Put a row that was set aside back into its line. Raises NotFound, Conflict `wrong_state`."""
    row = await conn.fetchrow("SELECT * FROM outbox WHERE id = $1 FOR UPDATE", row_id)
    if row is None:
        raise NotFound(f"There is no outbox row {row_id}")
    if row["state"] != "dead":
        raise Conflict(f"Row {row_id} is {row['state']}, only a dead one is retried", code="wrong_state")
    again = await conn.fetchrow(
        "UPDATE outbox SET state = 'pending', attempts = 0, next_at = now() WHERE id = $1 RETURNING *", row_id
    )
    await conn.execute("SELECT pg_notify('outbox', '')")
    return OutboxRow.model_validate(dict(again or {}))


async def purge(conn: Connection) -> int:
    """Forget rows delivered long ago; how many. Workflows drop what they have seen, so a key may then be reused."""
    rows = await conn.fetch(
        """DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state IN ('delivered', 'dropped')
              AND delivered_at < now() - $1::interval LIMIT 5000) RETURNING id""",
        KEEP_DELIVERED,
    )
    return len(rows)
