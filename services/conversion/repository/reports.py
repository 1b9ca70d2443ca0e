"""Figures of tier 2, from records: offers are counted when they were made, sales and losses when they were closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from services.chassis.db import Connection
from services.conversion.domain.reports import (
    CallerFigures,
    DeclineCount,
    LossCount,
    ManagerFigures,
    PlaybookFigures,
    PlaybookStops,
)

_NAMES = "SELECT id AS manager, name FROM managers ORDER BY id"
_WORKED = "('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating')"

# What is counted of each manager: in a period, and as things stand. `date_part` and not `extract`, whose exact numbers
# are slow to sort.
_IN_A_PERIOD = {
    "offers": """
        SELECT manager, count(*) AS offered, count(*) FILTER (WHERE state IN ('accepted', 'returned')) AS accepted,
               count(*) FILTER (WHERE state = 'declined') AS declined,
               count(*) FILTER (WHERE state = 'expired') AS expired,
               count(*) FILTER (WHERE state = 'returned') AS returned
          FROM hand_overs WHERE offered_at >= $1 AND offered_at < $2 AND manager IS NOT NULL GROUP BY 1""",
    "contacts": """
        SELECT owner AS manager, percentile_cont(0.5) WITHIN GROUP
                   (ORDER BY date_part('epoch', first_contact_at - accepted_at)) AS first_contact_seconds
          FROM deals WHERE accepted_at >= $1 AND accepted_at < $2 AND first_contact_at >= accepted_at GROUP BY 1""",
    "promises": """
        SELECT owner AS manager, count(*) FILTER (WHERE promise = 'kept') AS promises_kept,
               count(*) FILTER (WHERE promise = 'late') AS promises_late
          FROM deals WHERE promised_by >= $1 AND promised_by < $2 GROUP BY 1""",
    "closed": """
        SELECT owner AS manager, count(*) FILTER (WHERE stage = 'won') AS won,
               count(*) FILTER (WHERE stage = 'lost') AS lost
          FROM deals WHERE closed_at >= $1 AND closed_at < $2 AND stage IN ('won', 'lost') GROUP BY 1""",
    "value": """
        SELECT manager, jsonb_agg(jsonb_build_object('amount', amount::text, 'currency', currency) ORDER BY currency)
                   AS value
          FROM (SELECT owner AS manager, currency, sum(value) AS amount FROM deals
                 WHERE stage = 'won' AND closed_at >= $1 AND closed_at < $2 GROUP BY 1, 2) sold GROUP BY 1""",
}
_AS_OF_NOW = {
    "open": f"""
        SELECT owner AS manager, count(*) AS open, count(*) FILTER (WHERE next_action_at < now()) AS overdue
          FROM deals WHERE stage IN {_WORKED} GROUP BY 1""",  # noqa: S608 - a constant
    "ages": f"""
        SELECT owner AS manager, percentile_cont(0.5) WITHIN GROUP
                   (ORDER BY date_part('epoch', now() - accepted_at)) / 86400 AS age_days
          FROM deals WHERE stage IN {_WORKED} GROUP BY 1""",  # noqa: S608 - a constant
    "stages": f"""
        SELECT manager, jsonb_object_agg(stage, deals) AS stages
          FROM (SELECT owner AS manager, stage, count(*) AS deals FROM deals
                 WHERE stage IN {_WORKED} GROUP BY 1, 2) counted GROUP BY 1""",  # noqa: S608 - a constant
}
WHOLE: Final = frozenset({*_IN_A_PERIOD, *_AS_OF_NOW})
"""Everything that is counted of a manager."""
DONE: Final = frozenset({"offers", "contacts", "closed", "value"})
"""What a manager did in a period."""

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


async def managers(
    conn: Connection, start: datetime, end: datetime, parts: Collection[str] = WHOLE
) -> list[ManagerFigures]:
    """The figures of every manager, by id; only these parts of them are counted."""
    found = {row["manager"]: dict(row) for row in await conn.fetch(_NAMES)}
    for part, counted in _IN_A_PERIOD.items():
        _add(found, await conn.fetch(counted, start, end) if part in parts else ())
    for part, counted in _AS_OF_NOW.items():
        _add(found, await conn.fetch(counted) if part in parts else ())
    return ManagerFigures.of_all(found.values())


def _add(found: Mapping[str, dict[str, Any]], counted: Iterable[Any]) -> None:
    for row in counted:
        found.get(row["manager"], {}).update(row)


async def first_contact_median(conn: Connection, start: datetime, end: datetime) -> float | None:
    """Of all managers together: the median seconds to the first contact."""
    seconds: float | None = await conn.fetchval(
        """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', first_contact_at - accepted_at))
             FROM deals WHERE accepted_at >= $1 AND accepted_at < $2 AND first_contact_at >= accepted_at""",
        start,
        end,
    )
    return seconds


async def age_median(conn: Connection) -> float | None:
    """Of all managers together: the median age of open deals in days."""
    days: float | None = await conn.fetchval(
        f"""SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', now() - accepted_at)) / 86400
              FROM deals WHERE stage IN {_WORKED}"""  # noqa: S608 - a constant
    )
    return days


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
