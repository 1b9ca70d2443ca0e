"""Writing an event, inside the transaction of the record that it is about."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from services.chassis.db import Connection
from services.chassis.webhooks.events import EventData, Tested

# Fixed for ever: the same event has the same id wherever and however often it is written.
_NAMESPACE = uuid.UUID("6f0c7a52-54d1-5c1c-9d0b-0d5a4d6c1f58")

# Nothing is written unless somebody subscribes. While the house has disabled a webhook, what it misses is kept.
# The lock passes over one that is being deleted: a sale must not fail for that.
_ANNOUNCE = """
WITH heard AS (SELECT id, state FROM webhooks WHERE $2 = ANY(events) FOR KEY SHARE),
     told AS (INSERT INTO webhook_messages (id, type, body)
              SELECT id, $2, body FROM unnest($1::uuid[], $3::text[]) AS event (id, body)
               WHERE EXISTS (SELECT FROM heard)
              ON CONFLICT (id) DO NOTHING RETURNING id)
INSERT INTO webhook_deliveries (webhook_id, message_id, state, next_at)
SELECT heard.id, told.id, CASE heard.state WHEN 'disabled' THEN 'skipped' ELSE 'pending' END, now() + $4
  FROM told, heard
"""
_TEST = """
WITH told AS (INSERT INTO webhook_messages (id, type, body) VALUES ($1, $2, $3) RETURNING id)
INSERT INTO webhook_deliveries (webhook_id, message_id) SELECT $4, id FROM told RETURNING id
"""


async def announce(
    conn: Connection, data: EventData, *, key: str, at: datetime, hold: timedelta = timedelta(0)
) -> None:
    """Tell whoever subscribes to this type of event, after the commit, or after `hold`.

    `key` is made of business ids and says which event of this type it is: written again, it is the same event, and its
    receivers see the same `webhook-id`. `at` is when it happened.
    """
    await announce_all(conn, {key: data}, at=at, hold=hold)


async def announce_all(
    conn: Connection, events: Mapping[str, EventData], *, at: datetime, hold: timedelta = timedelta(0)
) -> None:
    """As `announce`, for many events of one type, by their keys; in one statement."""
    if not events:
        return
    kind = next(iter(events.values())).type
    ids, bodies = [event_id(kind, key) for key in events], [body_of(data, at) for data in events.values()]
    await conn.execute(_ANNOUNCE, ids, kind, bodies, hold)


async def take_back(conn: Connection, events: Collection[type[EventData]], *, key: str) -> None:
    """It has not happened: nobody is told of the event with this key, of whichever of these types it is.

    For what is still held; the caller knows that it is.
    """
    ids = [event_id(event.type, key) for event in events]
    await conn.execute("DELETE FROM webhook_messages WHERE id = ANY($1::uuid[])", ids)


async def announce_test(conn: Connection, webhook_id: str, message_id: str) -> int:
    """Write a message that says nothing but that it is a test, for one webhook; the id of its delivery."""
    body = body_of(Tested(webhook_id=webhook_id), datetime.now(UTC))
    delivery_id: int = await conn.fetchval(_TEST, message_id, Tested.type, body, webhook_id)
    return delivery_id


def event_id(event_type: str, key: str) -> str:
    """The `webhook-id` of an event."""
    return str(uuid.uuid5(_NAMESPACE, f"{event_type}\0{key}"))


def body_of(data: EventData, at: datetime) -> str:
    """The bytes that are signed and sent, as text."""
    timestamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message = {"type": data.type, "timestamp": timestamp, "data": data.model_dump(mode="json")}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
