"""SQL of webhooks: who is told of what, and with which secrets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.records import Record

WebhookState = Literal["active", "paused", "disabled"]
_SHOWN = """id, url, description, events, state, disabled_why, failing_since, created_by, created_at,
            CASE WHEN old_secret_until > now() THEN old_secret_until END AS old_secret_until"""
_GET = f"SELECT {_SHOWN} FROM webhooks WHERE id = $1"  # noqa: S608 - a literal of the code
# Who announces an event need not wait for that.
_GET_LOCKED = f"{_GET} FOR NO KEY UPDATE"


class Webhook(Record):
    """One webhook, without its secrets. `old_secret_until`: until then messages carry two signatures."""

    id: str
    url: str
    description: str
    events: list[str]
    state: WebhookState
    disabled_why: str | None
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_by: str
    created_at: datetime


async def count_locked(conn: Connection) -> int:
    """How many there are, and nobody else makes one until the transaction ends."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('webhooks'))")
    count: int = await conn.fetchval("SELECT count(*) FROM webhooks")
    return count


async def add(
    conn: Connection, webhook_id: str, *, url: str, description: str, events: Sequence[str], secret: str, by: str
) -> Webhook:
    """Write a new one."""
    row = await conn.fetchrow(
        f"""INSERT INTO webhooks (id, url, description, events, secret, created_by) VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING {_SHOWN}""",  # noqa: S608 - a literal of the code
        webhook_id,
        url,
        description,
        list(events),
        secret,
        by,
    )
    return Webhook.of(row)


async def get(conn: Connection, webhook_id: str, *, lock: bool = False) -> Webhook:
    """One webhook. Raises NotFound."""
    row = await conn.fetchrow(_GET_LOCKED if lock else _GET, webhook_id)
    if row is None:
        raise NotFound("there is no such webhook")
    return Webhook.of(row)


async def change(conn: Connection, webhook_id: str, changed: dict[str, Any]) -> Webhook:
    """Write `url`, `description`, `events` or `state`; one that is active again has a clean slate."""
    await conn.execute(
        """UPDATE webhooks SET url = coalesce($2, url), description = coalesce($3, description),
                  events = coalesce($4, events), state = coalesce($5, state),
                  disabled_why = CASE WHEN $5 IS NULL THEN disabled_why END,
                  failing_since = CASE WHEN $5 IS NULL THEN failing_since END WHERE id = $1""",
        webhook_id,
        changed.get("url"),
        changed.get("description"),
        changed.get("events"),
        changed.get("state"),
    )
    return await get(conn, webhook_id)


async def delete(conn: Connection, webhook_id: str) -> None:
    """Forget one, with what was to be sent to it."""
    await conn.execute("DELETE FROM webhooks WHERE id = $1", webhook_id)


async def rotate(conn: Connection, webhook_id: str, secret: str, keep: timedelta) -> Webhook:
    """Sign with another secret from now on, and for a while with the one before it, too."""
    await conn.execute(
        """UPDATE webhooks SET old_secret = CASE WHEN $3 > interval '0' THEN secret END,
                  old_secret_until = CASE WHEN $3 > interval '0' THEN now() + $3 END, secret = $2 WHERE id = $1""",
        webhook_id,
        secret,
        keep,
    )
    return await get(conn, webhook_id)


async def page(conn: Connection, state: WebhookState | None, limit: int, after: str | None) -> list[Webhook]:
    """Webhooks, the oldest first."""
    rows = await conn.fetch(
        f"""SELECT {_SHOWN} FROM webhooks WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR id > $2)
             ORDER BY id LIMIT $3""",  # noqa: S608 - a literal of the code
        state,
        after,
        limit,
    )
    return Webhook.of_all(rows)


async def took_one(conn: Connection, webhook_id: str) -> None:
    """Its receiver has taken a message: it is not failing."""
    await conn.execute(
        "UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL", webhook_id
    )


async def failed_one(conn: Connection, webhook_id: str, disable_after: timedelta) -> bool:
    """Its receiver has not taken a message; whether it has taken none for so long that it is to be disabled."""
    late: bool | None = await conn.fetchval(
        """UPDATE webhooks SET failing_since = coalesce(failing_since, now()) WHERE id = $1
        RETURNING state = 'active' AND failing_since < now() - $2::interval""",
        webhook_id,
        disable_after,
    )
    return bool(late)


async def disable(conn: Connection, webhook_id: str, why: str) -> None:
    """Send nothing more to it: what waits is skipped, and can be replayed."""
    await conn.execute("UPDATE webhooks SET state = 'disabled', disabled_why = $2 WHERE id = $1", webhook_id, why)
    await conn.execute(
        """UPDATE webhook_deliveries SET state = 'skipped', claimed_until = NULL
            WHERE webhook_id = $1 AND state = 'pending'""",
        webhook_id,
    )
