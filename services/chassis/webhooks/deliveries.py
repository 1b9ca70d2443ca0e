"""SQL of deliveries: claiming what is due, recording what became of it, listing, and sending again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, NotFound
from services.chassis.records import Record

DeliveryState = Literal["pending", "delivered", "dead", "skipped"]
AT_ONCE = 4
"""Requests that one receiver has at a time, from all workers together (about)."""
LEASE = timedelta(seconds=30)
"""Three times what an attempt may take; what a killed worker had in hand is free after this."""
KEEP = timedelta(days=30)
_SWEPT_AT_ONCE = 5000

# Each webhook has its own places, so one whose receiver is slow fills only those.
_CLAIM = """
WITH places AS (
    SELECT w.id, $1 - (SELECT count(*) FROM webhook_deliveries d
                        WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.claimed_until > now()) AS free
      FROM webhooks w WHERE w.state = 'active'),
due AS MATERIALIZED (
    SELECT one.id FROM places CROSS JOIN LATERAL (
        SELECT d.id FROM webhook_deliveries d
         WHERE d.webhook_id = places.id AND d.state = 'pending' AND d.next_at <= now()
           AND (d.claimed_until IS NULL OR d.claimed_until <= now())
         ORDER BY d.next_at, d.id LIMIT greatest(places.free, 0) FOR UPDATE OF d SKIP LOCKED) one)
UPDATE webhook_deliveries d SET claimed_until = now() + $2, attempts = d.attempts + 1
  FROM due, webhooks w, webhook_messages m
 WHERE d.id = due.id AND w.id = d.webhook_id AND m.id = d.message_id
RETURNING d.id, d.webhook_id, d.message_id, d.attempts, d.claimed_until, w.url, m.body,
          array_remove(ARRAY[w.secret, CASE WHEN w.old_secret_until > now() THEN w.old_secret END], NULL) AS secrets
"""
_SHOWN = """
SELECT d.id, d.webhook_id, d.message_id, m.type, d.state, d.attempts, m.created_at, d.delivered_at, d.last_status,
       d.last_error, CASE WHEN d.state = 'pending' THEN d.next_at END AS next_at
  FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
"""


@dataclass(frozen=True, repr=False)
class Claimed:
    """A message in hand until a time, which is also its token. Never shown: it has the secrets with it."""

    id: int
    webhook_id: str
    message_id: str
    attempts: int
    claimed_until: datetime
    url: str
    body: str
    secrets: list[str]


class Delivery(Record):
    """What became of a message at one receiver. `last_error` is what it said, masked."""

    id: int
    webhook_id: str
    message_id: str
    type: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    last_status: int | None
    last_error: str | None


async def claim(conn: Connection, at_once: int = AT_ONCE, lease: timedelta = LEASE) -> list[Claimed]:
    """Claim what is due; an attempt of each is counted."""
    return [Claimed(**dict(row)) for row in await conn.fetch(_CLAIM, at_once, lease)]


async def record(
    conn: Connection,
    claimed: Claimed,
    state: DeliveryState,
    *,
    status: int | None,
    error: str | None,
    pause: timedelta = timedelta(0),
) -> bool:
    """Record an attempt; not if the claim has run out and somebody else has taken the message over."""
    done = await conn.execute(
        """UPDATE webhook_deliveries SET state = $3, last_status = $4, last_error = $5, claimed_until = NULL,
                  next_at = now() + $6, delivered_at = CASE WHEN $3 = 'delivered' THEN now() ELSE delivered_at END
            WHERE id = $1 AND claimed_until = $2 AND state = 'pending'""",
        claimed.id,
        claimed.claimed_until,
        state,
        status,
        error,
        pause,
    )
    return bool(done == "UPDATE 1")


async def hold_webhook(conn: Connection, webhook_id: str) -> None:
    """Whoever changes a webhook and its deliveries holds the webhook first: else two would wait for each other."""
    await conn.execute("SELECT FROM webhooks WHERE id = $1 FOR NO KEY UPDATE", webhook_id)


async def page(
    conn: Connection, webhook_id: str, state: DeliveryState | None, limit: int, before: int | None
) -> list[Delivery]:
    """Deliveries of a webhook, the newest first."""
    rows = await conn.fetch(
        f"""{_SHOWN} WHERE d.webhook_id = $1 AND ($2::text IS NULL OR d.state = $2)
               AND ($3::bigint IS NULL OR d.id < $3) ORDER BY d.id DESC LIMIT $4""",
        webhook_id,
        state,
        before,
        limit,
    )
    return Delivery.of_all(rows)


async def replay_one(conn: Connection, webhook_id: str, message_id: str) -> int:
    """Send a message again, unless it waits anyway; how many that are. Raises NotFound."""
    row = await conn.fetchrow(
        "SELECT id, state FROM webhook_deliveries WHERE webhook_id = $1 AND message_id = $2 FOR UPDATE",
        webhook_id,
        message_id,
    )
    if row is None:
        raise NotFound("there is no such message of this webhook")
    return await _requeue(conn, [row["id"]]) if row["state"] != "pending" else 0


async def replay_since(
    conn: Connection, webhook_id: str, since: datetime, states: Sequence[DeliveryState], limit: int, after: int
) -> list[int]:
    """Send again what happened since a time and is in one of these states, the oldest first; which."""
    rows = await conn.fetch(
        """SELECT d.id FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
            WHERE d.webhook_id = $1 AND d.state = ANY($2) AND m.created_at >= $3 AND d.id > $5
            ORDER BY d.id LIMIT $4 FOR UPDATE OF d""",
        webhook_id,
        list(states),
        since,
        limit,
        after,
    )
    found = [row["id"] for row in rows]
    await _requeue(conn, found)
    return found


async def retry_dead(conn: Connection, delivery_id: int) -> None:
    """Send one again that was set aside. Raises NotFound, Conflict `wrong_state`."""
    row = await conn.fetchrow("SELECT state FROM webhook_deliveries WHERE id = $1 FOR UPDATE", delivery_id)
    if row is None:
        raise NotFound(f"there is no delivery {delivery_id}")
    if row["state"] != "dead":
        raise Conflict(f"delivery {delivery_id} is {row['state']}; only a dead one is sent again", code="wrong_state")
    await _requeue(conn, [delivery_id])


async def _requeue(conn: Connection, ids: Sequence[int]) -> int:
    await conn.execute(
        """UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_at = now(), claimed_until = NULL
            WHERE id = ANY($1::bigint[])""",
        list(ids),
    )
    return len(ids)


async def sweep(pool: Pool) -> int:
    """A periodic job: forget messages of long ago, with what became of them; how many."""
    async with pool.acquire() as conn:
        done = await conn.execute(
            """DELETE FROM webhook_messages WHERE id = ANY(ARRAY(
                  SELECT id FROM webhook_messages WHERE created_at < now() - $1::interval LIMIT $2))""",
            KEEP,
            _SWEPT_AT_ONCE,
        )
    return int(done.rsplit(" ", 1)[-1])
