"""SQL of the outbox: claiming the heads of the lines, recording what became of a row, and a look from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound
from services.chassis.outbox.append import CHANNEL
from services.chassis.records import Record
from services.chassis.workflow_words import OVER

MAX_BACKOFF = timedelta(minutes=5)
KEEP_DELIVERED = timedelta(days=7)

# Only the head of a workflow's line may go. A claimed head is still pending, so it keeps the rows behind it back and
# nobody else's: several dispatchers share the work, and the order per workflow holds. Under concurrency PostgreSQL
# checks the conditions again on the row as it is when it is locked.
# A claim that a crash of PostgreSQL loses is only free sooner, so its commit need not wait for the disk.
_CLAIM = """
WITH heads AS MATERIALIZED (
    SELECT o.id, o.tried FROM outbox o
     WHERE o.state = 'pending' AND o.next_at <= now() AND (o.claimed_until IS NULL OR o.claimed_until < now())
       AND NOT EXISTS (SELECT 1 FROM outbox earlier
                        WHERE earlier.workflow_id = o.workflow_id AND earlier.state = 'pending' AND earlier.id < o.id)
     ORDER BY o.next_at, o.id
     LIMIT $1
       FOR UPDATE OF o SKIP LOCKED)
UPDATE outbox SET claimed_until = now() + $2, tried = true
  FROM heads CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS lazily
 WHERE outbox.id = heads.id
RETURNING outbox.*, heads.tried AS tried_before
"""

_RECORD = """
UPDATE outbox o
   SET state = told.state, last_error = told.error, attempts = told.attempts, claimed_until = NULL,
       before = CASE WHEN told.state = 'pending' THEN o.before END,
       next_at = CASE WHEN told.state = 'pending' THEN now() + told.pause ELSE o.next_at END,
       delivered_at = CASE WHEN told.state = 'pending' THEN NULL ELSE now() END
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::interval[])
       AS told (id, state, error, attempts, pause)
 WHERE o.id = told.id AND o.claimed_until = $6
RETURNING o.id
"""

# Without its claim, a delivery that is under way records nothing of it any more.
_DROP_UNHEARD = """
UPDATE outbox SET state = 'dropped', delivered_at = now(), claimed_until = NULL,
       last_error = 'its workflow was started again from the record'
 WHERE workflow_id = $1 AND state IN ('pending', 'dead') AND workflow IS NULL AND activity IS NULL
RETURNING *
"""


class OutboxRow(Record):
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
    claimed_until: datetime | None = None
    activity: str | None = None
    tried_before: bool = False
    trace: str | None = None


@dataclass(frozen=True)
class Claim:
    """Rows, at most one per workflow, that are this dispatcher's to deliver until a time, which is also its token."""

    until: datetime | None
    rows: list[OutboxRow]


@dataclass(frozen=True)
class Outcome:
    """What is to be recorded of a claimed row: its state, and for one that stays pending when it is due again."""

    row: OutboxRow
    state: Literal["pending", "delivered", "dropped", "dead"]
    error: str | None
    counts: bool = True
    pause: timedelta = timedelta(0)


async def claim(conn: Connection, limit: int, lease: timedelta) -> Claim:
    """Claim the rows that may be delivered now, for `lease`; after that another dispatcher may take them."""
    found = OutboxRow.of_all(await conn.fetch(_CLAIM, limit, lease))
    return Claim(found[0].claimed_until if found else None, found)


async def record(conn: Connection, claim: Claim, outcomes: Sequence[Outcome]) -> int:
    """Record what became of claimed rows; of how many. A row whose claim has run out and was taken over is left."""
    recorded = await conn.fetch(
        _RECORD,
        [outcome.row.id for outcome in outcomes],
        [outcome.state for outcome in outcomes],
        [outcome.error for outcome in outcomes],
        [outcome.row.attempts + outcome.counts for outcome in outcomes],
        [outcome.pause for outcome in outcomes],
        claim.until,
    )
    return len(recorded)


def backoff(attempts: int) -> timedelta:
    """The pause after a row's own error: half a second, doubled with each attempt, five minutes at most."""
    return min(MAX_BACKOFF, timedelta(seconds=0.5 * 2**attempts))


async def list_rows(conn: Connection, state: str, limit: int, after: int) -> list[OutboxRow]:
    """A page of rows in one state, oldest first."""
    rows = await conn.fetch(
        "SELECT * FROM outbox WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3", state, after, limit
    )
    return OutboxRow.of_all(rows)


async def retry_dead(conn: Connection, row_id: int) -> OutboxRow:
    """Put a row that was set aside back into its line. Raises NotFound, Conflict `wrong_state`."""
    row = await conn.fetchrow("SELECT * FROM outbox WHERE id = $1 FOR UPDATE", row_id)
    if row is None:
        raise NotFound(f"There is no outbox row {row_id}")
    if row["state"] != "dead":
        raise Conflict(f"Row {row_id} is {row['state']}; only one that was set aside is sent again", code="wrong_state")
    again = await conn.fetchrow(
        "UPDATE outbox SET state = 'pending', attempts = 0, next_at = now() WHERE id = $1 RETURNING *", row_id
    )
    await conn.execute("SELECT pg_notify($1, '')", CHANNEL)
    return OutboxRow.of(again)


async def unheard(conn: Connection, workflow_id: str, signal: str) -> list[OutboxRow]:
    """Answers of one kind that were set aside because this workflow had ended, in their order."""
    found = await conn.fetch(
        "SELECT * FROM outbox WHERE workflow_id = $1 AND signal = $2 AND state = 'dead' ORDER BY id LIMIT 100",
        workflow_id,
        signal,
    )
    return [one for one in OutboxRow.of_all(found) if OVER in (one.last_error or "")]


async def drop_dead(conn: Connection, row_id: int, why: str) -> bool:
    """Give up a row that was set aside; whether it still was."""
    dropped = await conn.fetchval(
        "UPDATE outbox SET state = 'dropped', delivered_at = now(), last_error = $2"
        " WHERE id = $1 AND state = 'dead' RETURNING true",
        row_id,
        why,
    )
    return bool(dropped)


async def begun_since(conn: Connection, workflow_id: str, at: datetime | None) -> bool:
    """Whether what starts this workflow is on its way, or was written after `at` and has left."""
    begun: bool = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM outbox WHERE workflow_id = $1 AND workflow IS NOT NULL
              AND (state = 'pending' OR (state = 'delivered' AND created_at > $2)))""",
        workflow_id,
        at,
    )
    return begun


async def drop_unheard(conn: Connection, workflow_id: str) -> list[OutboxRow]:
    """Let no answer to an ended workflow reach the next one, which starts from a record that has them already.

    Those that were dropped, in their order; what starts a workflow by itself stays in the line.
    """
    dropped = OutboxRow.of_all(await conn.fetch(_DROP_UNHEARD, workflow_id))
    return sorted(dropped, key=lambda one: one.id)


async def purge(conn: Connection) -> int:
    """Forget rows delivered long ago; how many. Workflows drop what they have seen, so a key may then be reused."""
    rows = await conn.fetch(
        """DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state IN ('delivered', 'dropped')
              AND delivered_at < now() - $1::interval LIMIT 5000) RETURNING id""",
        KEEP_DELIVERED,
    )
    return len(rows)
