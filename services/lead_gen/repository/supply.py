"""The records behind supply: stock, calling hours, what managers take, planned shifts, alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.chassis.db import Connection, new_id
from services.lead_gen.domain.supply import Alarm
from services.lead_gen.schemas.supply import AlarmView


class Stock(BaseModel):
    """Interested leads of a campaign that tier 2 has not taken; `campaign_id` None for inbound calls."""

    campaign_id: str | None
    leads: int
    oldest: datetime


class Worked(BaseModel):
    """Somebody's hour of calling for a campaign."""

    campaign_id: str | None
    caller: str
    hour: datetime
    calls: int
    found: int


class Shifts(BaseModel):
    """What is planned: is anybody planned at all, when the next shift begins, and hours left of those begun."""

    planned: bool
    next_shift: datetime | None
    hours_left: float
    hours_soon: float


async def stock(conn: Connection) -> list[Stock]:
    """Per campaign, the oldest first."""
    rows = await conn.fetch(
        """SELECT campaign_id, count(*) AS leads, min(register_at) AS oldest FROM leads
            WHERE tier = 'conversion' AND stage IN ('handed_over', 'inbound') GROUP BY campaign_id ORDER BY 3"""
    )
    return [Stock.model_validate(dict(row)) for row in rows]


async def worked(conn: Connection) -> list[Worked]:
    """The last 30 days, hour by hour."""
    rows = await conn.fetch(
        """SELECT campaign_id, caller, date_trunc('hour', at) AS hour, count(*) AS calls,
                  count(*) FILTER (WHERE outcome IN ('interested', 'hard_question')) AS found
             FROM calls WHERE at > now() - interval '30 days' GROUP BY 1, 2, 3"""
    )
    return [Worked.model_validate(dict(row)) for row in rows]


async def taken(conn: Connection, since: datetime) -> int:
    """Leads that managers accepted since then."""
    return int(
        await conn.fetchval("SELECT count(*) FROM lead_history WHERE stage = 'accepted' AND at >= $1", since) or 0
    )


async def shifts(conn: Connection, until: datetime) -> Shifts:
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
    return Shifts.model_validate(dict(row or {}))


async def calls_per_hour(conn: Connection) -> float | None:
    """Calls in an hour of somebody's calling, over the last 30 days; None when nobody called."""
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


# Alarms


async def ringing(conn: Connection) -> frozenset[Alarm]:
    """Kinds of the alarms that ring now."""
    rows = await conn.fetch("SELECT kind FROM alarms WHERE ended_at IS NULL")
    return frozenset(row["kind"] for row in rows)


async def begin_alarm(conn: Connection, kind: str, facts: dict[str, Any]) -> bool:
    """False if it rings already."""
    done = await conn.execute(
        """INSERT INTO alarms (id, kind, facts) VALUES ($1, $2, $3)
           ON CONFLICT (kind) WHERE ended_at IS NULL DO NOTHING""",
        new_id(),
        kind,
        facts,
    )
    return bool(done.endswith("1"))


async def end_alarm(conn: Connection, kind: str) -> bool:
    """False if it did not ring."""
    done = await conn.execute("UPDATE alarms SET ended_at = now() WHERE kind = $1 AND ended_at IS NULL", kind)
    return bool(done.endswith("1"))


async def alarms_page(
    conn: Connection, *, state: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[AlarmView]:
    """Alarms in order of their beginning: `open`, `closed`, or all."""
    rows = await conn.fetch(
        """SELECT * FROM alarms WHERE ($1::text IS NULL OR (ended_at IS NULL) = ($1 = 'open'))
              AND ($2::timestamptz IS NULL OR (begun_at, id) > ($2, $3::uuid)) ORDER BY begun_at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [AlarmView.model_validate(dict(row)) for row in rows]
