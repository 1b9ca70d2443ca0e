"""What happened to a deal, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.conversion.domain.deals import TimelineEntry
from workflows.contracts.base import OrderLine


async def add(
    conn: Connection,
    deal_id: str,
    *,
    at: datetime,
    by: str,
    kind: str,
    text: str,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Write an entry; its id names the event everywhere else."""
    entry_id = new_id()
    await conn.execute(
        "INSERT INTO timeline (id, deal_id, at, by, kind, text, data) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        entry_id,
        deal_id,
        at,
        by,
        kind,
        text,
        dict(data or {}),
    )
    return entry_id


async def last_text(conn: Connection, deal_id: str, kind: str) -> str | None:
    """The words of a deal's last entry of a kind."""
    text: str | None = await conn.fetchval(
        "SELECT text FROM timeline WHERE deal_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1", deal_id, kind
    )
    return text


async def sold_lines(conn: Connection, deal_id: str) -> list[OrderLine]:
    """What was sold when the deal was won, as its timeline has it; empty for a deal that was not."""
    lines: list[Any] | None = await conn.fetchval(
        "SELECT data->'lines' FROM timeline WHERE deal_id = $1 AND kind = 'won' ORDER BY id DESC LIMIT 1", deal_id
    )
    return [OrderLine.model_validate(line) for line in lines or ()]


async def of_deal(conn: Connection, deal_id: str) -> list[TimelineEntry]:
    """The last 500 entries of a deal, oldest first."""
    rows = await conn.fetch(
        """SELECT * FROM (SELECT * FROM timeline WHERE deal_id = $1 ORDER BY id DESC LIMIT 500) latest
            ORDER BY id""",
        deal_id,
    )
    return TimelineEntry.of_all(rows)
