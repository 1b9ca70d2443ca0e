"""Figures of tier 2, from records: offers are counted when they were made, sales and losses when they were closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.conversion.domain.reports import (
    CallerFigures,
    DeclineCount,
    LossCount,
    ManagerFigures,
    PlaybookFigures,
    PlaybookStops,
)

_WORKED = "('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating')"

_MANAGERS = f"""
WITH offered AS (
    SELECT manager, count(*) AS offered, count(*) FILTER (WHERE state IN ('accepted', 'returned')) AS accepted,
           count(*) FILTER (WHERE state = 'declined') AS declined, count(*) FILTER (WHERE state = 'expired') AS expired,
           count(*) FILTER (WHERE state = 'returned') AS returned
      FROM hand_overs WHERE offered_at >= $1 AND offered_at < $2 AND manager IS NOT NULL GROUP BY manager),
contacted AS (
    SELECT owner, percentile_cont(0.5) WITHIN GROUP
               (ORDER BY extract(epoch FROM first_contact_at - accepted_at)) AS first_contact_seconds
      FROM deals WHERE accepted_at >= $1 AND accepted_at < $2 AND first_contact_at >= accepted_at GROUP BY owner),
promised AS (
    SELECT owner, count(*) FILTER (WHERE promise = 'kept') AS kept, count(*) FILTER (WHERE promise = 'late') AS late
      FROM deals WHERE promised_by >= $1 AND promised_by < $2 GROUP BY owner),
closed AS (
    SELECT owner, count(*) FILTER (WHERE stage = 'won') AS won, count(*) FILTER (WHERE stage = 'lost') AS lost
      FROM deals WHERE closed_at >= $1 AND closed_at < $2 AND stage IN ('won', 'lost') GROUP BY owner),
open AS (
    SELECT owner, count(*) AS open, count(*) FILTER (WHERE next_action_at < now()) AS overdue,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM now() - accepted_at)) / 86400 AS age_days
      FROM deals WHERE stage IN {_WORKED} GROUP BY owner)
SELECT m.id AS manager, m.name, coalesce(o.offered, 0) AS offered, coalesce(o.accepted, 0) AS accepted,
       coalesce(o.declined, 0) AS declined, coalesce(o.expired, 0) AS expired, coalesce(o.returned, 0) AS returned,
       c.first_contact_seconds, coalesce(r.kept, 0) AS promises_kept, coalesce(r.late, 0) AS promises_late,
       coalesce(w.won, 0) AS won, coalesce(w.lost, 0) AS lost, coalesce(p.open, 0) AS open,
       coalesce(p.overdue, 0) AS overdue, p.age_days
  FROM managers m
  LEFT JOIN offered o ON o.manager = m.id LEFT JOIN contacted c ON c.owner = m.id
  LEFT JOIN promised r ON r.owner = m.id LEFT JOIN closed w ON w.owner = m.id LEFT JOIN open p ON p.owner = m.id
 ORDER BY m.id
"""  # noqa: S608 - a constant

# A deal that is lost has the reason it was given; one that sleeps was given up for now.
_LOSSES = """
SELECT coalesce(loss_code, '') AS code, count(*) FILTER (WHERE stage = 'lost') AS lost,
       count(*) FILTER (WHERE stage = 'asleep') AS asleep
  FROM deals
 WHERE stage IN ('lost', 'asleep') AND coalesce(closed_at, stage_since) >= $1 AND coalesce(closed_at, stage_since) < $2
   AND ($3::text IS NULL OR owner = $3)
 GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1
"""

_CALLERS = """
SELECT d.sourced_by AS caller, count(*) AS offered, count(d.accepted_at) AS accepted,
       count(*) FILTER (WHERE d.stage = 'won') AS won,
       count(*) FILTER (WHERE EXISTS (SELECT FROM hand_overs h WHERE h.deal_id = d.id AND h.state = 'declined'))
           AS declined
  FROM deals d WHERE d.created_at >= $1 AND d.created_at < $2 AND d.sourced_by IS NOT NULL
 GROUP BY 1 ORDER BY 1
