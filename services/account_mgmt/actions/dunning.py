"""Dunning: the steps by which the customer is reminded of an overdue invoice, by mail, by a call, or both.

A step has two halves: the document is printed before the transaction begins, so that no payment waits for it; then,
with the invoice locked, the step is carried out only if the invoice is still what was printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from typst import TypstError

from services.account_mgmt.actions.invoice_documents import print_invoice, read_full_invoice
from services.account_mgmt.actions.invoices import end_asking, tell_changed
from services.account_mgmt.actions.work_assignment import NewWork, open_work
from services.account_mgmt.documents import mail_texts
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.dunning import way_of
from services.account_mgmt.domain.invoices import FullInvoice, Invoice
from services.account_mgmt.domain.mail_templates import dunning_kind
from services.account_mgmt.domain.policy import Policy, Way
from services.account_mgmt.domain.reorder_cycle import contact_time, working_time
from services.account_mgmt.repository import dunning, invoices, mail_templates
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection, Pool
from services.chassis.errors import Unavailable
from services.chassis.mail import Attachment, NewMail, queue_mail
from workflows.contracts.account_mgmt import RemindedInvoice, RemindInvoice
from workflows.contracts.base import Money

PRIORITY = 10
PURPOSE = "dunning"


@dataclass(frozen=True)
class Reminder:
    """A step that is ready: the invoice as it was read, how the customer hears of it, and the document for a mail.

    `problem` says why there is none: a person calls then, and the series goes on.
    """

    full: FullInvoice
    policy: Policy
    way: Way
    document: Document | None = None
    problem: str | None = None


async def prepare_reminder(pool: Pool, request: RemindInvoice) -> Reminder:
    """Decide how the customer is reminded, and print the invoice if it goes by mail. Nothing is locked or changed.

    Without a mail address every step is a call. Raises NotFound.
    """
    async with pool.acquire() as conn:
        full = await read_full_invoice(conn, request.invoice_id)
        policy = await policies.rules(conn)
    way = way_of(policy, request.level, has_mail=bool(full.buyer.contact.email))
    if way == "call" or full.invoice.state != "open":
        return Reminder(full, policy, way)
    try:
        return Reminder(full, policy, way, document=await print_invoice(full))
    except (TypstError, ValueError) as error:
        return Reminder(full, policy, way, problem=f"the invoice cannot be printed: {error}"[:300])


async def remind_of_invoice(conn: Connection, request: RemindInvoice, reminder: Reminder) -> RemindedInvoice:
    """Carry out a step: mail, work, or both, and when the next one is due.

    Raises Unavailable when the invoice changed since it was printed: prepare the step again.
    """
    invoice = await invoices.get(conn, request.invoice_id, lock=True)
    if invoice.state != "open":
        return RemindedInvoice(settled=True)
    if reminder.document and not invoice.prints_like(reminder.full.invoice):
        raise Unavailable("The invoice changed while its reminder was prepared")
    policy = reminder.policy
    gap = policy.dunning_gaps[min(request.level, len(policy.dunning_gaps)) - 1]
    next_at = working_time(policy, datetime.now(UTC) + gap)
    await dunning.add(conn, invoice.id, request.level, reminder.way, next_at)
    if reminder.document:
        await _queue_mail(conn, request, reminder, reminder.document)
    if reminder.way != "mail" or reminder.problem:
        await end_asking(conn, invoice.id, invoice.customer_id, "asked again")
        await open_work(conn, _work(request, invoice, reminder.problem))
    await tell_changed(conn, invoice.id, invoice.customer_id)
    return RemindedInvoice(next_at=next_at, by=reminder.way)


def _work(request: RemindInvoice, invoice: Invoice, problem: str | None) -> NewWork:
    open_amount = Money(amount=invoice.open_amount, currency=invoice.currency)
    facts = {
        "invoice_id": invoice.id,
        "number": invoice.number,
        "level": request.level,
        "open_amount": open_amount.model_dump(mode="json"),
        **({"text": problem} if problem else {}),
    }
    return NewWork("dunning", key=request.key, customer_id=invoice.customer_id, priority=PRIORITY, facts=facts)


async def _queue_mail(conn: Connection, request: RemindInvoice, reminder: Reminder, document: Document) -> None:
    contact = reminder.full.buyer.contact
    text = mail_texts.dunning(reminder.full, request.level, await mail_templates.own(conn, dunning_kind(request.level)))
    mail = NewMail(
        key=request.key,
        purpose=PURPOSE,
        to=contact.email or "",
        subject=text.subject,
        text=text.body,
        lead_id=reminder.full.buyer.id,
        attachments=[Attachment(document.name, document.media_type, document.content)],
        not_before=contact_time(reminder.policy, datetime.now(UTC), reminder.full.buyer.zones),
    )
    await queue_mail(conn, mail)
