"""Cohorts: leads by the week of their first call, or by the week in which they came, and how far they got."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.reports import STEPS, CohortGroup, ImportCohort, Period
from services.lead_gen.repository.reports import during

CAME = """leads l LEFT JOIN first_calls f ON f.lead_id = l.id AND f.whole
            LEFT JOIN credited_hand_overs h ON h.lead_id = l.id"""
CAME_WANTED = "l.merged_into IS NULL AND ($3::uuid IS NULL OR l.campaign_id = $3)"
# The first call of each lead, or its first one in the campaign $3.
FIRST_WANTED = "(f.whole AND $3::uuid IS NULL OR NOT f.whole AND f.campaign_id = $3)"


async def cohort_groups(conn: Connection, period: Period, campaign_id: str | None, timezone: str) -> list[CohortGroup]:
    """Leads by the week of `timezone` in which they were first called, and by the week in which they got how far."""
    reached = {"reached": "f.reached_at", "handed_over": "h.at", "accepted": "h.accepted_at", "won": "h.won_at"}
    took = {step: f"floor(extract(epoch FROM {reached[step]} - f.at) / 604800)::int" for step in STEPS}
    which = "f.whole" if campaign_id is None else "NOT f.whole AND f.campaign_id = $3"
    rows = await conn.fetch(
        f"""SELECT date_trunc('week', f.at AT TIME ZONE $4)::date AS week, count(*) AS leads,
                   {", ".join(f"{sql} AS {step}" for step, sql in took.items())}
              FROM first_calls f LEFT JOIN credited_hand_overs h
                ON h.lead_id = f.lead_id AND ($3::uuid IS NULL OR h.campaign_id = $3)
             WHERE {which} AND {during("f.at")}
             GROUP BY 1, {", ".join(str(n) for n in range(3, 3 + len(STEPS)))}""",  # noqa: S608 - expressions named here; values are parameters
        period.start,
        period.end,
        campaign_id,
        timezone,
    )
    return [CohortGroup(row["week"], row["leads"], {step: row[step] for step in STEPS}) for row in rows]


# Each week is a range of an index: no lead is looked at by itself. Hardly any lead is merged, so these are left out of
# what was counted, and not looked for beside every lead.
_ARRIVALS = """
WITH weeks AS (
    SELECT w::date AS week, greatest(w AT TIME ZONE $3, $1) AS begins,
           least((w + interval '7 days') AT TIME ZONE $3, $2) AS ends
      FROM generate_series(date_trunc('week', $1::timestamptz AT TIME ZONE $3), $2::timestamptz AT TIME ZONE $3,
                           interval '7 days') w),
gone AS MATERIALIZED (SELECT id FROM leads WHERE merged_into IS NOT NULL)
SELECT week, came.size, called.called, given.handed_over, given.accepted, given.won
  FROM weeks
 CROSS JOIN LATERAL (SELECT count(*) AS size FROM leads
                      WHERE created_at >= begins AND created_at < ends AND merged_into IS NULL) came
 CROSS JOIN LATERAL (SELECT count(*) AS called FROM first_calls
                      WHERE whole AND came_at >= begins AND came_at < ends
                        AND lead_id NOT IN (SELECT id FROM gone)) called
 CROSS JOIN LATERAL (SELECT count(*) AS handed_over, count(accepted_at) AS accepted, count(won_at) AS won
                       FROM credited_hand_overs WHERE came_at >= begins AND came_at < ends
                        AND lead_id NOT IN (SELECT id FROM gone)) given
 WHERE came.size > 0 ORDER BY week"""


async def by_arrival(conn: Connection, period: Period, campaign_id: str | None, timezone: str) -> list[ImportCohort]:
    """Leads by the week of `timezone` in which they came: how many were called, and how far they got."""
    if campaign_id is None and period.start is not None and period.end is not None:
        return ImportCohort.of_all(await conn.fetch(_ARRIVALS, period.start, period.end, timezone))
    rows = await conn.fetch(
        f"""SELECT date_trunc('week', l.created_at AT TIME ZONE $4)::date AS week, count(*) AS size,
                   count(f.lead_id) AS called, count(h.call_id) AS handed_over, count(h.accepted_at) AS accepted,
                   count(h.won_at) AS won
              FROM {CAME} WHERE {during("l.created_at")} AND {CAME_WANTED} GROUP BY 1 ORDER BY 1""",  # noqa: S608 - expressions named here; values are parameters
        period.start,
        period.end,
        campaign_id,
        timezone,
    )
    return ImportCohort.of_all(rows)
