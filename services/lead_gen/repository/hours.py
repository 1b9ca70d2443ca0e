"""Hours of work: one definition, for every figure per hour.

Whoever is signed on works from sign-on until sign-off, or until the planned end of a shift nobody signed off. A call
outside such a shift stands for the time since its caller's last call, a quarter of an hour at most; the first of
several, and one by itself, for two minutes, which is what a call takes. Nothing that overlaps counts twice.

The hours of one stretch of work are shared out evenly among the calls made in it, so that those of campaigns, or of
versions of a script, add up to those of their callers.
"""

from __future__ import annotations

from typing import Any

from services.chassis.db import Connection
from services.lead_gen.domain.reports import CallFilter, Period
from services.lead_gen.domain.supply import Worked

# $1 and $2 are the period, $3 the caller. Everything in one pass over shifts and calls in order of time: a running
# maximum of the ends says whether a call lies in a shift, and where a stretch of work is interrupted.
_STRETCHES = """
signed AS (
    SELECT caller_id AS caller, id AS shift_id,
           greatest(signed_on_at, coalesce($1::timestamptz, '-infinity')) AS begins,
           least(coalesce(signed_off_at, least(ends_at, now())), coalesce($2::timestamptz, 'infinity')) AS ends
      FROM shifts WHERE signed_on_at IS NOT NULL AND ($3::text IS NULL OR caller_id = $3)),
moments AS (
    SELECT caller, begins AS at, ends, NULL::uuid AS call_id, NULL::uuid AS campaign_id, NULL::uuid AS script_id,
           NULL::uuid AS shift_id FROM signed WHERE begins < ends
    UNION ALL
    SELECT caller, at, NULL, id, campaign_id, script_id, shift_id FROM calls
     WHERE at >= coalesce($1::timestamptz, '-infinity') - interval '15 minutes'
       AND at < coalesce($2::timestamptz, 'infinity') AND ($3::text IS NULL OR caller = $3)),
known AS (
    SELECT *, max(ends) OVER (PARTITION BY caller ORDER BY at) AS signed_on_until,
           max(at) FILTER (WHERE call_id IS NOT NULL) OVER (PARTITION BY caller ORDER BY at, call_id NULLS FIRST
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM moments),
spans AS (
    SELECT caller, call_id, campaign_id, script_id, shift_id, at, coalesce(ends, at) AS ends,
           CASE WHEN call_id IS NULL OR signed_on_until >= at THEN at
                ELSE greatest(coalesce($1::timestamptz, '-infinity'),
                              CASE WHEN at - before <= interval '15 minutes' THEN before
                                   ELSE at - interval '2 minutes' END) END AS begins
      FROM known WHERE at >= coalesce($1::timestamptz, '-infinity')),
reached AS (
    SELECT *, max(ends) OVER (PARTITION BY caller ORDER BY begins, ends, call_id NULLS FIRST
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
      FROM spans),
numbered AS (
    SELECT *, count(*) FILTER (WHERE until IS NULL OR begins > until)
                  OVER (PARTITION BY caller ORDER BY begins, ends, call_id NULLS FIRST) AS stretch
      FROM reached),
stretches AS (
    SELECT caller, stretch, min(begins) AS begins, max(ends) AS ends FROM numbered GROUP BY caller, stretch),
shares AS (
    SELECT caller, call_id, campaign_id, script_id, shift_id, at,
           extract(epoch FROM max(ends) OVER work - min(begins) OVER work)::float8 / 3600
               / greatest(count(call_id) OVER work, 1) AS hours,
           call_id IS NOT NULL OR count(call_id) OVER work = 0 AND row_number() OVER work = 1 AS counts
      FROM numbered WINDOW work AS (PARTITION BY caller, stretch))"""

_GROUPS = {
    "caller": "caller",
    "campaign": "campaign_id::text",
    "script_version": "script_id::text",
    "shift": "shift_id::text",
}
# Of a shift and of an hour of the day the time itself is known, with calls or without.
_OF_SHIFTS = f"""
WITH {_STRETCHES}
SELECT shift_id::text AS key, sum(extract(epoch FROM ends - begins))::float8 / 3600 AS hours
  FROM signed WHERE begins < ends GROUP BY 1"""  # noqa: S608 - expressions named here; values are parameters
_OF_CLOCK = f"""
WITH {_STRETCHES}
SELECT to_char(hour AT TIME ZONE $4, 'HH24') AS key, sum(extract(epoch FROM
           least(ends, hour + interval '1 hour') - greatest(begins, hour)))::float8 / 3600 AS hours
  FROM stretches
 CROSS JOIN generate_series(date_trunc('hour', begins, $4), ends, interval '1 hour') AS hour
 GROUP BY 1"""  # noqa: S608 - expressions named here; values are parameters


async def hours_of_work(conn: Connection, by: str, period: Period, calls: CallFilter) -> dict[str | None, float]:
    """Hours of work inside the period per group of calls; under None those of no group.

    With a campaign, the share of each group's hours that its calls had.
    """
    given = (period.start, period.end, calls.caller)
    if by == "hour" and calls.campaign_id is None:
        return _by_key(await conn.fetch(_OF_CLOCK, *given, calls.timezone))
    clock = "to_char(at AT TIME ZONE $5, 'HH24')"
    rows = await conn.fetch(
        f"""WITH {_STRETCHES}
            SELECT {_GROUPS.get(by, clock)} AS key, sum(hours) AS hours FROM shares
             WHERE counts AND ($4::uuid IS NULL OR campaign_id = $4) AND $5::text IS NOT NULL GROUP BY 1""",  # noqa: S608 - expressions named here; values are parameters
        *given,
        calls.campaign_id,
        calls.timezone,
    )
    found = _by_key(rows)
    if by == "shift" and calls.campaign_id is None:
        found |= _by_key(await conn.fetch(_OF_SHIFTS, *given))
    return found


def _by_key(rows: list[Any]) -> dict[str | None, float]:
    return {row["key"]: row["hours"] for row in rows}


async def worked(conn: Connection, period: Period) -> list[Worked]:
    """Hours of work per caller and campaign, and the leads they handed over; hours without a call have no campaign."""
    rows = await conn.fetch(
        f"""WITH {_STRETCHES}
            SELECT s.caller, s.campaign_id, sum(s.hours) AS hours, count(s.call_id) AS calls, count(h.call_id) AS found
              FROM shares s LEFT JOIN lead_hand_overs h ON h.call_id = s.call_id WHERE s.counts GROUP BY 1, 2""",  # noqa: S608 - expressions named here; values are parameters
        period.start,
        period.end,
        None,
    )
    return Worked.of_all(rows)


async def calling(conn: Connection, period: Period) -> tuple[int, float]:
    """(calls, hours of work) of everybody."""
    row = await conn.fetchrow(
        f"""WITH {_STRETCHES}
            SELECT count(call_id) AS calls, coalesce(sum(hours), 0)::float8 AS hours FROM shares WHERE counts""",  # noqa: S608 - expressions named here; values are parameters
        period.start,
        period.end,
        None,
    )
    return (row["calls"], row["hours"]) if row else (0, 0.0)
