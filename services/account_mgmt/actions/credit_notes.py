"""Credit notes: a part of an invoice is taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from services.account_mgmt.actions.commission_events import sale_event
from services.account_mgmt.actions.invoice_sums import write_change
from services.account_mgmt.actions.issued_documents import credit_document_of
from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.domain.invoices import Invoice, amount_to_credit
from services.account_mgmt.domain.references import check_same, is_same
from services.account_mgmt.repository import credit_notes, invoices, legal_entities, orders
from services.account_mgmt.schemas.invoices import NewCreditNote
from services.chassis.auth import Principal
from services.chassis.db import Connection
from workflows.contracts.commission import MoneyKind


async def issue_credit_note(conn: Connection, who: Principal, invoice_id: str, new: NewCreditNote) -> Invoice:
    """Take back a part of an invoice, or all that is open; the workflow and the commission ledger hear of it.

    With a `reference`, once under it. Raises NotFound; Forbidden (`not_owner`); Invalid for another currency or more
    than the invoice; Conflict (`wrong_state`) when nothing is left to take back, (`other_amount`) for a reference that
    was used with another amount.
    """
    by = who.person
    await check_owner_of_invoices(conn, who, [invoice_id])
    invoice = await invoices.get(conn, invoice_id, lock=True)
    earlier = next((one for one in invoice.credit_notes if is_same(one.reference, new.reference)), None)
    if earlier is not None:
        asked = new.amount.amount if new.amount else earlier.amount
        check_same(
            "Credit note", earlier.reference or "", booked=earlier.amount, asked=asked, currency=invoice.currency
        )
        return invoice
    amount = amount_to_credit(invoice, new.amount)
    number = await write_credit_note(conn, invoice, amount, new.reason, by, reference=new.reference)
    sale = await orders.sale(conn, invoice.order_id)
    money = sale_event(MoneyKind.CREDITED, sale, key=f"credit-note:{number}", amount=amount, at=datetime.now(UTC))
    await write_change(conn, invoice, invoice.changed(credited=amount), money, by=by)
    return await invoices.get(conn, invoice_id)


async def write_credit_note(
    conn: Connection,
    invoice: Invoice,
    amount: Decimal,
    reason: str,
    by: str,
    *,
    at: datetime | None = None,
    reference: str | None = None,
) -> str:
    """Write a credit note of now, or `at` a moment, under the next number of the invoice's entity; that number.

    The caller holds the invoice.
    """
    at = at or datetime.now(UTC)
    seller = await legal_entities.get(conn, invoice.entity)
    number = await invoices.next_number(conn, seller.id, "CN", seller.day_of(at).year)
    note_id = await credit_notes.add(
        conn, invoice.id, amount, number=number, reason=reason, by=by, at=at, reference=reference
    )
    await invoices.write_sums(conn, invoice.changed(credited=amount))
    await credit_document_of(conn, await invoices.get(conn, invoice.id), note_id)
    return number
