"""An invoice is open again: money that had settled it was undone."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.workflow_starts import debt_start
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.reopening import next_deadline
from services.account_mgmt.repository import customers, dunning
from services.account_mgmt.repository.policies import policies
from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.events import publish
from workflows.contracts import ids
from workflows.contracts.account_mgmt import InvoiceReopened


async def reopen(conn: Connection, invoice: Invoice, *, event_id: str, by: str) -> None:
    """Tell the customer's workflow that this invoice, which is open again, is to be reminded of, and from when on.

    `event_id` names what undid the money, so that it is heard once.
    """
    now = datetime.now(UTC)
    customer = await customers.get(conn, invoice.customer_id)
    due_at = next_deadline(await policies.rules(conn), invoice, customer.zones, now)
    answer = InvoiceReopened(
        event_id=f"reopened:{event_id}", at=now, by=by, invoice_id=invoice.id, due_at=due_at, level=invoice.dunning
    )
    start = await debt_start(conn, invoice.customer_id)
    await outbox.signal(
        conn, ids.customer(invoice.customer_id), "invoice_reopened", answer, start=start, when_missing="drop"
    )
    await dunning.plan(conn, invoice.id, at=due_at)
    await publish(conn, "invoice_reopened", invoice_id=invoice.id)
