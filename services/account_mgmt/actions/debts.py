"""Debts that nobody would remember: all reminders sent, so a supervisor is asked; or a workflow that is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.account_mgmt.actions.invoices import tell_changed
from services.account_mgmt.actions.work_assignment import open_for_supervisors
from services.account_mgmt.actions.workflow_starts import debt_start
from services.account_mgmt.repository import dunning, invoices
from services.account_mgmt.repository.dunning import WaitingInvoice
from services.account_mgmt.repository.policies import policies
from services.chassis import outbox
from services.chassis.db import Connection, Pool
from workflows.contracts import ids
from workflows.contracts.account_mgmt import InvoiceReopened
from workflows.contracts.base import Money

DEBT = "debt"
FORGOTTEN_AFTER = timedelta(days=1)
"""A reminder that is so late is nobody's: its workflow was cancelled, terminated, or ended before debts outlived it."""
_PRIORITY = 12
_PER_SWEEP = 200


async def ask_supervisors(pool: Pool) -> int:
    """A sweep: what becomes of invoices after their last reminder is a supervisor's to decide; how many were asked."""
    async with pool.acquire() as conn, conn.transaction():
        policy = await policies.rules(conn)
        found = await dunning.undecided(conn, len(policy.dunning_gaps), _PER_SWEEP)
        for one in found:
            await _ask(conn, one)
    return len(found)


async def _ask(conn: Connection, one: WaitingInvoice) -> None:
    invoice = await invoices.get(conn, one.id)
    times = await dunning.asked_before(conn, one.customer_id, one.id)
    open_amount = Money(amount=invoice.open_amount, currency=invoice.currency)
    facts = {
        "invoice_id": one.id,
        "number": one.number,
        "level": one.dunning,
        "open_amount": open_amount.model_dump(mode="json"),
    }
    key = ids.key(ids.customer(one.customer_id), f"{DEBT}:{one.id}", times + 1)
    await open_for_supervisors(conn, DEBT, key=key, customer_id=one.customer_id, priority=_PRIORITY, facts=facts)
    await tell_changed(conn, one.id, one.customer_id)


async def take_up_forgotten(pool: Pool) -> int:
    """A sweep: an open invoice whose reminder is long overdue is told to its customer's workflow again; how many."""
    async with pool.acquire() as conn, conn.transaction():
        policy = await policies.rules(conn)
        found = await dunning.forgotten(conn, len(policy.dunning_gaps), FORGOTTEN_AFTER, _PER_SWEEP)
        for one in found:
            moment = max(datetime.now(UTC), one.told_for or datetime.now(UTC))
            event_id = f"forgotten:{one.id}:{one.dunning}:{moment:%Y-%m-%d}"
            await remind_from(conn, one.customer_id, one.id, moment, one.dunning, event_id=event_id, by="dunning")
    return len(found)


async def remind_from(
    conn: Connection, customer_id: str, invoice_id: str, moment: datetime, level: int, *, event_id: str, by: str
) -> None:
    """Tell the customer's workflow that the reminder after this `level` is due at a moment; started if it has ended."""
    answer = InvoiceReopened(
        event_id=event_id, at=datetime.now(UTC), by=by, invoice_id=invoice_id, due_at=moment, level=level
    )
    start = await debt_start(conn, customer_id)
    await outbox.signal(
        conn, ids.customer(customer_id), "invoice_reopened", answer, start=start, when_missing="drop"
    )  # fmt: skip
