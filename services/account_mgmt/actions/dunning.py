"""Dunning: the steps by which an overdue invoice is reminded of, by mail, by a call, or both."""

from __future__ import annotations

from datetime import UTC, datetime

from typst import TypstError

from services.account_mgmt.actions import account_managers, invoices
from services.account_mgmt.documents import mail_texts
from services.account_mgmt.domain.money import grouped
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import contact_time, working_time
from services.account_mgmt.repository import customers, entities, sales
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import CustomerView, InvoiceView
from services.chassis.db import Connection
from services.chassis.mail import NewMail, queue_mail
from workflows.contracts.account_mgmt import RemindedInvoice, RemindInvoice

PRIORITY = 10
PURPOSE = "dunning"


async def remind(conn: Connection, request: RemindInvoice) -> RemindedInvoice:
    """Carry out one step. Without a mail address every step is a call."""
    invoice = await sales.invoice(conn, request.invoice_id, lock=True)
    if invoice.state != "open":
        return RemindedInvoice(settled=True)
    customer = await customers.get(conn, request.customer_id)
    policy = await policies.rules(conn)
    await sales.dunned(conn, invoice.id, request.level)
    way = policy.dunning_by[min(request.level, len(policy.dunning_by)) - 1]
    if not customer.contact.email:
        way = "call"
    problem = await _mail(conn, policy, customer, invoice, request) if way != "call" else None
    if way != "mail" or problem:
        facts = {
            "invoice_id": invoice.id, "number": invoice.number, "level": request.level,
            "open_amount": invoice.open_amount.model_dump(mode="json"), **({"text": problem} if problem else {}),
        }  # fmt: skip
        await account_managers.open_work(
            conn, "dunning", key=request.key, customer_id=customer.id, priority=PRIORITY, facts=facts
        )
    gap = policy.dunning_gaps[min(request.level, len(policy.dunning_gaps)) - 1]
    return RemindedInvoice(next_at=working_time(policy, datetime.now(UTC) + gap), by=way)


async def _mail(
    conn: Connection, policy: Policy, customer: CustomerView, invoice: InvoiceView, request: RemindInvoice
) -> str | None:
    """Queue the mail; why not, if the invoice's paper cannot be made: a person calls then, and the series goes on."""
    try:
        paper = await invoices.attached(conn, invoice, customer)
    except (TypstError, ValueError) as error:
        return f"the invoice cannot be printed: {error}"[:300]
    contact = customer.contact
    letter = mail_texts.dunning(
        contact.language,
        request.level,
        name=contact.contact_name,
        house=(await entities.get(conn, invoice.entity)).name,
        number=invoice.number,
        open_amount=f"{grouped(invoice.open_amount.amount)} {invoice.open_amount.currency}",
        due=f"{invoice.due_at:%d.%m.%Y}",
    )
    await queue_mail(
        conn,
        NewMail(
            key=request.key,
            purpose=PURPOSE,
            to=contact.email or "",
            subject=letter.subject,
            text=letter.text,
            lead_id=customer.id,
            attachments=[paper],
            not_before=contact_time(policy, datetime.now(UTC), contact.timezone),
        ),
    )
    return None
