"""Nudges: those that were opened, and those that were randomly held out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from services.account_mgmt.domain.nudges import LastNudge, Nudge
from services.account_mgmt.repository.work import acts_for
from services.chassis.db import Connection
from services.chassis.errors import NotFound

_NUDGE = """
SELECT n.*, w.state, c.account_manager, coalesce(f.expected_value, 0) AS expected_value, f.p_buys FROM nudges n
  JOIN work_items w ON w.id = n.item_id JOIN customers c ON c.id = n.customer_id
  LEFT JOIN forecasts f ON f.customer_id = n.customer_id
"""


async def add(conn: Connection, item_id: str, customer_id: str, number: int, answer_by: datetime) -> None:
    """Write a nudge that was opened as work."""
    await conn.execute(
        "INSERT INTO nudges (item_id, customer_id, number, answer_by) VALUES ($1, $2, $3, $4)",
        item_id,
        customer_id,
        number,
        answer_by,
    )


async def hold_out(conn: Connection, customer_id: str, number: int) -> None:
    """Write a nudge that was held out."""
    await conn.execute(
        "INSERT INTO held_out (customer_id, number) VALUES ($1, $2) ON CONFLICT DO NOTHING", customer_id, number
    )


async def get(conn: Connection, item_id: str) -> Nudge:
    """One nudge. Raises NotFound."""
    row = await conn.fetchrow(f"{_NUDGE} WHERE n.item_id = $1", item_id)
    if row is None:
        raise NotFound(f"There is no nudge {item_id}")
    return Nudge.of(row)


async def open_of(conn: Connection, customer_id: str) -> str | None:
    """The item of this customer's oldest open reminder, if there is one."""
    found: str | None = await conn.fetchval(
        """SELECT w.id FROM work_items w JOIN nudges n ON n.item_id = w.id
            WHERE w.lead_id = $1 AND w.kind = 'nudge' AND w.state = 'open' ORDER BY w.opened_at LIMIT 1""",
        customer_id,
    )
    return found


async def page(
    conn: Connection,
    *,
    state: str | None,
    manager: str | None,
    everybodys: bool = False,
    limit: int,
    after: tuple[Decimal, str] | None,
) -> list[Nudge]:
    """A page of nudges, the highest expected value first.

    `manager` also sees those that lie with nobody and are of customers they act for; of all customers if `everybodys`.
    """
    rows = await conn.fetch(
        f"""{_NUDGE} WHERE ($1::text IS NULL OR w.state = $1)
              AND ($2::text IS NULL OR w.assignee = $2 OR (w.assignee IS NULL AND {acts_for("$2", "$6")}))
              AND ($3::numeric IS NULL OR (-coalesce(f.expected_value, 0), n.item_id) > (-$3::numeric, $4::uuid))
            ORDER BY -coalesce(f.expected_value, 0), n.item_id LIMIT $5""",
        state,
        manager,
        *(after or (None, None)),
        limit,
        everybodys,
    )
    return Nudge.of_all(rows)


async def last_answered(conn: Connection, person: str) -> dict[str, Any] | None:
    """What this person took down last, if that was a moment ago."""
    row = await conn.fetchrow(
        """SELECT n.item_id, n.customer_id, n.outcome, c.contact->>'company' AS company, c.next_nudge_at AS next_at
             FROM nudges n JOIN customers c ON c.id = n.customer_id
            WHERE n.answered_by = $1 AND n.answered_at > now() - interval '1 minute'
            ORDER BY n.answered_at DESC LIMIT 1""",
        person,
    )
    return dict(row) if row else None


async def unanswer(conn: Connection, item_id: str) -> None:
    """Forget the answer: it was taken back."""
    await conn.execute(
        """UPDATE nudges SET outcome = NULL, order_id = NULL, note = NULL, answered_by = NULL, answered_at = NULL
            WHERE item_id = $1""",
        item_id,
    )


async def answer(
    conn: Connection, item_id: str, outcome: str, *, order_id: str | None, note: str | None, by: str
) -> datetime:
    """Record what came of it; returns the time."""
    at: datetime = await conn.fetchval(
        """UPDATE nudges SET outcome = $2, order_id = $3, note = $4, answered_by = $5, answered_at = now()
            WHERE item_id = $1 RETURNING answered_at""",
        item_id,
        outcome,
        order_id,
        note,
        by,
    )
    return at


async def last_of(conn: Connection, customer_id: str) -> LastNudge | None:
    """The last reminder of a customer, or none."""
    row = await conn.fetchrow(
        """SELECT n.number, w.id AS item_id, n.answer_by
             FROM nudges n LEFT JOIN work_items w ON w.id = n.item_id AND w.state IN ('open', 'leased')
            WHERE n.customer_id = $1 ORDER BY n.number DESC LIMIT 1""",
        customer_id,
    )
    return LastNudge.maybe(row)
