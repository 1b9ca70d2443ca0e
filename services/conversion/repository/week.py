"""A manager's calendar, a week of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.board import Card
from services.conversion.domain.week import Entry
from services.conversion.repository.board import CARD, LAST_OFFER, ON_BOARD
from services.conversion.repository.teams import seen

_MOST = 300


async def meetings_between(conn: Connection, manager: str, start: datetime, end: datetime) -> list[Entry]:
    """Meetings that were not cancelled, and times that are kept for a lead, in order; at most 300."""
    rows = await conn.fetch(
        """SELECT CASE WHEN m.state = 'reserved' THEN 'hold' ELSE 'meeting' END AS kind, m.id, m.starts_at, m.ends_at,
                  coalesce(d.id, o.id) AS deal_id, coalesce(d.contact, o.contact) ->> 'company' AS company,
                  m.kind AS how, m.place, m.state, m.needs_person,
                  m.customer_answer ->> 'answer' AS answer
             FROM meetings m
             LEFT JOIN deals d ON d.id = m.deal_id
             LEFT JOIN deals o ON o.lead_id = m.lead_id AND o.stage = 'offered' AND m.deal_id IS NULL
            WHERE m.manager = $1 AND m.starts_at > $2::timestamptz - interval '12 hours' AND m.starts_at < $3
              AND m.ends_at > $2
              AND (m.state IN ('booked', 'held', 'no_show') OR (m.state = 'reserved' AND m.expires_at > now()))
            ORDER BY m.starts_at, m.id LIMIT $4""",
        manager,
        start,
        end,
        _MOST,
    )
    return Entry.of_all(rows)


async def unmanned(conn: Connection, people: Sequence[str] | None, at: datetime, limit: int) -> list[Entry]:
    """Coming meetings to which nobody comes as yet, of these people's deals, the next first."""
    rows = await conn.fetch(
        f"""SELECT 'meeting' AS kind, m.id, m.starts_at, m.ends_at, d.id AS deal_id, d.contact ->> 'company' AS company,
                   m.kind AS how, m.place, m.state, m.needs_person
              FROM meetings m JOIN deals d ON d.id = m.deal_id
             WHERE m.needs_person IS NOT NULL AND m.state = 'booked' AND m.ends_at > $1
               AND ($2::text[] IS NULL OR {seen(2)})
             ORDER BY m.starts_at, m.id LIMIT $3""",  # noqa: S608 - a condition of placeholders
        at,
        list(people) if people is not None else None,
        limit,
    )
    return Entry.of_all(rows)


async def without_meeting(conn: Connection, manager: str, at: datetime, limit: int) -> list[Card]:
    """A manager's deals that have no meeting ahead, by their next step."""
    rows = await conn.fetch(
        f"""SELECT {CARD} FROM deals d {LAST_OFFER}
             WHERE d.owner = $1 AND {ON_BOARD} AND NOT EXISTS (
                   SELECT FROM meetings m WHERE m.deal_id = d.id AND m.state = 'booked' AND m.ends_at > $2)
             ORDER BY d.next_action_at, d.id LIMIT $3""",  # noqa: S608 - constants
        manager,
        at,
        limit,
    )
    return Card.of_all(rows)
