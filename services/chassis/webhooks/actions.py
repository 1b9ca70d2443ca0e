"""What is done with webhooks: made, changed, their secrets replaced, tried out, their messages sent again."""

from __future__ import annotations

import base64
import secrets as chance
from collections.abc import Collection
from datetime import timedelta

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.webhooks import deliveries, rows
from services.chassis.webhooks.addresses import Reach
from services.chassis.webhooks.announce import announce_test
from services.chassis.webhooks.rows import Webhook
from services.chassis.webhooks.schemas import NewWebhook, Replay, WebhookChange

MOST = 20
"""Webhooks of a tier."""
REPLAYED_AT_ONCE = 1000
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as the Standard Webhooks specification writes it."""
    return "whsec_" + base64.b64encode(chance.token_bytes(_SECRET_BYTES)).decode()


async def make(
    conn: Connection, new: NewWebhook, *, known: Collection[str], reach: Reach, by: str
) -> tuple[Webhook, str]:
    """A new webhook and its secret. Raises Invalid by field, Conflict `too_many`."""
    reach.check(new.url)
    events = _checked(new.events, known)
    if await rows.count_locked(conn) >= MOST:
        raise Conflict(f"there are {MOST} webhooks, which is the most; delete one first", code="too_many")
    secret = new_secret()
    webhook = await rows.add(
        conn, new_id(), url=new.url, description=new.description, events=events, secret=secret, by=by
    )
    await publish(conn, "webhook.changed", webhook_id=webhook.id)
    return webhook, secret


async def change(
    conn: Connection, webhook_id: str, wanted: WebhookChange, *, known: Collection[str], reach: Reach
) -> Webhook:
    """Change what is named. Raises NotFound, Invalid by field."""
    await rows.get(conn, webhook_id, lock=True)
    if wanted.url is not None:
        reach.check(wanted.url)
    changed = wanted.model_dump(exclude_none=True)
    if wanted.events is not None:
        changed["events"] = _checked(wanted.events, known)
    webhook = await rows.change(conn, webhook_id, changed)
    await publish(conn, "webhook.changed", webhook_id=webhook_id)
    return webhook


async def delete(conn: Connection, webhook_id: str) -> None:
    """Tell its receiver nothing any more. Raises NotFound."""
    await rows.get(conn, webhook_id, lock=True)
    await rows.delete(conn, webhook_id)
    await publish(conn, "webhook.changed", webhook_id=webhook_id)


async def rotate_secret(conn: Connection, webhook_id: str, keep: timedelta) -> tuple[Webhook, str]:
    """Another secret; the one before it stays valid for a while. One from before that ends now. Raises NotFound."""
    await rows.get(conn, webhook_id, lock=True)
    secret = new_secret()
    return await rows.rotate(conn, webhook_id, secret, keep), secret


async def send_test(conn: Connection, webhook_id: str) -> tuple[int, str]:
    """Send a message that says nothing; the ids of its delivery and of itself. Raises NotFound, Conflict."""
    await _active(conn, webhook_id)
    message_id = new_id()
    return await announce_test(conn, webhook_id, message_id), message_id


async def replay(conn: Connection, webhook_id: str, wanted: Replay) -> tuple[int, int | None]:
    """Send messages again; how many, and what to go on after for more. Raises NotFound, Conflict `wrong_state`."""
    await _active(conn, webhook_id)
    if wanted.message_id is not None:
        return await deliveries.replay_one(conn, webhook_id, wanted.message_id), None
    if wanted.since is None:
        raise Invalid("give either message_id or since", field="since")
    found = await deliveries.replay_since(
        conn, webhook_id, wanted.since, wanted.states, REPLAYED_AT_ONCE, wanted.after or 0
    )
    return len(found), found[-1] if len(found) == REPLAYED_AT_ONCE else None


async def _active(conn: Connection, webhook_id: str) -> None:
    webhook = await rows.get(conn, webhook_id, lock=True)
    if webhook.state != "active":
        raise Conflict(
            f"this webhook is {webhook.state}; make it active first",
            code="wrong_state",
            detail={"state": webhook.state},
        )


def _checked(events: list[str], known: Collection[str]) -> list[str]:
    if unknown := sorted(set(events) - set(known)):
        raise Invalid(f"{unknown[0]} is none of {', '.join(sorted(known))}", field="events")
    return list(dict.fromkeys(events))
