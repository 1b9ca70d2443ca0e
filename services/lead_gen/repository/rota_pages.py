"""What the page of the rota reads besides the rota itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.chassis.db import Connection
from services.lead_gen.domain.callers import Caller
from services.lead_gen.domain.rota import RotaException, RotaPattern


async def callers(conn: Connection, limit: int) -> list[Caller]:
    """Callers at work, by name."""
    rows = await conn.fetch("SELECT * FROM callers WHERE active ORDER BY name, id LIMIT $1", limit)
    return Caller.of_all(rows)


async def patterns(conn: Connection, people: Sequence[str]) -> list[RotaPattern]:
    """The weekly lines of these callers."""
    rows = await conn.fetch(
        "SELECT * FROM rota WHERE caller_id = ANY($1) ORDER BY caller_id, weekday, starts, id", list(people)
    )
    return RotaPattern.of_all(rows)


async def exceptions(conn: Connection, first: date, last: date, people: Sequence[str]) -> list[RotaException]:
    """Exceptions of these callers on these days."""
    rows = await conn.fetch(
        "SELECT * FROM rota_exceptions WHERE day BETWEEN $1 AND $2 AND caller_id = ANY($3)", first, last, list(people)
    )
    return RotaException.of_all(rows)


async def by_hand(conn: Connection, start: datetime, end: datetime) -> dict[str, list[tuple[datetime, datetime]]]:
    """Shifts that were planned by hand and begin in this time, by caller."""
    rows = await conn.fetch(
        """SELECT caller_id, starts_at, ends_at FROM shifts
            WHERE NOT by_rota AND starts_at >= $1 AND starts_at < $2 ORDER BY starts_at LIMIT 2000""",
        start,
        end,
    )
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in rows:
        found.setdefault(row["caller_id"], []).append((row["starts_at"], row["ends_at"]))
    return found
