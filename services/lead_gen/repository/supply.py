"""The records behind supply: stock, what managers take, and callers with what waits for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.db import Connection
from services.lead_gen.domain.pace import Hand, WaitingCalls
from services.lead_gen.domain.supply import Stock


async def stock(conn: Connection) -> list[Stock]:
    """Per campaign, the oldest first."""
    rows = await conn.fetch(
        """SELECT campaign_id, count(*) AS leads, min(register_at) AS oldest FROM leads
            WHERE tier = 'conversion' AND stage IN ('handed_over', 'inbound') GROUP BY campaign_id ORDER BY 3"""
    )
    return Stock.of_all(rows)


async def taken(conn: Connection, since: datetime) -> int:
    """Leads that managers accepted since then."""
    return int(
        await conn.fetchval("SELECT count(*) FROM lead_history WHERE stage = 'accepted' AND at >= $1", since) or 0
    )


async def is_planned(conn: Connection) -> bool:
    """Does anybody plan shifts here?"""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM shifts)"))


async def next_shift(conn: Connection) -> datetime | None:
    """When the next shift begins; none if none is planned."""
    found: datetime | None = await conn.fetchval(
        "SELECT min(starts_at) FROM shifts WHERE starts_at > now() AND signed_off_at IS NULL"
    )
    return found


async def hands(conn: Connection, ahead: timedelta) -> list[Hand]:
    """Active callers whose shift has begun or begins soon; else whoever comes next, within `ahead` of the first.

    One line per shift. As of now, besides: callers for whom no shift was ever planned, who are taken at their word, and
    where no shift is ahead, every active caller.
    """
    rows = await conn.fetch(
        """WITH coming AS (
             SELECT s.*, c.languages, c.campaigns, c.daily_quota, c.timezone FROM shifts s
               JOIN callers c ON c.id = s.caller_id AND c.active
              WHERE s.signed_off_at IS NULL AND s.ends_at > now()),
           at_hand AS (
             SELECT * FROM coming
              WHERE starts_at < greatest(now(), (SELECT min(starts_at) FROM coming)) + $1::interval)
           SELECT a.caller_id AS caller, a.languages, a.campaigns, greatest(a.starts_at, now()) AS begins,
                  a.ends_at AS ends, a.signed_on_at IS NOT NULL AS signed_on,
                  least(a.daily_quota - made.today, a.quota - made.shift)::int AS quota
             FROM at_hand a
            CROSS JOIN LATERAL (
                SELECT date_trunc('day', now() AT TIME ZONE a.timezone) AT TIME ZONE a.timezone AS morning
                OFFSET 0) AS day
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE at >= day.morning) AS today,
                       count(*) FILTER (WHERE at >= a.signed_on_at) AS shift
                  FROM calls WHERE caller = a.caller_id
                   AND at >= greatest(least(day.morning, a.signed_on_at), now() - interval '2 days')
                   AND (a.quota IS NOT NULL OR a.daily_quota IS NOT NULL)) AS made
           UNION ALL
           SELECT id, languages, campaigns, now(), now(), false, daily_quota FROM callers
            WHERE active AND (NOT EXISTS (SELECT FROM at_hand)
                              OR NOT EXISTS (SELECT FROM shifts WHERE caller_id = callers.id))
            ORDER BY begins, caller""",
        ahead,
    )
    return [Hand.of({**row, "quota": None if row["quota"] is None else max(row["quota"], 0)}) for row in rows]


async def ends_of_shifts(conn: Connection) -> list[datetime]:
    """Until when those who are signed on still work."""
    rows = await conn.fetch(
        """SELECT s.ends_at FROM shifts s JOIN callers c ON c.id = s.caller_id AND c.active
            WHERE s.signed_on_at IS NOT NULL AND s.signed_off_at IS NULL AND s.ends_at > now()"""
    )
    return [row["ends_at"] for row in rows]


async def waiting_calls(conn: Connection, priority: int, due: datetime) -> list[WaitingCalls]:
    """Open calls due by then that come before new ones of this priority, by group and by whom they are promised to."""
    rows = await conn.fetch(
        """SELECT group_key, CASE WHEN coalesce(assignee_until >= $2, true) THEN assignee END AS assignee,
                  count(*) AS calls
             FROM work_items WHERE kind = 'call' AND state = 'open' AND not_before <= $2 AND priority >= $1
              AND (expires_at IS NULL OR expires_at > now()) GROUP BY 1, 2""",
        priority,
        due,
    )
    return WaitingCalls.of_all(rows)
