"""Papers that go to customers by mail: the invoice when somebody sends it, and again with each reminder."""

from __future__ import annotations

import asyncio

from services.account_mgmt.documents import invoice_pdf, mail_texts
from services.account_mgmt.domain.money import grouped
from services.account_mgmt.repository import entities, sales
from services.account_mgmt.schemas import CustomerView, InvoiceView
from services.chassis.db import Connection
from services.chassis.mail import Attachment, NewMail, queue_mail

PURPOSE = "invoice"


async def attached(conn: Connection, invoice: InvoiceView, customer: CustomerView) -> Attachment:
    """The invoice as it stands now, as a PDF."""
    order = await sales.order(conn, invoice.order_id)
    seller = await entities.get(conn, invoice.entity)
    pdf = await asyncio.to_thread(invoice_pdf.invoice, invoice, order, customer, seller)
    return Attachment(f"{invoice.number}.pdf", "application/pdf", pdf)


async def send(conn: Connection, invoice: InvoiceView, customer: CustomerView, to: str) -> str:
    """Queue the invoice for an address, once per address and sum that is open; the mail's id."""
    seller = await entities.get(conn, invoice.entity)
    letter = mail_texts.invoice(
        customer.contact.language,
        name=customer.contact.contact_name,
        house=seller.name,
        number=invoice.number,
        open_amount=f"{grouped(invoice.open_amount.amount)} {invoice.open_amount.currency}",
        due=f"{invoice.due_at:%d.%m.%Y}",
    )
    mail = NewMail(
        key=f"invoice:{invoice.id}:{invoice.open_amount.amount}:{to.lower()}",
        purpose=PURPOSE,
        to=to,
        subject=letter.subject,
        text=letter.text,
        lead_id=customer.id,
        attachments=[await attached(conn, invoice, customer)],
    )
    return await queue_mail(conn, mail)
