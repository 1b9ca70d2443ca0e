"""The steps of dunning as they were taken, what people decided about them, and whose turn an invoice is."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.account_mgmt.domain.dunning import DecisionKind, DunningDecision, DunningStep
from services.account_mgmt.domain.policy import Way
from services.chassis.db import Connection, new_id
from services.chassis.records import Record

_TURN = "i.state = 'open' AND i.collected_at IS NULL AND coalesce(i.dunning_at, i.due_at)"
"""The beginning of a condition on when it is an invoice's turn, as its index has it."""


class WaitingInvoice(Record):
    """An open invoice whose turn it is."""

    id: str
    number: str
    customer_id: str
    dunning: int
    told_for: datetime | None = None
    """From when on its workflow was last told to remind of it; it may not have been there to hear."""


async def add(conn: Connection, invoice_id: str, level: int, way: Way, next_at: datetime) -> None:
    """Record a step, and the invoice's level and turn with it; the same step again changes nothing."""
    await conn.execute(
        """INSERT INTO dunning_steps (invoice_id, level, way, next_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (invoice_id, level) DO NOTHING""",
        invoice_id,
        level,
        way,
        next_at,
    )
    await conn.execute(
        """UPDATE invoices SET dunning = greatest(dunning, $2), dunning_at = $3, paused_until = NULL WHERE id = $1""",
        invoice_id,
        level,
        next_at,
    )


async def steps(conn: Connection, invoice_id: str) -> list[DunningStep]:
    """The steps of an invoice in their order."""
    rows = await conn.fetch("SELECT * FROM dunning_steps WHERE invoice_id = $1 ORDER BY level", invoice_id)
    return DunningStep.of_all(rows)


async def letter_sent(conn: Connection, invoice_id: str, level: int, by: str) -> None:
    """Record that the letter of a step is in the post."""
    await conn.execute(
        """UPDATE dunning_steps SET sent_at = now(), sent_by = $3
            WHERE invoice_id = $1 AND level = $2 AND sent_at IS NULL""",
        invoice_id,
        level,
        by,
    )


async def decide(
    conn: Connection,
    invoice_id: str,
    decision: DecisionKind,
    *,
    until: datetime | None,
    reason: str,
    by: str,
    level: int,
) -> str:
    """Record what somebody decided; its id."""
    decision_id = new_id()
    await conn.execute(
        """INSERT INTO dunning_decisions (id, invoice_id, decision, until, reason, level, by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        decision_id,
        invoice_id,
        decision,
        until,
        reason,
        level,
        by,
    )
    return decision_id


async def decisions(conn: Connection, invoice_id: str) -> list[DunningDecision]:
    """What people decided about an invoice, the first first."""
    rows = await conn.fetch("SELECT * FROM dunning_decisions WHERE invoice_id = $1 ORDER BY at, id", invoice_id)
    return DunningDecision.of_all(rows)


async def plan(
    conn: Connection, invoice_id: str, *, at: datetime, paused_until: datetime | None = None, collected: bool = False
) -> None:
    """When it is the invoice's turn again, until when it rests, and whether a collection agency has it."""
    await conn.execute(
        """UPDATE invoices SET dunning_at = $2, paused_until = $3,
                  collected_at = CASE WHEN $4 THEN coalesce(collected_at, now()) END WHERE id = $1""",
        invoice_id,
        at,
        paused_until,
        collected,
    )


_TOLD = """
  LEFT JOIN LATERAL (
       SELECT (o.payload->>'due_at')::timestamptz AS told_for, o.state <> 'dropped' AS heard FROM outbox o
        WHERE o.workflow_id = 'customer:' || i.customer_id AND o.signal = 'invoice_reopened'
          AND o.payload->>'invoice_id' = i.id::text ORDER BY o.id DESC LIMIT 1) t ON true
"""


async def undecided(conn: Connection, after: int, limit: int) -> list[WaitingInvoice]:
    """Open invoices after their last reminder, `after` of them, whose wait is over and of which nobody is asked.

    One that opened again has the wait that its workflow was told.
    """
    rows = await conn.fetch(
        f"""SELECT i.id, i.number, i.customer_id, i.dunning FROM invoices i {_TOLD}
             WHERE {_TURN} <= now() AND dunning > 0 AND dunning >= $1 AND (t.told_for IS NULL OR t.told_for <= now())
               AND NOT EXISTS (SELECT FROM work_items w WHERE w.lead_id = i.customer_id AND w.kind = 'debt'
                                  AND w.payload->>'invoice_id' = i.id::text AND w.state IN ('open', 'leased'))
             ORDER BY coalesce(dunning_at, due_at) LIMIT $2 FOR UPDATE OF i SKIP LOCKED""",  # noqa: S608 - constants
        after,
        limit,
    )
    return WaitingInvoice.of_all(rows)


async def forgotten(conn: Connection, after: int, late: timedelta, limit: int) -> list[WaitingInvoice]:
    """Open invoices before their last reminder whose next one is so `late` that no workflow can remember it.

    One whose workflow was told of it lately is not; told when there was none, it is at once.
    """
    rows = await conn.fetch(
        f"""SELECT i.id, i.number, i.customer_id, i.dunning, t.told_for FROM invoices i {_TOLD}
             WHERE {_TURN} <= now() - $2::interval AND dunning < $1
               AND (t.told_for IS NULL OR NOT t.heard OR t.told_for <= now() - $2::interval)
             ORDER BY coalesce(dunning_at, due_at) LIMIT $3 FOR UPDATE OF i SKIP LOCKED""",  # noqa: S608 - constants
        after,
        late,
        limit,
    )
    return WaitingInvoice.of_all(rows)


async def asked_before(conn: Connection, customer_id: str, invoice_id: str) -> int:
    """How often a supervisor was asked about an invoice."""
    count: int = await conn.fetchval(
        """SELECT count(*) FROM work_items
            WHERE lead_id = $1 AND kind = 'debt' AND payload->>'invoice_id' = $2""",
        customer_id,
        invoice_id,
    )
    return count
