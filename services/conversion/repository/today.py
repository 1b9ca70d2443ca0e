"""What today asks of somebody, each kind by its own index."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.today import TodayRow
from services.conversion.repository.board import CARD, LAST_OFFER, ON_BOARD
from services.conversion.repository.reminders import acts_for

_ITEM_KINDS = ["approval", "inbound", "mail", "reminder", "reply", "stale"]

_STEPS = f"""
SELECT CASE WHEN asks THEN 'question' WHEN number IS NOT NULL THEN 'playbook' ELSE 'step' END AS kind,
       id, id AS deal_id, company, owner, stage, number, worth, currency,
       CASE WHEN asks THEN question ELSE next_action END AS text,
       CASE WHEN asks THEN least(promised_by, next_action_at) ELSE next_action_at END AS at
  FROM (SELECT {CARD}, d.question, d.promised_by, s.number FROM deals d {LAST_OFFER}
          LEFT JOIN playbook_runs r ON r.deal_id = d.id AND r.state = 'running'
          LEFT JOIN playbook_steps s ON s.run_id = r.id AND s.state = 'open' AND s.kind <> 'wait'
         WHERE {ON_BOARD} AND %s) due
"""  # noqa: S608 - constants


async def steps_of(conn: Connection, owner: str, until: datetime, limit: int) -> list[TodayRow]:
    """A manager's deals with a step until then or a question that waits, by time."""
    due = """d.owner = $1 AND (d.next_action_at < $2 OR (d.question IS NOT NULL AND d.question_answered_at IS NULL))
             ORDER BY d.next_action_at, d.id LIMIT $3"""
    return TodayRow.of_all(await conn.fetch(_STEPS % due, owner, until, limit))


async def overdue(conn: Connection, at: datetime, limit: int) -> list[TodayRow]:
    """Deals of everybody whose step is late, the longest first."""
    due = "d.next_action_at < $1 ORDER BY d.next_action_at LIMIT $2"
    return TodayRow.of_all(await conn.fetch(_STEPS % due, at, limit))


async def next_step_at(conn: Connection, owner: str, after: datetime) -> datetime | None:
    """When a manager's next step is due after a moment."""
    at: datetime | None = await conn.fetchval(
        f"SELECT min(d.next_action_at) FROM deals d WHERE d.owner = $1 AND {ON_BOARD} AND d.next_action_at >= $2",  # noqa: S608 - a constant
        owner,
        after,
    )
    return at


# A manager's own, and of their deals what nobody answered in time: each by its own index.
_OF_MANAGER = f"""w.id IN (
    SELECT w.id FROM work_items w WHERE w.state = 'open' AND w.kind = ANY($2) AND w.assignee = $1
     UNION ALL
    SELECT w.id FROM deals d JOIN work_items w ON w.lead_id = d.lead_id
     WHERE d.owner = $1 AND {ON_BOARD} AND w.state = 'open' AND w.kind = ANY($2) AND {acts_for("$1", "false")})"""  # noqa: S608 - constants


async def items_of(conn: Connection, person: str | None, limit: int) -> list[TodayRow]:
    """Work that is open for a manager, or without one for whichever supervisor looks next: the most urgent first.

    What lies with nobody any more is still its deal's owner's to do.
    """
    whose = _OF_MANAGER if person is not None else "w.assignee IS NULL AND $1::text IS NULL"
    rows = await conn.fetch(
        f"""SELECT w.kind, w.id, w.id AS item_id, d.id AS deal_id, d.contact ->> 'company' AS company, d.owner, d.stage,
                   coalesce(w.payload ->> 'text', d.next_action) AS text, w.opened_at AS at,
                   w.payload ->> 'offer_id' AS offer_id, w.payload ->> 'discount_percent' AS percent,
                   o.net AS worth, o.currency,
                   coalesce(o.created_by, w.payload ->> 'asked_by') AS asked_by
              FROM work_items w
              LEFT JOIN deals d ON d.id = (w.payload ->> 'deal_id')::uuid
              LEFT JOIN offers o ON o.id = (w.payload ->> 'offer_id')::uuid
             WHERE w.state = 'open' AND w.kind = ANY($2) AND {whose}
             ORDER BY w.priority DESC, w.id LIMIT $3""",  # noqa: S608 - constants
        person,
        _ITEM_KINDS,
        limit,
    )
    return TodayRow.of_all(rows)


async def meetings_of(conn: Connection, manager: str, start: datetime, end: datetime, at: datetime) -> list[TodayRow]:
    """A manager's meetings between two moments that are still to be held, or to be written down.

    One to which nobody comes as yet is its deal's owner's. Of a deal that is over, nobody asks any more at this moment
    how a meeting was.
    """
    rows = await conn.fetch(
        f"""SELECT 'meeting' AS kind, m.id, m.starts_at AS at, m.ends_at AS until, due.id AS deal_id, due.company,
                   due.owner, due.stage, due.worth, due.currency, concat_ws(', ', m.kind, m.place) AS text,
                   m.needs_person IS NOT NULL AS unattended
              FROM meetings m JOIN LATERAL (
                   SELECT {CARD} FROM deals d {LAST_OFFER} WHERE d.id = m.deal_id) due ON true
             WHERE m.id IN (SELECT id FROM meetings WHERE manager = $1 AND state = 'booked'
                               AND during && tstzrange($2, $3)
                             UNION ALL
                            SELECT o.id FROM meetings o JOIN deals d ON d.id = o.deal_id AND d.owner = $1
                             WHERE o.needs_person IS NOT NULL AND o.state = 'booked'
                               AND o.during && tstzrange($2, $3))
               AND (m.needs_person IS NULL OR due.owner = $1) AND (m.ends_at > $4 OR due.stage NOT IN ('won', 'lost'))
             ORDER BY m.starts_at LIMIT 50""",  # noqa: S608 - constants
        manager,
        start,
        end,
        at,
    )
    return TodayRow.of_all(rows)


async def set_aside(conn: Connection, limit: int) -> list[TodayRow]:
    """Mails that nobody could place, the oldest first."""
    rows = await conn.fetch(
        """SELECT 'aside' AS kind, id, NULL AS deal_id, NULL AS company, received_at AS at,
                  concat_ws(': ', nullif(sender, ''), left(coalesce(nullif(body, ''), subject), 200)) AS text
             FROM inbound_mails WHERE state = 'set_aside' ORDER BY id LIMIT $1""",
        limit,
    )
    return TodayRow.of_all(rows)
