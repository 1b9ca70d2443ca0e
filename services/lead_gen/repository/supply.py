"""The records behind supply: stock, hours of calling, what managers take, planned shifts."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.lead_gen.domain.supply import PlannedHours, Stock, Worked


async def stock(conn: Connection) -> list[Stock]:
    """Per campaign, the oldest first."""
    rows = await conn.fetch(
        """SELECT campaign_id, count(*) AS leads, min(register_at) AS oldest FROM leads
            WHERE tier = 'conversion' AND stage IN ('handed_over', 'inbound') GROUP BY campaign_id ORDER BY 3"""
    )
    return Stock.of_all(rows)


async def worked(conn: Connection) -> list[Worked]:
    """The last 30 days, hour by hour."""
    rows = await conn.fetch(
        """SELECT campaign_id, caller, date_trunc('hour', at) AS hour, count(*) AS calls,
                  count(*) FILTER (WHERE outcome IN ('interested', 'hard_question')) AS found
             FROM calls WHERE at > now() - interval '30 days' GROUP BY 1, 2, 3"""
    )
    return Worked.of_all(rows)


async def taken(conn: Connection, since: datetime) -> int:
    """Leads that managers accepted since then."""
    return int(
        await conn.fetchval("SELECT count(*) FROM lead_history WHERE stage = 'accepted' AND at >= $1", since) or 0
    )


async def planned_hours(conn: Connection, until: datetime) -> PlannedHours:
    """What is planned from now on; `hours_soon` counts shifts up to `until`."""
    row = await conn.fetchrow(
        """SELECT EXISTS (SELECT FROM shifts) AS planned,
                  (SELECT min(starts_at) FROM shifts WHERE starts_at > now() AND signed_off_at IS NULL) AS next_shift,
                  coalesce((SELECT sum(extract(epoch FROM ends_at - now())) / 3600 FROM shifts
                    WHERE signed_on_at IS NOT NULL AND signed_off_at IS NULL AND ends_at > now()), 0)::float8
                    AS hours_left,
                  coalesce((SELECT sum(extract(epoch FROM least(ends_at, $1) - greatest(starts_at, now()))) / 3600
                     FROM shifts WHERE signed_off_at IS NULL AND ends_at > now() AND starts_at < $1), 0)::float8
                    AS hours_soon""",
        until,
    )
    return PlannedHours.of(row)


async def calls_per_hour(conn: Connection) -> float | None:
    """Calls in an hour of somebody's calling, over the last seven days; None when nobody called."""
    found: float | None = await conn.fetchval(
        """SELECT count(*)::float8 / nullif(count(DISTINCT (caller, date_trunc('hour', at))), 0) FROM calls
            WHERE at > now() - interval '7 days'"""
    )
    return found


async def waiting_calls(conn: Connection) -> int:
    """Calls that wait for a caller now."""
    return int(
        await conn.fetchval(
            "SELECT count(*) FROM work_items WHERE kind = 'call' AND state = 'open' AND not_before <= now()"
        )
        or 0
    )
