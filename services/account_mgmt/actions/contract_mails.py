"""Invoices of contracts go out by mail, within the customer's contact hours.

The document is printed outside of every transaction, as a reminder is: nobody waits for the printing.
"""

from __future__ import annotations

from datetime import UTC, datetime

from typst import TypstError

from services.account_mgmt.actions.contract_invoices import settle_work, show_unmailed
from services.account_mgmt.actions.invoice_documents import print_invoice, read_full_invoice
from services.account_mgmt.actions.invoices import invoice_mail, tell_changed
from services.account_mgmt.domain.contracts import Period
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.account_mgmt.repository import contract_periods, contracts, customers, invoices
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection, Pool
from services.chassis.mail import queue_mail

_PER_SWEEP = 50


async def mail_issued(pool: Pool) -> int:
    """A sweep: queue the mails of invoices that contracts brought; how many dates were dealt with."""
    async with pool.acquire() as conn:
        waiting = await contract_periods.to_mail(conn, _PER_SWEEP)
    for period in waiting:
        await _mail(pool, period)
    return len(waiting)


async def _mail(pool: Pool, period: Period) -> None:
    async with pool.acquire() as conn:
        full = await read_full_invoice(conn, period.invoice_id or "")
    document, problem = await _print(full)
    async with pool.acquire() as conn, conn.transaction():
        # As everybody does who changes something of theirs: the customer first.
        customer = await customers.get(conn, full.buyer.id, lock=True)
        contract = await contracts.get(conn, period.contract_id, lock=True)
        invoice = await invoices.get(conn, full.invoice.id, lock=True)
        if invoice.state == "void":
            await contract_periods.mailed(conn, period, None)
            return
        if document and not invoice.prints_like(full.invoice):
            return  # money came meanwhile: it is printed anew in the next sweep
        went = await contract_periods.mailed(conn, period, "sent" if document else "failed", problem)
        if went and document:
            await _queue(conn, full, customer.contact.email or "", document)
            await settle_work(conn, contract)
        elif went:
            await show_unmailed(conn, contract, period, problem or "")


async def _print(full: FullInvoice) -> tuple[Document | None, str | None]:
    """The document, or why there can be no mail."""
    if not full.buyer.contact.email:
        return None, "the customer has no e-mail address"
    if full.invoice.state == "void":
        return None, None
    try:
        return await print_invoice(full), None
    except (TypstError, ValueError) as error:
        return None, f"it cannot be printed: {error}"[:300]


async def _queue(conn: Connection, full: FullInvoice, address: str, document: Document) -> None:
    policy = await policies.rules(conn)
    not_before = contact_time(policy, datetime.now(UTC), full.buyer.contact.timezone)
    await queue_mail(conn, invoice_mail(full, address or full.buyer.contact.email or "", document, not_before))
    await tell_changed(conn, full.invoice.id, full.buyer.id)
