"""Absences of everybody at once, for the week of hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.absences import Absence


async def away(conn: Connection, at: datetime) -> int:
    """How many managers at work are away at a moment."""
    return int(
        await conn.fetchval(
            """SELECT count(DISTINCT a.manager) FROM absences a JOIN managers m ON m.id = a.manager AND m.active
                WHERE a.during @> $1::timestamptz""",
            at,
        )
    )


async def between(conn: Connection, start: datetime, end: datetime, people: Sequence[str]) -> list[Absence]:
    """These people's absences that touch this time, the first one first."""
    rows = await conn.fetch(
        """SELECT * FROM absences WHERE manager = ANY($3) AND during && tstzrange($1, $2)
            ORDER BY starts_at LIMIT 1000""",
        start,
        end,
        list(people),
    )
    return Absence.of_all(rows)
