"""Events of calls, as the switchboard reported them."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection


async def add_event(conn: Connection, call_id: str, event: str, at: datetime) -> bool:
    """Keep an event of a call; False if it is known already."""
    done = await conn.execute(
        "INSERT INTO telephony_events (call_id, event, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        call_id,
        event,
        at,
    )
    return done.endswith("1")
