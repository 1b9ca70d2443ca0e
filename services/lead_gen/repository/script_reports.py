"""Results of calls per version of the script that led them."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.reports import Period, ScriptFigures
from services.lead_gen.repository.reports import CONTACT, during

# Calls that took the same way are counted together first: there are few ways through a script, and many calls.
_WAYS = f"""
ways AS MATERIALIZED (
    SELECT c.script_id, c.path, count(*) AS calls, count(*) FILTER (WHERE c.outcome IN {CONTACT}) AS contacts,
           count(*) FILTER (WHERE c.outcome = 'interested') AS interested,
           count(h.call_id) AS handed_over
      FROM calls c LEFT JOIN credited_hand_overs h ON h.call_id = c.id AND {during("h.at")}
     WHERE c.script_id IS NOT NULL AND {during("c.at")}
       AND ($3::text IS NULL OR c.script_id IN (SELECT id FROM scripts WHERE name = $3))
       AND ($4::uuid IS NULL OR c.campaign_id = $4)
     GROUP BY c.script_id, c.path)"""  # noqa: S608 - expressions of reports; values are parameters


async def script_figures(
    conn: Connection, period: Period, name: str | None, campaign_id: str | None = None
) -> list[ScriptFigures]:
    """Figures per version that led a call in the period, by name and version, with each of its nodes.

    A node that a call came to several times counts once for it. Nodes that a version does not have (of a path that
    was told without its version) are not shown.
    """
    rows = await conn.fetch(
        f"""WITH {_WAYS}, totals AS (
              SELECT script_id, sum(calls)::int AS calls, sum(contacts)::int AS contacts,
                     sum(interested)::int AS interested, sum(handed_over)::int AS handed_over
                FROM ways GROUP BY script_id),
            counted AS (
              SELECT script_id, node, sum(calls)::int AS reached,
                     coalesce(sum(calls) FILTER (WHERE node = path[cardinality(path)]), 0)::int AS ended
                FROM ways CROSS JOIN LATERAL (SELECT DISTINCT unnest(path) AS node) step GROUP BY script_id, node),
            nodes AS (
              SELECT t.script_id, jsonb_agg(jsonb_build_object('node', n.node, 'reached', coalesce(k.reached, 0),
                                            'ended', coalesce(k.ended, 0)) ORDER BY k.reached DESC NULLS LAST, n.node)
                         AS nodes
                FROM totals t JOIN scripts s ON s.id = t.script_id
               CROSS JOIN LATERAL jsonb_object_keys(s.body -> 'nodes') AS n (node)
                LEFT JOIN counted k ON k.script_id = t.script_id AND k.node = n.node GROUP BY t.script_id)
            SELECT s.name, s.version, totals.*, nodes.nodes
              FROM totals JOIN scripts s ON s.id = totals.script_id JOIN nodes USING (script_id)
             ORDER BY s.name, s.version""",  # noqa: S608 - expressions of reports; values are parameters
        period.start,
        period.end,
        name,
        campaign_id,
    )
    return ScriptFigures.of_all(rows)


async def script_totals(conn: Connection, period: Period, campaign_id: str | None) -> list[ScriptFigures]:
    """The same figures without the nodes, which the reports' pages do not show: counted in an index alone."""
    rows = await conn.fetch(
        f"""SELECT s.id AS script_id, s.name, s.version, made.calls, made.contacts, made.interested,
                   coalesce(given.handed_over, 0)::int AS handed_over, '[]'::jsonb AS nodes
              FROM (SELECT c.script_id, count(*)::int AS calls,
                           count(*) FILTER (WHERE c.outcome IN {CONTACT})::int AS contacts,
                           count(*) FILTER (WHERE c.outcome = 'interested')::int AS interested
                      FROM calls c WHERE {during("c.at")} AND ($3::uuid IS NULL OR c.campaign_id = $3)
                     GROUP BY 1) made
              JOIN scripts s ON s.id = made.script_id
              LEFT JOIN (SELECT c.script_id, count(*) AS handed_over FROM credited_hand_overs c
                          WHERE {during("c.at")} AND ($3::uuid IS NULL OR c.campaign_id = $3) GROUP BY 1) given
                ON given.script_id = made.script_id
             ORDER BY s.name, s.version""",  # noqa: S608 - expressions of reports; values are parameters
        period.start,
        period.end,
        campaign_id,
    )
    return ScriptFigures.of_all(rows)
