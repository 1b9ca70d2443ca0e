"""Series of numbers, and where they were moved on."""

from __future__ import annotations

from services.account_mgmt.domain.numbers import KINDS, NextNumber, NumberStart, Series
from services.chassis.db import Connection

_SERIES = "CASE kind WHEN '' THEN 'invoice' ELSE 'credit_note' END AS series"


async def last(conn: Connection, entity_id: str, series: Series, year: int) -> int:
    """The last number of a series, 0 if it has none; nobody takes another until this transaction ends."""
    key = (entity_id, KINDS[series], year)
    await conn.execute("INSERT INTO counters (entity, kind, year) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", *key)
    found: int = await conn.fetchval(
        "SELECT last FROM counters WHERE entity = $1 AND kind = $2 AND year = $3 FOR UPDATE", *key
    )
    return found


async def move_on(
    conn: Connection, entity_id: str, series: Series, year: int, *, next_number: int, was: int, reason: str, by: str
) -> None:
    """Let a series go on from a number, and remember who said so."""
    key = (entity_id, KINDS[series], year)
    await conn.execute(
        "UPDATE counters SET last = $4 WHERE entity = $1 AND kind = $2 AND year = $3", *key, next_number - 1
    )
    await conn.execute(
        """INSERT INTO number_starts (entity, kind, year, next_number, was, reason, set_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        *key,
        next_number,
        was,
        reason,
        by,
    )


async def next_numbers(conn: Connection, entity_id: str) -> list[NextNumber]:
    """The next number of each series that has begun, the latest year first."""
    rows = await conn.fetch(
        f"""SELECT {_SERIES}, year, last + 1 AS next_number FROM counters
             WHERE entity = $1 AND kind IN ('', 'CN') ORDER BY year DESC, kind LIMIT 200""",  # noqa: S608 - a constant
        entity_id,
    )
    return NextNumber.of_all(rows)


async def starts(conn: Connection, entity_id: str) -> list[NumberStart]:
    """Where the series of this entity were moved on, the latest first."""
    rows = await conn.fetch(
        f"SELECT *, {_SERIES} FROM number_starts WHERE entity = $1 ORDER BY set_at DESC LIMIT 200",  # noqa: S608 - a constant
        entity_id,
    )
    return NumberStart.of_all(rows)
