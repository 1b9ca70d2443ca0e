"""Hours of work: one definition, for every figure per hour.

Whoever is signed on works from sign-on until sign-off, or until the planned end of a shift nobody signed off, but not
on a break. A call outside such a shift stands for the time since its caller's last call, a quarter of an hour at most;
the first of several, and one by itself, for two minutes, which is what a call takes. What overlaps counts once.

A stretch of work ends at the house's midnight, and a call just after it stands for no time before it, so that hours of
days add up to those of a month. The hours of one stretch are shared out evenly among the calls made in it, so that
those of campaigns, or of versions of a script, add up to those of their callers.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from services.chassis.db import Connection
from services.lead_gen.domain.reports import CallFilter, Period
from services.lead_gen.domain.supply import Worked
from services.lead_gen.repository.days import BY_DAYS, FROM_RECORDS, PARTS_OF_DAYS

EVERYBODY = CallFilter(timezone="UTC")

# $1 and $2 are the period, $3 the caller. Most calls lie inside shifts, so calls are read in order of time only in the
# gaps between them; what overlaps on one day is then one stretch, whose calls are counted in the index `calls_at_work`.
_STRETCHES = f"""
{PARTS_OF_DAYS},
signed AS (
    SELECT s.caller, s.shift_id, b.day, greatest(s.begins, b.begins) AS begins, least(s.ends, b.ends) AS ends
      FROM (SELECT caller_id AS caller, id AS shift_id, signed_on_at AS begins,
                   coalesce(signed_off_at, least(ends_at, now())) AS ends
              FROM shifts WHERE signed_on_at < (SELECT max(ends) FROM bounds)
               AND coalesce(signed_off_at, ends_at) > (SELECT min(begins) FROM bounds)
               AND ($3::text IS NULL OR caller_id = $3)) s
     CROSS JOIN LATERAL generate_series(0, house_day(s.ends) - house_day(s.begins)) n
      JOIN bounds b ON b.day = house_day(s.begins) + n),
breaks AS (
    SELECT shift_id, begins, ends FROM shift_breaks
    UNION ALL
    SELECT id, break_since, least(ends_at, now()) FROM shifts
     WHERE break_since < least(ends_at, now()) AND signed_off_at IS NULL),
at_work AS (
    SELECT s.caller, s.shift_id, s.day, tstzmultirange(tstzrange(s.begins, s.ends, '[]'))
           - coalesce((SELECT range_agg(tstzrange(b.begins, b.ends)) FROM breaks b WHERE b.shift_id = s.shift_id),
                      tstzmultirange()) AS times
      FROM signed s WHERE s.begins < s.ends),
shifts_of AS (
    SELECT caller, day, range_agg(stretch) AS times FROM at_work CROSS JOIN unnest(times) AS stretch GROUP BY 1, 2),
callers_seen AS (
    SELECT min(caller) AS caller FROM calls
    UNION ALL
    SELECT (SELECT min(c.caller) FROM calls c WHERE c.caller > s.caller) FROM callers_seen s
     WHERE s.caller IS NOT NULL),
gaps AS (
    SELECT s.caller, b.day, b.begins AS since, gap, lower(gap) AS begins, upper(gap) AS ends
      FROM bounds b CROSS JOIN callers_seen s LEFT JOIN shifts_of o ON o.caller = s.caller AND o.day = b.day
     CROSS JOIN unnest(tstzmultirange(tstzrange(b.begins - interval '15 minutes', b.ends))
                       - coalesce(o.times, tstzmultirange())) AS gap
     WHERE $3::text IS NULL OR s.caller = $3),
outside AS (
    SELECT g.caller, g.day, g.since, c.at,
           coalesce(c.before, (SELECT max(at) FROM calls WHERE caller = g.caller AND at <= g.begins
                                  AND at >= g.begins - interval '15 minutes')) AS before
      FROM gaps g
     CROSS JOIN LATERAL (SELECT at, lag(at) OVER (ORDER BY at) AS before FROM calls
                          WHERE caller = g.caller AND at >= g.begins AND at <= g.ends AND at <@ g.gap) c),
worked AS (
    SELECT caller, day, times FROM shifts_of
    UNION ALL
    SELECT caller, day, range_agg(tstzrange(greatest(since, CASE WHEN at - before <= interval '15 minutes' THEN before
                                                                 ELSE at - interval '2 minutes' END), at, '[]'))
      FROM outside WHERE at >= since GROUP BY 1, 2),
