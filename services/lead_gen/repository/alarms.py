"""Alarms of supply: which are ringing, since when, and with which facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.lead_gen.domain.alarms import SupplyAlarm
from services.lead_gen.domain.supply import Alarm


async def ringing(conn: Connection) -> frozenset[Alarm]:
    """Kinds of the alarms that are ringing now."""
    rows = await conn.fetch("SELECT kind FROM alarms WHERE ended_at IS NULL")
    return frozenset(row["kind"] for row in rows)


async def begin(conn: Connection, kind: str, facts: Mapping[str, Any]) -> bool:
    """Begin an alarm; False if it is already ringing."""
    done = await conn.execute(
        """INSERT INTO alarms (id, kind, facts) VALUES ($1, $2, $3)
           ON CONFLICT (kind) WHERE ended_at IS NULL DO NOTHING""",
        new_id(),
        kind,
        dict(facts),
    )
    return bool(done.endswith("1"))


async def end(conn: Connection, kind: str) -> bool:
    """End an alarm; False if it was not ringing."""
    done = await conn.execute("UPDATE alarms SET ended_at = now() WHERE kind = $1 AND ended_at IS NULL", kind)
    return bool(done.endswith("1"))


async def page(
    conn: Connection, *, state: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[SupplyAlarm]:
    """Alarms in order of their beginning: `open`, `closed`, or all."""
    rows = await conn.fetch(
        """SELECT * FROM alarms WHERE ($1::text IS NULL OR (ended_at IS NULL) = ($1 = 'open'))
              AND ($2::timestamptz IS NULL OR (begun_at, id) > ($2, $3::uuid)) ORDER BY begun_at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return SupplyAlarm.of_all(rows)
