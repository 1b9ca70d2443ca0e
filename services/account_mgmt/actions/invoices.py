"""Invoices: sent by mail, and reported as needing no money any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.account_mgmt.actions.dunning_mails import withdraw_reminders
from services.account_mgmt.actions.invoice_documents import mailed_documents, read_full_invoice
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.documents import mail_texts
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.invoices import FullInvoice, Invoice
from services.account_mgmt.repository import invoices, mail_templates, work
from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.mail import Attachment, NewMail, queue_mail
from workflows.contracts import ids
from workflows.contracts.account_mgmt import InvoiceVoided
from workflows.contracts.commission import MoneyEvent

PURPOSE = "invoice"


async def send_invoice(conn: Connection, who: Principal, invoice_id: str, to: str | None) -> str:
    """Queue the invoice for an address (none: the customer's own), once per address and open sum; the mail's id.

    Raises NotFound; Forbidden (`not_owner`); Invalid on `to` without any address; Conflict (`wrong_state`) for a void
    invoice, (`changed`) if money was booked on it while it was printed, (`incomplete`) if the customer wants an
    e-invoice and it lacks something.
    """
    full = await read_full_invoice(conn, invoice_id)
    await check_owner(conn, who, full.buyer)
    address = to or full.buyer.contact.email
    if not address:
        raise Invalid("The customer has no e-mail address: name one", field="to")
    if full.invoice.state == "void":
        raise Conflict("The invoice is void", code="wrong_state", detail={"state": full.invoice.state})
    # Nobody waits for the printing: the invoice is locked after it, and must still be what was printed.
    documents = await mailed_documents(conn, full)
    if not (await invoices.get(conn, invoice_id, lock=True)).prints_like(full.invoice):
        raise Conflict("The invoice changed while it was printed: send it again", code="changed")
    mail_id = await queue_mail(conn, await invoice_mail(conn, full, address, documents))
    await tell_changed(conn, invoice_id, full.buyer.id)
    return mail_id


async def invoice_mail(
    conn: Connection,
    full: FullInvoice,
    address: str,
    documents: Sequence[Document],
    not_before: datetime | None = None,
) -> NewMail:
    """The mail that brings an invoice: the same one for the same address and open sum, whoever sends it."""
    text = mail_texts.invoice(full, await mail_templates.own(conn, "invoice"))
    return NewMail(
        key=f"invoice:{full.invoice.id}:{full.invoice.open_amount}:{address.lower()}",
        purpose=PURPOSE,
        to=address,
        subject=text.subject,
        text=text.body,
        lead_id=full.buyer.id,
        attachments=[Attachment(one.name, one.media_type, one.content) for one in documents],
        not_before=not_before,
    )


async def tell_changed(conn: Connection, invoice_id: str, customer_id: str) -> None:
    """Tell whoever looks at the invoice or its customer that it is not as it was."""
    await publish(conn, "invoice.changed", invoice_id=invoice_id, customer_id=customer_id)


async def end_asking(conn: Connection, invoice_id: str, customer_id: str, why: str | None = None) -> None:
    """Nobody asks for the money of this invoice any more: open work ends, and mails that have not left are withdrawn.

    `why` is shown to colleagues; none says how things stand with the invoice.
    """
    why = why or f"the invoice is {await invoices.state_of(conn, invoice_id)}"
    await close_work_of(conn, invoice_id, customer_id, why)
    await withdraw_reminders(conn, customer_id, invoice_id, why)


async def close_work_of(conn: Connection, invoice_id: str, customer_id: str, why: str) -> None:
    """Open work about the money of this invoice ends, for a reason in words."""
    for item_id in await work.end_dunning(conn, invoice_id, customer_id, why):
        await publish(conn, "work.closed", item_id=item_id, customer_id=customer_id)


async def report_voided(
    conn: Connection, invoice: Invoice, money: MoneyEvent, by: str, *, next_nudge_at: datetime | None = None
) -> None:
    """Tell the workflow that an invoice needs no money any more: it was voided, or credited in full."""
    answer = InvoiceVoided(
        event_id=money.key,
        at=money.at,
        by=by,
        invoice_id=invoice.id,
        next_nudge_at=next_nudge_at,
        money=money,
    )
    await outbox.signal(conn, ids.customer(invoice.customer_id), "invoice_voided", answer, when_missing="drop")
    await end_asking(conn, invoice.id, invoice.customer_id)
    await tell_changed(conn, invoice.id, invoice.customer_id)
