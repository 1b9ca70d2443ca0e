"""Events for whoever is listening, published in the transaction that changed something.

PostgreSQL's NOTIFY carries them, so they leave at the commit and reach every process of the tier. They say what
changed by kind and id, never contact data.
"""

from __future__ import annotations

import json

from services.chassis.db import Connection

CHANNEL = "leadrelay_events"
_MAX_BYTES = 7_900  # NOTIFY takes less than 8000


async def publish(conn: Connection, kind: str, **refs: str | int | bool | None) -> None:
    """Tell everybody who listens that something of this kind happened; `refs` are ids and states only."""
    text = json.dumps({"kind": kind, **refs}, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > _MAX_BYTES:
        raise ValueError(f"event {kind} is too long: send ids, not records")
    await conn.execute("select pg_notify($1, $2)", CHANNEL, text)
