"""What the deal board reads: a few rows of an index for each of its parts, however many deals there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.board import COUNTED, LANES, Card, LaneSum, OfferedLead
from workflows.contracts.conversion import Stage

_LANES = [stage.value for stage in LANES]
ON_BOARD = f"d.stage IN ({', '.join(repr(stage) for stage in _LANES)})"
"""Of a deal `d`, spelt out, so that the planner sees that the board's own indexes hold the answer."""

CARD = """d.id, d.contact ->> 'company' AS company, d.contact ->> 'city' AS city, d.stage, d.owner, d.next_action,
       d.next_action_at, d.stage_since, d.updated_at, d.closed_at, d.return_at,
       d.question IS NOT NULL AND d.question_answered_at IS NULL AS asks,
       coalesce(d.value, o.net) AS worth, coalesce(d.currency, o.currency) AS currency"""
"""Columns of a `Card`, of a deal `d` with its last offer `o`."""

LAST_OFFER = """LEFT JOIN LATERAL (
    SELECT net, currency FROM offers WHERE deal_id = d.id AND state IN ('awaiting_approval', 'sent', 'accepted')
     ORDER BY version DESC LIMIT 1) o ON d.value IS NULL"""


async def lane_cards(conn: Connection, owner: str | None, stages: Sequence[Stage], limit: int) -> list[Card]:
    """The first cards of each of these lanes, by lane and then by next step; of everybody without an owner."""
    whose = "d.owner = $1" if owner is not None else "$1::text IS NULL"
    rows = await conn.fetch(
        f"""SELECT {CARD}
              FROM unnest($2::text[]) WITH ORDINALITY AS lane (stage, place)
             CROSS JOIN LATERAL (
                   SELECT * FROM deals d WHERE {whose} AND d.stage = lane.stage AND {ON_BOARD}
                    ORDER BY d.next_action_at, d.id LIMIT $3) d
              {LAST_OFFER}
             ORDER BY lane.place, d.next_action_at, d.id""",  # noqa: S608 - constants
        owner,
        [stage.value for stage in stages],
        limit,
    )
    return Card.of_all(rows)


async def lane_sums(conn: Connection, owner: str | None) -> list[LaneSum]:
    """How many deals each lane holds, and their worth by currency; of everybody only how many, up to COUNTED."""
    if owner is None:
        rows = await conn.fetch(
            f"""SELECT lane.stage, NULL AS currency, counted.deals, NULL::numeric AS worth
                  FROM unnest($1::text[]) AS lane (stage) CROSS JOIN LATERAL (SELECT count(*) AS deals FROM (
                       SELECT FROM deals d WHERE d.stage = lane.stage AND {ON_BOARD} LIMIT $2) seen) counted""",  # noqa: S608 - a constant
            _LANES,
            COUNTED,
        )
        return LaneSum.of_all(rows)
    rows = await conn.fetch(
        f"""SELECT stage, currency, count(*) AS deals, sum(worth) AS worth FROM (
                SELECT {CARD} FROM deals d {LAST_OFFER} WHERE d.owner = $1 AND {ON_BOARD}) mine
             GROUP BY stage, currency ORDER BY stage, currency""",  # noqa: S608 - constants
        owner,
    )
    return LaneSum.of_all(rows)


_OFFERED = """
SELECT h.item_id, h.deal_id, h.reason, h.manager, h.accept_by, h.offered_at, h.waiting, h.question, h.needs, h.story,
       h.state, h.answered_by, h.decline_reason, d.contact ->> 'company' AS company,
       d.contact ->> 'contact_name' AS contact_name, d.contact ->> 'city' AS city,
       d.contact ->> 'industry' AS industry, d.contact ->> 'size' AS size, d.promised_by, d.promise, d.wished_meeting,
       m.starts_at AS kept_at
  FROM hand_overs h JOIN deals d ON d.id = h.deal_id
  LEFT JOIN meetings m ON m.lead_id = d.lead_id AND m.state = 'reserved'
"""


async def offered(conn: Connection, manager: str | None, limit: int) -> list[OfferedLead]:
    """Leads that wait for a manager's answer, or without one for a supervisor's: the most urgent first."""
    whose = "h.manager = $1" if manager is not None else "h.manager IS NULL AND $1::text IS NULL"
    rows = await conn.fetch(
        f"""{_OFFERED} WHERE h.state = 'open' AND {whose}
             ORDER BY h.priority DESC, h.accept_by NULLS LAST, h.item_id LIMIT $2""",
        manager,
        limit,
    )
    return OfferedLead.of_all(rows)


async def answered(conn: Connection, manager: str | None, who: str, since: datetime) -> list[OfferedLead]:
    """Leads of that list that others than `who` have answered since a moment, or that nobody answered in time."""
    rows = await conn.fetch(
        f"""{_OFFERED} WHERE h.answered_at > $3 AND h.state <> 'open' AND h.manager IS NOT DISTINCT FROM $1
               AND h.answered_by IS DISTINCT FROM $2 ORDER BY h.answered_at LIMIT 10""",
        manager,
        who,
        since,
    )
    return OfferedLead.of_all(rows)


async def names(conn: Connection) -> dict[str, str]:
    """Names of the managers by id, at most 500."""
    rows = await conn.fetch("SELECT id, name FROM managers ORDER BY id LIMIT 500")
    return {row["id"]: row["name"] for row in rows}


async def active_names(conn: Connection) -> list[tuple[str, str]]:
    """(id, name) of the managers who are active, by name; at most 500."""
    rows = await conn.fetch("SELECT id, name FROM managers WHERE active ORDER BY name, id LIMIT 500")
    return [(row["id"], row["name"]) for row in rows]
