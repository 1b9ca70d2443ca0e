"""Taking an answer back while it is held: its row is deleted, so no workflow ever sees it.

The row alone decides, under its lock: a dispatcher that has claimed it, a hold that has passed, a second undo of the
same act all find it gone or going. What else the act has changed is turned back by its tier, in the same transaction,
with what was kept in `before`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.errors import Conflict

# Nothing that came later may wait behind it: what is turned back would pull the ground from under that.
_TAKE = """
SELECT o.id, o.before,
       o.state = 'pending' AND NOT o.tried AND o.next_at > clock_timestamp() AND o.before IS NOT NULL AS held,
       EXISTS (SELECT FROM outbox later
                WHERE later.workflow_id = o.workflow_id AND later.state = 'pending' AND later.id > o.id) AS overtaken
  FROM outbox o WHERE o.event_id = $1 FOR UPDATE OF o
"""
_HELD = """
SELECT event_id, next_at FROM outbox
 WHERE event_id = ANY($1) AND state = 'pending' AND NOT tried AND next_at > now() AND before IS NOT NULL
"""


async def take_back(conn: Connection, event_id: str) -> dict[str, Any]:
    """Take an unsent answer back; what its act has kept in `before`.

    Raises Conflict `too_late` if it is on its way, was taken back before, or something else has happened since.
    """
    row = await conn.fetchrow(_TAKE, event_id)
    if row is None or not row["held"]:
        raise Conflict("It is too late to take this back: it has gone on already", code="too_late")
    if row["overtaken"]:
        raise Conflict("It is too late to take this back: something else has happened since", code="too_late")
    await conn.execute("DELETE FROM outbox WHERE id = $1", row["id"])
    before: dict[str, Any] = row["before"]
    return before


async def held_until(conn: Connection, event_ids: Sequence[str]) -> dict[str, datetime]:
    """Which of these may still be taken back, and until when."""
    return {row["event_id"]: row["next_at"] for row in await conn.fetch(_HELD, list(event_ids))}
