"""Invoices of contracts go out by mail, within the customer's contact hours.

The document is printed outside of every transaction, as a reminder is: nobody waits for the printing.
"""

from __future__ import annotations

from datetime import UTC, datetime

from typst import TypstError

from services.account_mgmt.actions.contract_invoices import settle_work, show_unmailed
from services.account_mgmt.actions.invoice_documents import mailed_documents, read_full_invoice
from services.account_mgmt.actions.invoices import invoice_mail, tell_changed
from services.account_mgmt.domain.contracts import Period
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.account_mgmt.repository import contract_periods, contracts, customers, invoices
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict
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
        documents, problem = await _print(conn, full)
    async with pool.acquire() as conn, conn.transaction():
        # As everybody does who changes something of theirs: the customer first.
        customer = await customers.get(conn, full.buyer.id, lock=True)
        contract = await contracts.get(conn, period.contract_id, lock=True)
        invoice = await invoices.get(conn, full.invoice.id, lock=True)
        if invoice.state == "void":
            await contract_periods.mailed(conn, period, None)
            return
        if documents and not invoice.prints_like(full.invoice):
            return  # money came meanwhile: it is printed anew in the next sweep
        went = await contract_periods.mailed(conn, period, "sent" if documents else "failed", problem)
        if went and documents:
            await _queue(conn, full, customer.contact.email or "", documents)
            await settle_work(conn, contract)
        elif went:
            await show_unmailed(conn, contract, period, problem or "")


async def _print(conn: Connection, full: FullInvoice) -> tuple[list[Document], str | None]:
    """The documents, or why there can be no mail."""
    if not full.buyer.contact.email:
        return [], "the customer has no e-mail address"
    if full.invoice.state == "void":
        return [], None
    try:
        return await mailed_documents(conn, full), None
    except Conflict as error:
        return [], error.message
    except (TypstError, ValueError) as error:
        return [], f"it cannot be printed: {error}"[:300]


async def _queue(conn: Connection, full: FullInvoice, address: str, documents: list[Document]) -> None:
    policy = await policies.rules(conn)
    not_before = contact_time(policy, datetime.now(UTC), full.buyer.zones)
    to = address or full.buyer.contact.email or ""
    await queue_mail(conn, await invoice_mail(conn, full, to, documents, not_before))
    await tell_changed(conn, full.invoice.id, full.buyer.id)
