"""Ends of work: done, cancelled, expired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.work_items.items import WorkItem, lock
from services.chassis.work_items.leasing import check_held


async def complete(
    conn: Connection, item_id: str, *, person: str, token: int | None = None, result: str, any_person: bool = False
) -> WorkItem:
    """Close the item with its result. A leased item needs its token; an assigned one its assignee.

    `any_person` lets a supervisor answer for somebody else. Raises NotFound, Conflict `already_closed`,
    `stale_lease`, `wrong_person`.
    """
    if token is not None and (closed := await _close_held(conn, item_id, person, token, result)):
        return closed
    item = await lock(conn, item_id)
    if item.state == "leased" and not any_person:
        check_held(item, person, token if token is not None else -1)
    elif item.state in ("done", "cancelled", "expired"):
        raise Conflict(f"This work is already {item.state}", code="already_closed", detail={"state": item.state})
    elif token is not None and not any_person:
        raise Conflict("The lease was lost: the work went back to the queue", code="stale_lease", field="token")
    elif item.assignee not in (None, person) and not any_person:
        raise Conflict("This work belongs to somebody else", code="wrong_person")
    return await _close(conn, item_id, "done", result)


async def _close_held(conn: Connection, item_id: str, person: str, token: int, result: str) -> WorkItem | None:
    """Close what this person holds with this token, as nearly always, in one round trip; None if they do not."""
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'done', result = $4, closed_at = now(), leased_by = NULL, lease_until = NULL
            WHERE id = $1 AND state = 'leased' AND leased_by = $2 AND lease_token = $3 RETURNING *""",
        item_id,
        person,
        token,
        result,
    )
    return WorkItem.maybe(row)


async def _close(conn: Connection, item_id: str, state: str, result: str) -> WorkItem:
    row = await conn.fetchrow(
        """UPDATE work_items SET state = $2, result = $3, closed_at = now(), leased_by = NULL, lease_until = NULL
            WHERE id = $1 RETURNING *""",
        item_id,
        state,
        result,
    )
    return WorkItem.of(row)


async def cancel(conn: Connection, item_id: str, result: str) -> WorkItem | None:
    """Cancel an item that is not closed yet, whoever holds it. None if there was nothing to cancel."""
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'cancelled', result = $2, closed_at = now(), leased_by = NULL,
                  lease_until = NULL WHERE id = $1 AND state IN ('open', 'leased') RETURNING *""",
        item_id,
        result,
    )
    return WorkItem.maybe(row)


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
    return WorkItem.of_all(rows)


async def expire(conn: Connection, item_id: str) -> bool:
    """Expire an unanswered item; False if it was closed in the meantime."""
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'expired', result = 'expired', closed_at = now(), leased_by = NULL,
                  lease_until = NULL WHERE id = $1 AND state IN ('open', 'leased') RETURNING id""",
        item_id,
    )
    return row is not None


async def reopen(conn: Connection, item_id: str, *, person: str, lease: timedelta) -> WorkItem:
    """Give a closed item back to whoever has closed it, under a new lease. Raises Conflict `wrong_state`."""
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'leased', result = NULL, closed_at = NULL, leased_by = $2,
                  lease_token = lease_token + 1, lease_until = now() + $3
            WHERE id = $1 AND state = 'done' RETURNING *""",
        item_id,
        person,
        lease,
    )
    if row is None:
        raise Conflict("This work is not done, so there is nothing to take back", code="wrong_state")
    return WorkItem.of(row)


async def reopen_free(conn: Connection, item_id: str) -> WorkItem:
    """Put a closed item back as it was before somebody did it without a lease. Raises Conflict `wrong_state`."""
    row = await conn.fetchrow(
        """UPDATE work_items SET state = 'open', result = NULL, closed_at = NULL
            WHERE id = $1 AND state = 'done' RETURNING *""",
        item_id,
    )
    if row is None:
        raise Conflict("This work is not done, so there is nothing to take back", code="wrong_state")
    return WorkItem.of(row)