"""


async def managers(conn: Connection, start: datetime, end: datetime) -> list[ManagerFigures]:
    """The figures of every manager, by id."""
    stages, values = await _open_by_stage(conn), await _won_value(conn, start, end)
    return [
        ManagerFigures.of({**row, "stages": stages.get(row["manager"], {}), "value": values.get(row["manager"], [])})
        for row in await conn.fetch(_MANAGERS, start, end)
    ]


async def team_medians(conn: Connection, start: datetime, end: datetime) -> tuple[float | None, float | None]:
    """Of all managers together: the median seconds to the first contact, and the median age of open deals in days."""
    seconds = await conn.fetchval(
        """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_contact_at - accepted_at))
             FROM deals WHERE accepted_at >= $1 AND accepted_at < $2 AND first_contact_at >= accepted_at""",
        start,
        end,
    )
    days = await conn.fetchval(
        f"""SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM now() - accepted_at)) / 86400
              FROM deals WHERE stage IN {_WORKED}"""  # noqa: S608 - a constant
    )
    return seconds, days


async def _open_by_stage(conn: Connection) -> dict[str, dict[str, int]]:
    """Open deals per manager and stage."""
    rows = await conn.fetch(
        f"""SELECT owner, stage, count(*) AS deals FROM deals WHERE stage IN {_WORKED}
             GROUP BY owner, stage"""  # noqa: S608 - a constant
    )
    stages: dict[str, dict[str, int]] = {}
    for row in rows:
        stages.setdefault(row["owner"], {})[row["stage"]] = row["deals"]
    return stages


async def _won_value(conn: Connection, start: datetime, end: datetime) -> dict[str, list[dict[str, Any]]]:
    """Value of the sales before tax per manager, one sum per currency."""
    rows = await conn.fetch(
        """SELECT owner, currency, sum(value) AS amount FROM deals
            WHERE stage = 'won' AND closed_at >= $1 AND closed_at < $2 GROUP BY owner, currency ORDER BY currency""",
        start,
        end,
    )
    values: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        values.setdefault(row["owner"], []).append({"amount": row["amount"], "currency": row["currency"]})
    return values


async def losses(conn: Connection, start: datetime, end: datetime, owner: str | None) -> list[LossCount]:
    """Deals given up, by the code of the reason (empty for free text)."""
    return LossCount.of_all(await conn.fetch(_LOSSES, start, end, owner))


async def declines(conn: Connection, start: datetime, end: datetime, manager: str | None) -> list[DeclineCount]:
    """Why offers were declined and deals given back, the most frequent words first, at most 100."""
    rows = await conn.fetch(
        """SELECT decline_reason AS reason, count(*) FILTER (WHERE state = 'declined') AS declined,
                  count(*) FILTER (WHERE state = 'returned') AS returned
             FROM hand_overs WHERE offered_at >= $1 AND offered_at < $2 AND decline_reason IS NOT NULL
              AND ($3::text IS NULL OR manager = $3)
            GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 100""",
        start,
        end,
        manager,
    )
    return DeclineCount.of_all(rows)


async def callers(conn: Connection, start: datetime, end: datetime) -> list[CallerFigures]:
    """What became of the leads that each caller found, by the time they came."""
    return CallerFigures.of_all(await conn.fetch(_CALLERS, start, end))


async def playbook_results(conn: Connection, start_at: datetime, end_at: datetime) -> list[PlaybookFigures]:
    """Per playbook and version: how many entered, how they ended, and what became of the deals."""
    rows = await conn.fetch(
        """SELECT p.name, p.version, count(*) AS entered,
                  count(*) FILTER (WHERE r.state = 'running') AS running,
                  count(*) FILTER (WHERE r.state = 'finished') AS finished,
                  count(*) FILTER (WHERE r.state = 'stopped') AS stopped,
                  count(*) FILTER (WHERE r.track = 'positive') AS positive,
                  count(*) FILTER (WHERE r.track = 'negative') AS negative,
                  count(*) FILTER (WHERE d.stage = 'won') AS won,
                  count(*) FILTER (WHERE d.stage = 'lost') AS lost
             FROM playbook_runs r JOIN playbooks p ON p.id = r.playbook_id JOIN deals d ON d.id = r.deal_id
            WHERE r.started_at >= $1 AND r.started_at < $2 GROUP BY 1, 2 ORDER BY 1, 2""",
        start_at,
        end_at,
    )
    return PlaybookFigures.of_all(rows)


async def playbook_stops(conn: Connection, start_at: datetime, end_at: datetime) -> list[PlaybookStops]:
    """Why runs were stopped, per playbook and version."""
    rows = await conn.fetch(
        """SELECT p.name, p.version, coalesce(r.reason, '') AS reason, count(*) AS runs
             FROM playbook_runs r JOIN playbooks p ON p.id = r.playbook_id
            WHERE r.state = 'stopped' AND r.started_at >= $1 AND r.started_at < $2 GROUP BY 1, 2, 3 ORDER BY 4 DESC""",
        start_at,
        end_at,
    )
    return PlaybookStops.of_all(rows)


async def without_playbook(conn: Connection, start_at: datetime, end_at: datetime) -> PlaybookFigures:
    """Deals of the same time without any playbook: won and lost, to compare with."""
    row = await conn.fetchrow(
        """SELECT count(*) FILTER (WHERE stage = 'won') AS won, count(*) FILTER (WHERE stage = 'lost') AS lost
             FROM deals d WHERE accepted_at >= $1 AND accepted_at < $2
              AND NOT EXISTS (SELECT FROM playbook_runs r WHERE r.deal_id = d.id)""",
        start_at,
        end_at,
    )
    return PlaybookFigures.of(row)
