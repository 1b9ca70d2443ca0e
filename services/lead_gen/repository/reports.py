"""Figures from the records. Each is counted anew when it is asked for, so it cannot drift from them.

Nothing is counted twice: a work item has one call, a register update one row per key, and whatever became of a lead
counts once per lead.
"""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.reports import STEPS, CallFilter, CallGroup, CohortGroup, Funnel, Period

# A contact is a conversation with somebody: every outcome but the ones nobody answered.
CONTACT = "('callback', 'not_interested', 'do_not_call', 'interested', 'hard_question')"
HANDED_OVER = "('interested', 'hard_question')"


def during(column: str) -> str:
    """A condition: inside the period, which is $1 and $2."""
    return f"{column} >= coalesce($1::timestamptz, '-infinity') AND {column} < coalesce($2::timestamptz, 'infinity')"


def _of_campaign(column: str) -> str:
    """A condition: a lead that is in the campaign $3 or was last in it; any lead if $3 is null."""
    return f"($3::uuid IS NULL OR {column} IN (SELECT id FROM leads WHERE campaign_id = $3))"  # noqa: S608 - expressions named here; values are parameters


# What calls may be grouped by, and the names of the groups in their order.
_COLUMNS = {
    "caller": "c.caller",
    "hour": "NULL",
    "campaign": "c.campaign_id",
    "script_version": "c.script_id",
    "shift": "c.shift_id",
}
_NAMES = {
    "campaign": "SELECT id, name AS label FROM campaigns WHERE id = ANY ($1::uuid[]) ORDER BY name, id",
    "script_version": """SELECT id, name || ', version ' || version AS label FROM scripts WHERE id = ANY ($1::uuid[])
                          ORDER BY name, version""",
    "shift": """SELECT id, to_char(starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS label FROM shifts
                 WHERE id = ANY ($1::uuid[]) ORDER BY starts_at, id""",
}

# Tier 2's acceptance of a lead, and its sale, are each credited to the last call before it that handed the lead over.
# A lead counts once, by the first such news of it.
_CREDITED = f"""
credited AS (
    SELECT DISTINCT ON (h.stage, h.lead_id) h.stage, last.*
      FROM lead_history h
     CROSS JOIN LATERAL (SELECT c.caller, c.campaign_id, c.script_id, c.shift_id, c.at FROM calls c
                          WHERE c.lead_id = h.lead_id AND c.at <= h.at AND c.outcome IN {HANDED_OVER}
                          ORDER BY c.at DESC, c.id DESC LIMIT 1) last
     WHERE h.stage IN ('accepted', 'won')
     ORDER BY h.stage, h.lead_id, h.at, h.id)"""  # noqa: S608 - expressions named here; values are parameters


# $1 and $2 are the period, $3 the campaign, $4 the caller, $5 the time zone.
_WANTED = f"""{during("c.at")} AND ($3::uuid IS NULL OR c.campaign_id = $3) AND ($4::text IS NULL OR c.caller = $4)"""
_FIGURES = f"""
WITH {_CREDITED}, figures AS (
  SELECT {{hour}}, count(*) AS calls, count(*) FILTER (WHERE c.outcome IN {CONTACT}) AS contacts,
         count(*) FILTER (WHERE c.outcome = 'interested') AS interested,
         count(*) FILTER (WHERE c.outcome = 'hard_question') AS hard_questions,
         0 AS accepted, 0 AS won
    FROM calls c WHERE {_WANTED} GROUP BY 1, 2, 3
  UNION ALL
  SELECT {{hour}}, 0, 0, 0, 0, count(*) FILTER (WHERE c.stage = 'accepted'), count(*) FILTER (WHERE c.stage = 'won')
    FROM credited c WHERE {_WANTED} GROUP BY 1, 2, 3)
SELECT {{group}} AS "group", min(caller) AS first_caller, max(caller) AS last_caller,
       sum(calls)::int AS calls, sum(contacts)::int AS contacts, sum(interested)::int AS interested,
       sum(hard_questions)::int AS hard_questions, sum(interested + hard_questions)::int AS handed_over,
       sum(accepted)::int AS accepted, sum(won)::int AS won,
       (count(*) FILTER (WHERE calls > 0))::float8 AS hours
  FROM figures GROUP BY 1 ORDER BY 1 NULLS LAST
"""  # noqa: S608 - expressions named here; values are parameters


async def call_groups(conn: Connection, by: str, period: Period, calls: CallFilter) -> list[CallGroup]:
    """Calls per group and what became of them, in the order of the groups' names; calls of no group come last."""
    group = "to_char(hour AT TIME ZONE $5, 'HH24')" if by == "hour" else "key"
    hour = f"{_COLUMNS[by]} AS key, c.caller, date_trunc('hour', c.at, $5) AS hour"
    rows = await conn.fetch(
        _FIGURES.format(hour=hour, group=group),
        period.start,
        period.end,
        calls.campaign_id,
        calls.caller,
        calls.timezone,
    )
    if by not in _NAMES:
        return [CallGroup.of({**row, "label": row["group"]}) for row in rows]
    named = await conn.fetch(_NAMES[by], [row["group"] for row in rows if row["group"]])
    order = {row["id"]: place for place, row in enumerate(named)}
    labels = {row["id"]: row["label"] for row in named}
    labelled = [CallGroup.of({**row, "label": labels.get(row["group"])}) for row in rows]
    return sorted(labelled, key=lambda found: order.get(found.group, len(order)))


