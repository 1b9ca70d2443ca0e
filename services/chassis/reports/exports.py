"""The audit of tables that people took out of the reports of tiers 2 and 3; tier 1 has one audit for all it gives out.

The table `exports` is each tier's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.records import Record

_LINES = 100


class Export(Record):
    """Who took what, when, narrowed to what, and how many rows."""

    id: str
    report: str
    by: str
    facts: dict[str, Any]
    rows: int
    at: datetime


async def record_export(conn: Connection, by: str, report: str, facts: Mapping[str, Any], rows: int) -> None:
    """Write it down, before the table is handed out."""
    await conn.execute(
        "INSERT INTO exports (id, report, by, facts, rows) VALUES ($1, $2, $3, $4, $5)",
        new_id(),
        report,
        by,
        dict(facts),
        rows,
    )


async def latest_exports(conn: Connection) -> list[Export]:
    """The last of them, the latest first."""
    return Export.of_all(await conn.fetch("SELECT * FROM exports ORDER BY at DESC, id DESC LIMIT $1", _LINES))
