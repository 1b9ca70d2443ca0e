"""Credit notes: a part of an invoice is taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from services.account_mgmt.actions.commission_events import report_money, sale_event
from services.account_mgmt.actions.invoices import report_voided, tell_changed
from services.account_mgmt.actions.issued_documents import credit_document_of
from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.domain.invoices import Invoice, amount_to_credit
from services.account_mgmt.repository import credit_notes, invoices, legal_entities, orders
from services.account_mgmt.schemas.invoices import NewCreditNote
from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.db import Connection
from workflows.contracts import ids
from workflows.contracts.account_mgmt import MoneyMoved
from workflows.contracts.commission import MoneyKind


async def issue_credit_note(conn: Connection, who: Principal, invoice_id: str, new: NewCreditNote) -> Invoice:
    """Take back a part of an invoice, or all that is open; the workflow and the commission ledger hear of it.

    Raises NotFound; Forbidden (`not_owner`); Invalid for another currency or more than the invoice; Conflict
    (`wrong_state`) when nothing is left to take back.
    """
    by = who.person
    await check_owner_of_invoices(conn, who, [invoice_id])
    invoice = await invoices.get(conn, invoice_id, lock=True)
    amount = amount_to_credit(invoice, new.amount)
    number = await write_credit_note(conn, invoice, amount, new.reason, by)
    credited = await invoices.get(conn, invoice_id)
    sale = await orders.sale(conn, invoice.order_id)
    money = sale_event(MoneyKind.CREDITED, sale, key=f"credit-note:{number}", amount=amount, at=datetime.now(UTC))
    await report_money(conn, money)
    if credited.state != "open":
        await report_voided(conn, invoice, money, by)
    else:
        answer = MoneyMoved(event_id=money.key, at=money.at, by=by, money=money)
        await outbox.signal(conn, ids.customer(invoice.customer_id), "money_moved", answer, when_missing="drop")
        await tell_changed(conn, invoice.id, invoice.customer_id)
    return credited


async def write_credit_note(
    conn: Connection, invoice: Invoice, amount: Decimal, reason: str, by: str, *, at: datetime | None = None
) -> str:
    """Write a credit note of now, or `at` a moment, under the next number of the invoice's entity; that number.

    The caller holds the invoice.
    """
    at = at or datetime.now(UTC)
    seller = await legal_entities.get(conn, invoice.entity)
    number = await invoices.next_number(conn, seller.id, "CN", seller.day_of(at).year)
    note_id = await credit_notes.add(conn, invoice.id, amount, number=number, reason=reason, by=by, at=at)
    await invoices.credit(conn, invoice.id, amount)
    await credit_document_of(conn, await invoices.get(conn, invoice.id), note_id)
    return number
