"""The records behind each figure of the reports: what a figure counts, told one by one, by the same conditions.

A figure is counted in `reports`, `script_reports` and here; a test asks that the list holds exactly as many.
"""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.lead_gen.domain.report_records import Figure, Narrowed, RecordRow
from services.lead_gen.repository.cohorts import CAME, CAME_WANTED, FIRST_WANTED
from services.lead_gen.repository.reports import CONTACT, during

# $1 and $2 are the period, $3 the campaign, $4 the caller, $5 the script's version.
_WANTED = f"""{during("c.at")} AND ($3::uuid IS NULL OR c.campaign_id = $3) AND ($4::text IS NULL OR c.caller = $4)
      AND ($5::uuid IS NULL OR c.script_id = $5)"""
_CALLS = f"""SELECT c.id, c.at, c.lead_id, c.campaign_id, c.caller, c.outcome FROM calls c
              WHERE {_WANTED} AND {{which}}"""  # noqa: S608 - expressions of this module; values are parameters
_LEADS = f"""SELECT c.lead_id AS id, max(c.at) AS at, c.lead_id, NULL::uuid AS campaign_id, NULL::text AS caller,
                    NULL::text AS outcome FROM calls c WHERE {_WANTED}
              GROUP BY c.lead_id {{which}}"""  # noqa: S608 - expressions of this module; values are parameters
_GIVEN = f"""SELECT c.call_id AS id, c.at, c.lead_id, c.campaign_id, c.caller, c.outcome FROM credited_hand_overs c
              WHERE {_WANTED} AND {{which}}"""  # noqa: S608 - expressions of this module; values are parameters
_INBOUND = f"""SELECT h.lead_id AS id, min(h.at) AS at, h.lead_id, l.campaign_id, NULL::text AS caller,
                      'inbound'::text AS outcome
                 FROM lead_history h JOIN leads l ON l.id = h.lead_id
                WHERE h.stage = 'inbound' AND {during("h.at")} AND ($3::uuid IS NULL OR l.campaign_id = $3)
                  AND $4::text IS NULL AND $5::uuid IS NULL AND {{which}}
                  AND NOT EXISTS (SELECT FROM credited_hand_overs o WHERE o.lead_id = h.lead_id)
                GROUP BY h.lead_id, l.campaign_id"""  # noqa: S608 - expressions of this module; values are parameters
_WON = "EXISTS (SELECT FROM lead_history w WHERE w.lead_id = h.lead_id AND w.stage = 'won')"

# Weeks of first calls, and leads by when they came: as `cohorts` counts them.
_FIRST = f"""SELECT f.lead_id AS id, f.at, f.lead_id, NULL::uuid AS campaign_id, NULL::text AS caller,
                    NULL::text AS outcome
               FROM first_calls f LEFT JOIN credited_hand_overs h
                 ON h.lead_id = f.lead_id AND ($3::uuid IS NULL OR h.campaign_id = $3)
              WHERE {during("f.at")} AND {FIRST_WANTED} AND $4::text IS NULL AND $5::uuid IS NULL AND {{which}}"""  # noqa: S608 - expressions; values are parameters
_CAME = f"""SELECT l.id, l.created_at AS at, l.id AS lead_id, NULL::uuid AS campaign_id, NULL::text AS caller,
                   NULL::text AS outcome
              FROM {CAME} WHERE {during("l.created_at")} AND {CAME_WANTED} AND $4::text IS NULL AND $5::uuid IS NULL
               AND {{which}}"""  # noqa: S608 - expressions; values are parameters

_SOURCES: dict[Figure, str] = {
    "calls": _CALLS.format(which="true"),
    "contacts": _CALLS.format(which=f"c.outcome IN {CONTACT}"),
    "interested": _CALLS.format(which="c.outcome = 'interested'"),
    "hard_questions": _CALLS.format(which="c.outcome = 'hard_question'"),
    "called": _LEADS.format(which=""),
    "reached": _LEADS.format(which=f"HAVING bool_or(c.outcome IN {CONTACT})"),
    "handed_over": _GIVEN.format(which="true"),
    "accepted": _GIVEN.format(which="c.accepted_at IS NOT NULL"),
    "won": _GIVEN.format(which="c.won_at IS NOT NULL"),
    "waiting": _GIVEN.format(which="c.accepted_at IS NULL"),
    "inbound": _INBOUND.format(which="true"),
    "inbound_won": _INBOUND.format(which=_WON),
    "first_called": _FIRST.format(which="true"),
    "first_reached": _FIRST.format(which="f.reached_at IS NOT NULL"),
    "first_handed_over": _FIRST.format(which="h.call_id IS NOT NULL"),
    "first_accepted": _FIRST.format(which="h.accepted_at IS NOT NULL"),
    "first_won": _FIRST.format(which="h.won_at IS NOT NULL"),
    "came": _CAME.format(which="true"),
    "came_called": _CAME.format(which="f.lead_id IS NOT NULL"),
    "came_handed_over": _CAME.format(which="h.call_id IS NOT NULL"),
    "came_accepted": _CAME.format(which="h.accepted_at IS NOT NULL"),
    "came_won": _CAME.format(which="h.won_at IS NOT NULL"),
}


async def total(conn: Connection, figure: Figure, wanted: Narrowed) -> int:
    """How many there are."""
    count: int = await conn.fetchval(f"SELECT count(*) FROM ({_SOURCES[figure]}) found", *wanted.values)  # noqa: S608 - named above
    return count


async def page(
    conn: Connection, figure: Figure, wanted: Narrowed, limit: int, after: tuple[datetime, str] | None
) -> list[RecordRow]:
    """The latest first; `after` is the last of the page before."""
    rows = await conn.fetch(
        f"""SELECT f.*, l.company, l.tier, l.stage, p.name AS campaign, coalesce(k.name, f.caller) AS caller_name
              FROM (SELECT * FROM ({_SOURCES[figure]}) found
                     WHERE $6::timestamptz IS NULL OR (at, id) < ($6, $7::uuid)
                     ORDER BY at DESC, id DESC LIMIT $8) f
              JOIN leads l ON l.id = f.lead_id LEFT JOIN campaigns p ON p.id = coalesce(f.campaign_id, l.campaign_id)
              LEFT JOIN callers k ON k.id = f.caller ORDER BY f.at DESC, f.id DESC""",  # noqa: S608 - named above
        *wanted.values,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return RecordRow.of_all(rows)
