"""Figures from the records."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.schemas.reports import CallerReport, FunnelView

# A contact is a conversation with somebody: every outcome but the ones nobody answered.
_CONTACT = "('callback', 'not_interested', 'do_not_call', 'interested', 'hard_question')"


async def callers(conn: Connection) -> list[CallerReport]:
    """Per caller: what he did, and what became of the leads he found."""
    rows = await conn.fetch(
        f"""SELECT c.caller, count(*) AS calls,
                  count(*) FILTER (WHERE c.outcome IN {_CONTACT}) AS contacts,
                  count(*) FILTER (WHERE c.outcome = 'interested') AS interested,
                  count(*) FILTER (WHERE c.outcome = 'hard_question') AS hard_questions,
                  count(*) FILTER (WHERE c.outcome IN ('interested', 'hard_question')) AS handed_over,
                  count(*) FILTER (WHERE c.outcome IN ('interested', 'hard_question') AND EXISTS
                    (SELECT 1 FROM lead_history h WHERE h.lead_id = c.lead_id AND h.stage = 'accepted'
                        AND h.at >= c.at)) AS accepted,
                  count(*) FILTER (WHERE c.outcome IN ('interested', 'hard_question') AND EXISTS
                    (SELECT 1 FROM lead_history h WHERE h.lead_id = c.lead_id AND h.stage = 'won'
                        AND h.at >= c.at)) AS won
             FROM calls c GROUP BY c.caller ORDER BY c.caller"""
    )
    return [CallerReport.model_validate(dict(row)) for row in rows]


async def funnel(conn: Connection) -> FunnelView:
    """How many leads are where now, and how many ever got how far."""
    stages: dict[str, dict[str, int]] = {}
    for row in await conn.fetch("SELECT tier, stage, count(*) AS n FROM leads GROUP BY tier, stage ORDER BY 1, 2"):
        stages.setdefault(row["tier"], {})[row["stage"]] = row["n"]
    totals = await conn.fetchrow(
        f"""SELECT (SELECT count(*) FROM leads) AS leads,
                  (SELECT count(DISTINCT lead_id) FROM calls) AS called,
                  (SELECT count(DISTINCT lead_id) FROM calls WHERE outcome IN {_CONTACT}) AS reached,
                  (SELECT count(DISTINCT lead_id) FROM lead_history WHERE stage IN ('handed_over', 'inbound'))
                      AS handed_over,
                  (SELECT count(DISTINCT lead_id) FROM lead_history WHERE stage = 'accepted') AS accepted,
                  (SELECT count(DISTINCT lead_id) FROM lead_history WHERE stage = 'won') AS won"""
    )
    return FunnelView.model_validate({"stages": stages, **dict(totals or {})})
