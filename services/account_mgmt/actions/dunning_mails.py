"""Payment reminders by mail: queued for the customer's contact hours, true when they leave, withdrawn when over."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.invoice_documents import print_reminder, read_full_invoice
from services.account_mgmt.documents import mail_texts
from services.account_mgmt.documents.mail_texts import MailText
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.invoices import FullInvoice, Invoice
from services.account_mgmt.domain.mail_templates import dunning_kind
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.account_mgmt.repository import customer_merges, mail_templates
from services.chassis.db import Connection
from services.chassis.mail import Attachment, NewMail, queue_mail, withdraw_keys
from services.chassis.mail.rows import Mail, rewrite
from workflows.contracts import ids

PURPOSE = "dunning"


async def queue_reminder(
    conn: Connection, policy: Policy, full: FullInvoice, document: Document, *, key: str, level: int
) -> None:
    """Queue the `level`-th reminder, once per `key`, with the invoice as it was printed."""
    when = contact_time(policy, datetime.now(UTC), full.buyer.zones)
    text = await _text(conn, full, level)
    await queue_mail(conn, _mail(full, text, document, key=key, not_before=when))


async def withdraw_reminders(conn: Connection, customer_id: str, invoice_id: str, why: str) -> int:
    """Take back every reminder of an invoice that has not left yet; how many. `why` is shown to colleagues.

    Also those of a customer who was merged with this one, or parted from it again, since they were queued.
    """
    owners = [customer_id, *await customer_merges.linked(conn, customer_id)]
    return sum([await withdraw_keys(conn, f"{ids.customer(one)}:dunning:{invoice_id}:", why) for one in owners])


async def judge_reminder(conn: Connection, mail: Mail) -> str | None:
    """At the moment of sending: why the reminder must not go, or none. What it says is made true first.

    A part of the money may have come since it was queued; nobody is asked for what they have paid.
    """
    told = _step_of(mail.key)
    if told is None:
        return None
    invoice_id, level = told
    full = await read_full_invoice(conn, invoice_id)
    if (why := _why_over(full.invoice)) is not None:
        return why
    text = await _text(conn, full, level)
    if (mail.subject, mail.body) != (text.subject, text.body):
        await rewrite(conn, mail.id, _mail(full, text, await print_reminder(conn, full), key=mail.key))
    return None


async def _text(conn: Connection, full: FullInvoice, level: int) -> MailText:
    return mail_texts.dunning(full, level, await mail_templates.own(conn, dunning_kind(level)))


def _why_over(invoice: Invoice) -> str | None:
    if invoice.state != "open":
        return f"the invoice is {invoice.state}"
    if invoice.collected_at is not None:
        return "the invoice is in collection"
    if invoice.paused_until is not None and invoice.paused_until > datetime.now(UTC):
        return "reminders of the invoice rest"
    return None


def _mail(
    full: FullInvoice, text: MailText, document: Document, *, key: str, not_before: datetime | None = None
) -> NewMail:
    return NewMail(
        key=key,
        purpose=PURPOSE,
        to=full.buyer.contact.email or "",
        subject=text.subject,
        text=text.body,
        lead_id=full.buyer.id,
        attachments=[Attachment(document.name, document.media_type, document.content)],
        not_before=not_before,
    )


def _step_of(key: str) -> tuple[str, int] | None:
    """Invoice and level in a key such as `customer:42:dunning:7:1`."""
    match key.split(":"):
        case [_, _, "dunning", invoice_id, level, *_] if level.isdecimal():
            return invoice_id, int(level)
    return None
