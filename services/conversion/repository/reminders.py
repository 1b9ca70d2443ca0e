"""Work items that tell somebody to look at a deal: reminders, inbound calls, approvals."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.db import Connection
from services.conversion.domain.reminders import KINDS, ReminderRow


def acts_for(person: str, is_supervisor: str) -> str:
    """The condition that somebody may deal with work `w` of deal `d` that lies with nobody, as SQL.

    `person` and `is_supervisor` are the placeholders of who asks. Supervisors may, and the deal's owner unless an item
    of their own asks the same of them. Discounts are the supervisors' alone.
    """
    return f"""(w.assignee IS NULL AND ({is_supervisor} OR (d.owner = {person} AND w.kind <> 'approval' AND NOT EXISTS (
        SELECT FROM work_items own WHERE own.lead_id = w.lead_id AND own.kind = w.kind AND own.assignee = {person}
           AND own.state = 'open'))))"""


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. `person` none means everybody's; `unassigned` adds whatever nobody has yet.

    What nobody has and is of a deal of `person`'s is theirs in any case.
    """

    state: str
    person: str | None = None
    unassigned: bool = False


async def may_act(conn: Connection, item_id: str, person: str, *, is_supervisor: bool) -> bool:
    """Whether somebody may deal with this item: it is their own, or `acts_for` says so."""
    return bool(
        await conn.fetchval(
            f"""SELECT $3::bool OR w.assignee = $2 OR {acts_for("$2", "$3")}
                  FROM work_items w LEFT JOIN deals d ON d.id = (w.payload ->> 'deal_id')::uuid WHERE w.id = $1""",  # noqa: S608 - a condition of placeholders
            item_id,
            person,
            is_supervisor,
        )
    )


async def unanswered(conn: Connection, lead_id: str, kind: str) -> list[str]:
    """The lead's open items of a kind that lie with nobody, at most twenty."""
    rows = await conn.fetch(
        """SELECT id FROM work_items
            WHERE lead_id = $1 AND kind = $2 AND state = 'open' AND assignee IS NULL ORDER BY id LIMIT 20""",
        lead_id,
        kind,
    )
    return [row["id"] for row in rows]


async def is_asked(conn: Connection, lead_id: str) -> bool:
    """Whether something that a supervisor asked of a lead's manager still waits."""
    found = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM work_items WHERE lead_id = $1 AND kind = 'reminder' AND state = 'open'
                              AND payload ? 'asked_by')""",
        lead_id,
    )
    return bool(found)


async def page(conn: Connection, wanted: Filter, limit: int, after: tuple[int, str] | None) -> list[ReminderRow]:
    """Items with their deal's company, the most urgent first."""
    rows = await conn.fetch(
        f"""SELECT w.id AS item_id, w.kind, w.lead_id, w.state, w.priority, w.assignee, w.opened_at, w.payload,
                  d.id AS deal_id, d.stage, d.contact ->> 'company' AS company, d.next_action, d.next_action_at
             FROM work_items w LEFT JOIN deals d ON d.id = (w.payload ->> 'deal_id')::uuid
            WHERE w.kind = ANY($1) AND w.state = $2
              AND ($3::text IS NULL OR w.assignee = $3 OR {acts_for("$3", "$4")})
              AND ($5::int IS NULL OR (-w.priority, w.id) > (-$5::int, $6::uuid))
            ORDER BY -w.priority, w.id LIMIT $7""",  # noqa: S608 - a condition of placeholders
        list(KINDS),
        wanted.state,
        wanted.person,
        wanted.unassigned,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return ReminderRow.of_all(rows)
