"""Cohorts: leads by the week of their first call, or by the week in which they came, and how far they got."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.reports import STEPS, CohortGroup, ImportCohort, Period
from services.lead_gen.repository.reports import CONTACT, during

# OFFSET keeps PostgreSQL from working out every hand-over there is before it looks at the leads of a few weeks.
CAME = """leads l LEFT JOIN LATERAL (SELECT c.lead_id FROM calls c WHERE c.lead_id = l.id LIMIT 1) f ON true
            LEFT JOIN LATERAL (SELECT * FROM lead_hand_overs o WHERE o.lead_id = l.id OFFSET 0) h ON true"""
CAME_WANTED = "l.merged_into IS NULL AND ($3::uuid IS NULL OR l.campaign_id = $3)"


def first_calls(campaign: str) -> str:
    """The first call of each lead first called since $1, and the first that reached somebody; of a campaign, where its
    parameter is given. Reads the calls since then only, and looks whether there were earlier ones."""
    of_campaign = f"({campaign}::uuid IS NULL OR c.campaign_id = {campaign})"
    return f"""SELECT c.lead_id, min(c.at) AS at, min(c.at) FILTER (WHERE c.outcome IN {CONTACT}) AS reached
                 FROM calls c WHERE c.at >= coalesce($1::timestamptz, '-infinity') AND {of_campaign}
                GROUP BY c.lead_id
               HAVING NOT EXISTS (SELECT FROM calls e WHERE e.lead_id = c.lead_id
                                     AND e.at < coalesce($1::timestamptz, '-infinity')
                                     AND {of_campaign.replace("c.", "e.")})"""  # noqa: S608 - expressions; values are parameters


async def cohort_groups(conn: Connection, period: Period, campaign_id: str | None, timezone: str) -> list[CohortGroup]:
    """Leads by the week of `timezone` in which they were first called, and by the week in which they got how far."""
    took = {step: f"floor(extract(epoch FROM {step} - at) / 604800)::int" for step in STEPS}
    rows = await conn.fetch(
        f"""WITH first AS (
{first_calls("$3")}),
            given AS MATERIALIZED (
              SELECT lead_id, campaign_id, at, accepted_at, won_at FROM lead_hand_overs
               WHERE at >= coalesce($1::timestamptz, '-infinity')),
            steps AS (
              SELECT f.*, h.at AS handed_over, h.accepted_at AS accepted, h.won_at AS won
                FROM first f LEFT JOIN given h
                  ON h.lead_id = f.lead_id AND ($3::uuid IS NULL OR h.campaign_id = $3))
            SELECT date_trunc('week', at AT TIME ZONE $4)::date AS week, count(*) AS leads,
                   {", ".join(f"{sql} AS {step}" for step, sql in took.items())}
              FROM steps WHERE {during("at")}
             GROUP BY 1, {", ".join(str(n) for n in range(3, 3 + len(STEPS)))}""",  # noqa: S608 - expressions named here; values are parameters
        period.start,
        period.end,
        campaign_id,
        timezone,
    )
    return [CohortGroup(row["week"], row["leads"], {step: row[step] for step in STEPS}) for row in rows]


async def by_arrival(conn: Connection, period: Period, campaign_id: str | None, timezone: str) -> list[ImportCohort]:
    """Leads by the week of `timezone` in which they came: how many were called, and how far they got."""
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
