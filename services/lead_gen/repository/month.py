"""The last month's hours of work, kept for a while where counting them takes long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection
from services.lead_gen.domain.supply import Worked


async def kept(conn: Connection, since: datetime) -> list[Worked] | None:
    """As they were last counted; None unless that was at `since` or later."""
    row = await conn.fetchrow("SELECT work FROM month_of_work WHERE counted_at >= $1", since)
    return None if row is None else Worked.of_all(row["work"])


async def keep(conn: Connection, at: datetime, work: Sequence[Worked]) -> None:
    """Keep what was counted at this time."""
    await conn.execute(
        """INSERT INTO month_of_work (counted_at, work) VALUES ($1, $2)
           ON CONFLICT (only_row) DO UPDATE SET counted_at = $1, work = $2""",
        at,
        [one.model_dump(mode="json") for one in work],
    )