async def hours_on_shift(conn: Connection, by: str, period: Period) -> dict[str, float]:
    """Hours of work inside the period per caller, or per shift, from the shifts they signed on to.

    From sign-on until sign-off, or the planned end of a shift nobody signed off; shifts that overlap count once.
    """
    key = {"caller": "caller_id", "shift": "id::text"}[by]
    rows = await conn.fetch(
        f"""WITH signed AS (
              SELECT {key} AS key, greatest(signed_on_at, coalesce($1::timestamptz, '-infinity')) AS begins,
                     least(coalesce(signed_off_at, least(ends_at, now())), coalesce($2::timestamptz, 'infinity'))
                         AS ends
                FROM shifts WHERE signed_on_at IS NOT NULL),
            spans AS (SELECT key, unnest(range_agg(tstzrange(begins, ends))) AS span
                        FROM signed WHERE begins < ends GROUP BY key)
            SELECT key, sum(extract(epoch FROM upper(span) - lower(span)))::float8 / 3600 AS hours
              FROM spans GROUP BY key""",  # noqa: S608 - expressions named here; values are parameters
        period.start,
        period.end,
    )
    return {row["key"]: row["hours"] for row in rows}


async def funnel(conn: Connection, period: Period, campaign_id: str | None) -> Funnel:
    """How many leads are where now, and how many got how far in the period."""
    stages: dict[str, dict[str, int]] = {}
    for row in await conn.fetch(
        """SELECT tier, stage, count(*) AS n FROM leads WHERE ($1::uuid IS NULL OR campaign_id = $1)
            GROUP BY tier, stage ORDER BY 1, 2""",
        campaign_id,
    ):
        stages.setdefault(row["tier"], {})[row["stage"]] = row["n"]
    totals = await conn.fetchrow(
        f"""WITH called AS (
              SELECT lead_id, bool_or(outcome IN {CONTACT}) AS reached FROM calls
               WHERE {during("at")} AND {_of_campaign("lead_id")} GROUP BY lead_id),
            moved AS (
              SELECT lead_id, bool_or(stage IN ('handed_over', 'inbound')) AS handed_over,
                     bool_or(stage = 'accepted') AS accepted, bool_or(stage = 'won') AS won
                FROM lead_history
               WHERE stage IN ('handed_over', 'inbound', 'accepted', 'won') AND {during("at")}
                 AND {_of_campaign("lead_id")} GROUP BY lead_id),
            calls_told AS (SELECT count(*) AS called, count(*) FILTER (WHERE reached) AS reached FROM called)
            SELECT calls_told.*, count(*) FILTER (WHERE handed_over) AS handed_over,
                   count(*) FILTER (WHERE accepted) AS accepted, count(*) FILTER (WHERE won) AS won
              FROM calls_told LEFT JOIN moved ON true GROUP BY called, reached""",  # noqa: S608 - expressions named here; values are parameters
        period.start,
        period.end,
        campaign_id,
    )
    leads = sum(count for tier in stages.values() for count in tier.values())
    return Funnel.of({"stages": stages, "leads": leads, **dict(totals or {})})


async def cohort_groups(conn: Connection, period: Period, campaign_id: str | None, timezone: str) -> list[CohortGroup]:
    """Leads by the week of `timezone` in which they were first called, and by the week in which they got how far."""
    took = {step: f"floor(extract(epoch FROM {step} - at) / 604800)::int" for step in STEPS}
    rows = await conn.fetch(
        f"""WITH first AS (
              SELECT lead_id, min(at) AS at, min(at) FILTER (WHERE outcome IN {CONTACT}) AS reached,
                     min(at) FILTER (WHERE outcome IN {HANDED_OVER}) AS handed_over
                FROM calls WHERE {_of_campaign("lead_id")} GROUP BY lead_id),
            moved AS (
              SELECT f.lead_id, min(h.at) FILTER (WHERE h.stage = 'accepted') AS accepted,
                     min(h.at) FILTER (WHERE h.stage = 'won') AS won
                FROM lead_history h JOIN first f ON f.lead_id = h.lead_id AND h.at >= f.at
               WHERE h.stage IN ('accepted', 'won') GROUP BY f.lead_id)
            SELECT date_trunc('week', at AT TIME ZONE $4)::date AS week, count(*) AS leads,
                   {", ".join(f"{sql} AS {step}" for step, sql in took.items())}
              FROM first LEFT JOIN moved USING (lead_id) WHERE {during("at")}
             GROUP BY 1, {", ".join(str(n) for n in range(3, 3 + len(STEPS)))}""",  # noqa: S608 - expressions named here; values are parameters
        period.start,
        period.end,
        campaign_id,
        timezone,
    )
    return [CohortGroup(row["week"], row["leads"], {step: row[step] for step in STEPS}) for row in rows]
