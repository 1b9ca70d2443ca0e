"""Figures from the records, or from sealed days, which say what the records say (ADR 69).

Nothing is counted twice: a work item has one call, a register update one row per key, and a lead is handed over once
(the view lead_hand_overs says by which call, and credited_hand_overs keeps what it says), so that sums over callers,
campaigns and weeks equal the whole.
"""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.calls import CONTACTS
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.reports import CallFilter, CallGroup, Funnel, LeadSteps, Period, WorkFigures
from services.lead_gen.repository.days import BY_DAYS, BY_DAYS_OF_LEADS, FROM_RECORDS

# A contact is a conversation with somebody: every outcome but the ones nobody answered.
CONTACT = f"({', '.join(repr(outcome.value) for outcome in sorted(CONTACTS))})"


def during(column: str) -> str:
    """A condition: inside the period, which is $1 and $2."""
    return f"{column} >= coalesce($1::timestamptz, '-infinity') AND {column} < coalesce($2::timestamptz, 'infinity')"


# What calls may be grouped by, and the names of the groups in their order.
_COLUMNS = {
    "caller": "c.caller",
    "hour": "to_char(c.at AT TIME ZONE $5, 'HH24')",
    "day": "(c.at AT TIME ZONE $5)::date",
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

# Calls of the period $1 and $2 and of the campaign $3, in every report; what became of a call belongs to its day.
_OF_CAMPAIGN = "($3::uuid IS NULL OR {0}.campaign_id = $3)"
_WANTED = f"""{during("c.at")} AND {_OF_CAMPAIGN.format("c")}"""
# $4 is the caller, $5 the time zone. Calls that ended alike are counted together first: outcomes are few, calls many.
# Each part of the rest is counted by itself, because a join with all parts would read all calls there are.
_OF_CALLER = "($4::text IS NULL OR {0}.caller = $4)"
_FIGURES = f"""
WITH {{days}},
ended AS (
  SELECT counted.* FROM rest r CROSS JOIN LATERAL (
    SELECT {{group}} AS key, c.caller, c.outcome, count(*) AS calls FROM calls c
     WHERE c.at >= r.begins AND c.at < r.ends AND {_OF_CAMPAIGN.format("c")} AND {_OF_CALLER.format("c")}
       AND $5::text IS NOT NULL GROUP BY 1, 2, 3) counted),
figures AS (
  SELECT key, caller, sum(calls) AS calls, sum(calls) FILTER (WHERE outcome IN {CONTACT}) AS contacts,
         sum(calls) FILTER (WHERE outcome = 'interested') AS interested,
         sum(calls) FILTER (WHERE outcome = 'hard_question') AS hard_questions,
         0 AS handed_over, 0 AS accepted, 0 AS won
    FROM ended GROUP BY 1, 2
  UNION ALL
  {{kept}}
  SELECT {{group}}, c.caller, 0, 0, 0, 0, count(*), count(c.accepted_at), count(c.won_at)
    FROM credited_hand_overs c WHERE {_WANTED} AND {_OF_CALLER.format("c")} GROUP BY 1, 2)
SELECT key::text AS "group", min(caller) AS first_caller, max(caller) AS last_caller,
       sum(calls)::int AS calls, coalesce(sum(contacts), 0)::int AS contacts,
       coalesce(sum(interested), 0)::int AS interested, coalesce(sum(hard_questions), 0)::int AS hard_questions,
       sum(handed_over)::int AS handed_over, sum(accepted)::int AS accepted, sum(won)::int AS won
  FROM figures GROUP BY key ORDER BY 1 NULLS LAST
"""  # noqa: S608 - expressions named here; values are parameters
_KEPT = f"""
  SELECT {{group}}, f.caller, sum(f.calls), sum(f.contacts), sum(f.interested), sum(f.hard_questions), 0, 0, 0
    FROM sealed JOIN day_figures f USING (day)
   WHERE f.calls > 0 AND {_OF_CAMPAIGN.format("f")} AND {_OF_CALLER.format("f")} GROUP BY 1, 2
  UNION ALL"""  # noqa: S608 - as above
_KEPT_COLUMNS = {"caller": "f.caller", "campaign": "f.campaign_id", "day": "f.day"}


def _figures(by: str, timezone: str) -> str:
    """The statement: from sealed days, where they know this group; their days are those of the house's clock."""
    if by not in _KEPT_COLUMNS or (by == "day" and timezone != HOME_ZONE):
        return _FIGURES.format(days=FROM_RECORDS, group=_COLUMNS[by], kept="")
    kept = _KEPT.format(group=_KEPT_COLUMNS[by])
    return _FIGURES.format(days=BY_DAYS, group=_COLUMNS[by], kept=kept)


async def call_groups(conn: Connection, by: str, period: Period, calls: CallFilter) -> list[CallGroup]:
    """Calls per group and what became of them, in the order of the groups' names; calls of no group come last."""
    rows = await conn.fetch(
        _figures(by, calls.timezone), period.start, period.end, calls.campaign_id, calls.caller, calls.timezone
    )
    if by not in _NAMES:
        return [CallGroup.of({**row, "label": row["group"]}) for row in rows]
    named = await conn.fetch(_NAMES[by], [row["group"] for row in rows if row["group"]])
    order = {row["id"]: place for place, row in enumerate(named)}
    labels = {row["id"]: row["label"] for row in named}
    labelled = [CallGroup.of({**row, "label": labels.get(row["group"])}) for row in rows]
    return sorted(labelled, key=lambda found: order.get(found.group, len(order)))


_TALK = f"""
WITH {BY_DAYS},
worked AS (
  SELECT counted.*, 0 AS quota FROM rest r CROSS JOIN LATERAL (
    SELECT c.caller, sum(c.talk_seconds) AS talk FROM calls c
     WHERE c.at >= r.begins AND c.at < r.ends AND {_OF_CAMPAIGN.format("c")} AND c.talk_seconds > 0 GROUP BY 1) counted
  UNION ALL
  SELECT f.caller, sum(f.talk_seconds), 0 FROM sealed JOIN day_figures f USING (day)
   WHERE f.talk_seconds > 0 AND {_OF_CAMPAIGN.format("f")} GROUP BY 1
  UNION ALL
  SELECT s.caller_id, 0, sum(coalesce(s.quota, k.daily_quota)) FROM shifts s
    JOIN callers k ON k.id = s.caller_id
   WHERE {during("s.starts_at")} AND s.signed_on_at IS NOT NULL AND $3::uuid IS NULL GROUP BY 1)
SELECT caller, coalesce(sum(talk), 0)::int AS talk_seconds, coalesce(sum(quota), 0)::int AS quota
  FROM worked GROUP BY 1"""  # noqa: S608 - expressions named here; values are parameters


async def work_figures(conn: Connection, period: Period, calls: CallFilter) -> list[WorkFigures]:
    """Per caller: the talk that is known of their calls, and the calls that the shifts they signed on to asked for."""
    return WorkFigures.of_all(await conn.fetch(_TALK, period.start, period.end, calls.campaign_id))


# A lead counts on the first day of the period on which it was called. Of those called in the rest, some were called on
# a sealed day before. Leads that called us are those whom no call handed over; they come to tier 2 beside the funnel.
_EARLIER = """((SELECT count(*) FROM sealed) > 0 AND EXISTS (
      SELECT FROM calls b
       WHERE b.lead_id = i.lead_id AND b.at < {before} AND b.at >= coalesce($1, '-infinity') {which}))"""
_TOTALS = f"""
WITH {BY_DAYS_OF_LEADS},
in_rest AS MATERIALIZED (
  SELECT c.lead_id, min(c.at) AS at, min(c.at) FILTER (WHERE c.outcome IN {CONTACT}) AS reached_at
    FROM rest r CROSS JOIN LATERAL (SELECT c.lead_id, c.at, c.outcome FROM calls c
          WHERE c.at >= r.begins AND c.at < r.ends AND {_OF_CAMPAIGN.format("c")} OFFSET 0) c GROUP BY 1),
by_day AS (
  SELECT coalesce(sum(d.called), 0) AS called, coalesce(sum(d.reached), 0) AS reached
    FROM sealed JOIN day_leads d USING (day) WHERE d.before IS NULL OR d.before < house_day($1)),
inbound AS (
  SELECT DISTINCT h.lead_id FROM lead_history h JOIN leads l ON l.id = h.lead_id
   WHERE h.stage = 'inbound' AND {during("h.at")} AND ($3::uuid IS NULL OR l.campaign_id = $3)
     AND NOT EXISTS (SELECT FROM credited_hand_overs o WHERE o.lead_id = h.lead_id))
SELECT (SELECT called FROM by_day)
         + (SELECT count(*) FROM in_rest i WHERE NOT {_EARLIER.format(before="i.at", which="")}) AS called,
       (SELECT reached FROM by_day)
         + (SELECT count(*) FROM in_rest i WHERE i.reached_at IS NOT NULL AND NOT
              {_EARLIER.format(before="i.reached_at", which=f"AND b.outcome IN {CONTACT}")}) AS reached,
       count(*) AS handed_over, count(c.accepted_at) AS accepted, count(c.won_at) AS won,
       (SELECT count(*) FROM inbound) AS inbound,
       (SELECT count(*) FROM inbound i
         WHERE EXISTS (SELECT FROM lead_history h WHERE h.lead_id = i.lead_id AND h.stage = 'won')) AS inbound_won
  FROM credited_hand_overs c WHERE {_WANTED}
"""  # noqa: S608 - expressions named here; values are parameters


async def steps(conn: Connection, period: Period, campaign_id: str | None) -> LeadSteps:
    """How many leads got how far in the period."""
    return LeadSteps.of(await conn.fetchrow(_TOTALS, period.start, period.end, campaign_id))


async def funnel(conn: Connection, period: Period, campaign_id: str | None) -> Funnel:
    """How many leads are where now, and how many got how far in the period."""
    stages: dict[str, dict[str, int]] = {}
    for row in await conn.fetch(
        """SELECT tier, stage, count(*) AS n FROM leads WHERE ($1::uuid IS NULL OR campaign_id = $1)
            GROUP BY tier, stage ORDER BY 1, 2""",
        campaign_id,
    ):
        stages.setdefault(row["tier"], {})[row["stage"]] = row["n"]
    totals = await steps(conn, period, campaign_id)
    leads = sum(count for tier in stages.values() for count in tier.values())
    return Funnel.of({"stages": stages, "leads": leads, **dict(totals)})


async def outcomes(conn: Connection, period: Period, campaign_id: str) -> dict[str, int]:
    """How the calls of a campaign ended, the most frequent outcome first."""
    rows = await conn.fetch(
        f"""SELECT outcome, count(*) AS n FROM calls c WHERE {_WANTED} GROUP BY 1 ORDER BY 2 DESC, 1""",  # noqa: S608 - a constant condition
        period.start,
        period.end,
        campaign_id,
    )
    return {row["outcome"]: row["n"] for row in rows}
