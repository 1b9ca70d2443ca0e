"""Work items that tell somebody to look at a deal: reminders, inbound calls, approvals."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.db import Connection
from services.conversion.domain.reminders import KINDS, ReminderRow


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. `person` none means everybody's; `unassigned` adds what nobody has yet."""

    state: str
    person: str | None = None
    unassigned: bool = False


async def page(conn: Connection, wanted: Filter, limit: int, after: tuple[int, str] | None) -> list[ReminderRow]:
    """Items with their deal's company, the most urgent first."""
    rows = await conn.fetch(
        """SELECT w.id AS item_id, w.kind, w.lead_id, w.state, w.priority, w.assignee, w.opened_at, w.payload,
                  d.id AS deal_id, d.stage, d.contact ->> 'company' AS company, d.next_action, d.next_action_at
             FROM work_items w LEFT JOIN deals d ON d.id = (w.payload ->> 'deal_id')::uuid
            WHERE w.kind = ANY($1) AND w.state = $2
              AND ($3::text IS NULL OR w.assignee = $3 OR ($4 AND w.assignee IS NULL))
              AND ($5::int IS NULL OR (-w.priority, w.id) > (-$5::int, $6::uuid))
            ORDER BY -w.priority, w.id LIMIT $7""",
        list(KINDS),
        wanted.state,
        wanted.person,
        wanted.unassigned,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return ReminderRow.of_all(rows)