stretches AS (
    SELECT caller, day, lower(stretch) AS begins, upper(stretch) AS ends
      FROM (SELECT caller, day, unnest(range_agg(times)) AS stretch FROM worked GROUP BY 1, 2) whole)"""  # noqa: S608 - constant texts
# $4 is the campaign and $5 the time zone. A stretch without a call counts whole, under no group.
_SHARES = f"""
{_STRETCHES},
counted AS (
    SELECT s.*, made.key, coalesce(made.calls, 0) AS calls, coalesce(made.wanted, ($4::uuid IS NULL)::int) AS wanted,
           sum(made.calls) OVER (PARTITION BY s.caller, s.begins) AS of_stretch
      FROM stretches s JOIN bounds b ON b.day = s.day
      LEFT JOIN LATERAL (
           SELECT {{key}} AS key, count(*) AS calls,
                  count(*) FILTER (WHERE $4::uuid IS NULL OR campaign_id = $4) AS wanted
             FROM calls WHERE caller = s.caller AND at >= s.begins AND at <= s.ends AND at < b.ends GROUP BY 1) made
        ON true
     WHERE $5::text IS NOT NULL),
shares AS (
    SELECT caller, key, sum(calls)::int AS calls,
           sum(extract(epoch FROM ends - begins)::float8 / 3600 * wanted / coalesce(of_stretch, 1)) AS hours
      FROM counted WHERE wanted > 0 GROUP BY 1, 2)"""  # noqa: S608 - expressions named here; values are parameters

_KEYS = {
    "script_version": "script_id::text",
    "shift": "shift_id::text",
    "hour": "to_char(at AT TIME ZONE $5, 'HH24')",
}
_BY_KEY = f"WITH RECURSIVE {FROM_RECORDS},{_SHARES} SELECT caller, key, calls, hours FROM shares"  # noqa: S608 - as above
SHARES_OF_CAMPAIGNS = _SHARES.format(key="campaign_id::text")
"""`shares` of callers and campaigns in `rest`."""
_WORK = f"""
WITH RECURSIVE {BY_DAYS},{SHARES_OF_CAMPAIGNS},
found AS (
    SELECT caller, key, calls, hours FROM shares
    UNION ALL
    SELECT kept.caller, kept.campaign_id::text, kept.calls, kept.hours FROM (
        SELECT f.caller, f.campaign_id, sum(f.calls)::int AS calls, sum(f.hours) AS hours
          FROM sealed JOIN day_figures f USING (day)
         WHERE ($3::text IS NULL OR f.caller = $3) AND ($4::uuid IS NULL OR f.campaign_id = $4) GROUP BY 1, 2) kept)
SELECT caller, key, sum(calls)::int AS calls, sum(hours) AS hours FROM found GROUP BY 1, 2"""  # noqa: S608 - as above
# Of a shift and of an hour of the day the time itself is known, with calls or without.
_OF_SHIFTS = f"""
WITH RECURSIVE {FROM_RECORDS},{_STRETCHES}
SELECT shift_id::text AS key, sum(extract(epoch FROM upper(stretch) - lower(stretch)))::float8 / 3600 AS hours
  FROM at_work CROSS JOIN unnest(times) AS stretch GROUP BY 1"""  # noqa: S608 - expressions named here; values are parameters
_OF_CLOCK = f"""
WITH RECURSIVE {FROM_RECORDS},{_STRETCHES}
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
        return {row["key"]: row["hours"] for row in await conn.fetch(_OF_CLOCK, *given, calls.timezone)}
    found: dict[str | None, float] = defaultdict(float)
    for row in await _shares(conn, by, period, calls):
        found[row["caller" if by == "caller" else "key"]] += row["hours"]
    if by == "shift" and calls.campaign_id is None:
        found |= {row["key"]: row["hours"] for row in await conn.fetch(_OF_SHIFTS, *given)}
    return dict(found)


async def _shares(conn: Connection, by: str, period: Period, calls: CallFilter) -> list[Any]:
    """Of callers and campaigns, from sealed days where there are any, or of callers and another group."""
    sql = _BY_KEY.format(key=_KEYS[by]) if by in _KEYS else _WORK
    return await conn.fetch(sql, period.start, period.end, calls.caller, calls.campaign_id, calls.timezone)


async def worked(conn: Connection, period: Period) -> list[Worked]:
    """Hours of work per caller and campaign, and the leads they handed over; hours without a call have no campaign."""
    found = await conn.fetch(
        """SELECT caller, campaign_id::text AS key, count(*) AS found FROM credited_hand_overs
            WHERE at >= coalesce($1::timestamptz, '-infinity') AND at < coalesce($2::timestamptz, 'infinity')
            GROUP BY 1, 2""",
        period.start,
        period.end,
    )
    leads = {(row["caller"], row["key"]): row["found"] for row in found}
    return [
        Worked.of({**row, "campaign_id": row["key"], "found": leads.get((row["caller"], row["key"]), 0)})
        for row in await _shares(conn, "campaign", period, EVERYBODY)
    ]


async def calling(conn: Connection, period: Period) -> tuple[int, float]:
    """(calls, hours of work) of everybody."""
    shares = await _shares(conn, "campaign", period, EVERYBODY)
    return sum(row["calls"] for row in shares), sum(row["hours"] for row in shares)
