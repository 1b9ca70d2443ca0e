"""The sums of an invoice change otherwise than by a payment: what follows for its state, workflow and commission."""

from __future__ import annotations

from services.account_mgmt.actions.commission_events import report_money
from services.account_mgmt.actions.invoices import end_asking, tell_changed
from services.account_mgmt.actions.reopening import reopen
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.repository import invoices
from services.account_mgmt.schemas.webhooks import InvoicePaid
from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.webhooks import announce
from workflows.contracts import ids
from workflows.contracts.account_mgmt import InvoiceVoided, MoneyMoved
from workflows.contracts.base import Money
from workflows.contracts.commission import MoneyEvent


async def write_change(conn: Connection, before: Invoice, after: Invoice, money: MoneyEvent, *, by: str) -> None:
    """Write an invoice that the caller holds as it is after `money`, and tell everybody whom that concerns.

    An invoice that is open no more is asked for no more; one that was closed and is open is reminded of again.
    """
    await invoices.write_sums(conn, after)
    await report_money(conn, money)
    workflow_id = ids.customer(after.customer_id)
    if before.state == "open" and after.state != "open":
        closed = InvoiceVoided(event_id=money.key, at=money.at, by=by, invoice_id=after.id, money=money)
        await outbox.signal(conn, workflow_id, "invoice_voided", closed, when_missing="drop")
        await end_asking(conn, after.id, after.customer_id)
    else:
        moved = MoneyMoved(event_id=money.key, at=money.at, by=by, money=money)
        await outbox.signal(conn, workflow_id, "money_moved", moved, when_missing="drop")
    if (before.state, after.state) == ("open", "paid"):
        total = Money(amount=after.total, currency=after.currency)
        paid = InvoicePaid(
            customer_id=after.customer_id, invoice_id=after.id, total=total, payment_id=None, paid_at=money.at
        )
        await announce(conn, paid, key=money.key, at=money.at)
    if before.state != "open" and after.state == "open":
        await reopen(conn, after, event_id=money.key, by=by)
    await tell_changed(conn, after.id, after.customer_id)
