"""Absences of everybody, and what falls into them."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.conversion.domain.board import Card
from services.conversion.domain.team_absences import MeetingInAbsence, PlannedAbsence, PromisedCall
from services.conversion.repository.board import CARD, LAST_OFFER, ON_BOARD

# Steps are counted from an index alone; open promises, and meetings to which somebody else comes, are few. Of booked
# meetings each deal is looked up: they are thousands, and to put them beside all deals would read all deals.
_PLANNED = f"""
WITH given AS MATERIALIZED (
       SELECT d.owner, x.starts_at, CASE WHEN x.needs_person IS NULL THEN x.manager END AS comes
         FROM meetings x CROSS JOIN LATERAL (SELECT owner FROM deals WHERE id = x.deal_id OFFSET 0) d
        WHERE x.state = 'booked' AND (x.manager <> d.owner OR x.needs_person IS NOT NULL))
SELECT a.*, m.name, coalesce(t.covered, '{{}}') AS covered, coalesce(t.unmanned, 0) AS unmanned, s.steps, p.promised
  FROM absences a JOIN managers m ON m.id = a.manager
 CROSS JOIN LATERAL (
       SELECT count(*)::int AS steps FROM deals d
        WHERE d.owner = a.manager AND {ON_BOARD} AND d.next_action_at >= a.starts_at AND d.next_action_at < a.ends_at) s
 CROSS JOIN LATERAL (
       SELECT count(*)::int AS promised FROM deals d
        WHERE d.owner = a.manager AND {ON_BOARD} AND d.promise = 'open' AND d.promised_by >= a.starts_at
          AND d.promised_by < a.ends_at) p
  LEFT JOIN LATERAL (
       SELECT jsonb_object_agg(one.comes, one.meetings) FILTER (WHERE one.comes IS NOT NULL) AS covered,
              sum(one.meetings) FILTER (WHERE one.comes IS NULL)::int AS unmanned
         FROM (SELECT g.comes, count(*)::int AS meetings FROM given g
                WHERE g.owner = a.manager AND g.starts_at >= a.starts_at AND g.starts_at < a.ends_at
                GROUP BY 1) one) t ON true
"""  # noqa: S608 - constants


async def planned(conn: Connection, since: datetime, until: datetime, limit: int) -> list[PlannedAbsence]:
    """Absences that touch the time between two moments, the first one first."""
    rows = await conn.fetch(
        f"{_PLANNED} WHERE a.ends_at > $1 AND a.starts_at < $2 ORDER BY a.starts_at, a.id LIMIT $3", since, until, limit
    )
    return PlannedAbsence.of_all(rows)


async def one(conn: Connection, absence_id: str) -> PlannedAbsence:
    """One absence. Raises NotFound."""
    row = await conn.fetchrow(f"{_PLANNED} WHERE a.id = $1", absence_id)
    if row is None:
        raise NotFound("there is no such absence")
    return PlannedAbsence.of(row)


async def meetings_in(
    conn: Connection, manager: str, start: datetime, end: datetime, limit: int
) -> list[MeetingInAbsence]:
    """Booked meetings of that time that are of this manager's deals, or to which they would have come."""
    rows = await conn.fetch(
        """SELECT x.id, d.id AS deal_id, d.contact ->> 'company' AS company, x.starts_at, x.manager, x.needs_person
             FROM meetings x JOIN deals d ON d.id = x.deal_id
            WHERE x.state = 'booked' AND x.starts_at >= $2 AND x.starts_at < $3 AND (d.owner = $1 OR x.manager = $1)
            ORDER BY x.starts_at, x.id LIMIT $4""",
        manager,
        start,
        end,
        limit,
    )
    return MeetingInAbsence.of_all(rows)


async def promised_in(conn: Connection, manager: str, start: datetime, end: datetime, limit: int) -> list[PromisedCall]:
    """Calls that this manager's leads were promised in that time."""
    rows = await conn.fetch(
        f"""SELECT d.id AS deal_id, d.contact ->> 'company' AS company, d.promised_by FROM deals d
             WHERE d.owner = $1 AND {ON_BOARD} AND d.promise = 'open' AND d.promised_by >= $2 AND d.promised_by < $3
             ORDER BY d.promised_by LIMIT $4""",  # noqa: S608 - constants
        manager,
        start,
        end,
        limit,
    )
    return PromisedCall.of_all(rows)


async def steps_in(conn: Connection, manager: str, start: datetime, end: datetime, limit: int) -> list[Card]:
    """This manager's deals whose next step is due in that time, by time."""
    rows = await conn.fetch(
        f"""SELECT {CARD} FROM deals d {LAST_OFFER}
             WHERE d.owner = $1 AND {ON_BOARD} AND d.next_action_at >= $2 AND d.next_action_at < $3
             ORDER BY d.next_action_at, d.id LIMIT $4""",  # noqa: S608 - constants
        manager,
        start,
        end,
        limit,
    )
    return Card.of_all(rows)
