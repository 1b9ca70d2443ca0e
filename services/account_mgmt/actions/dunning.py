"""Dunning: the steps by which the customer is reminded of an overdue invoice, by mail, a call, both, or a letter.

A step has two halves: the document is printed before the transaction begins, so that no payment waits for it; then,
with the invoice locked, the step is carried out only if the invoice is still what was printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from typst import TypstError

from services.account_mgmt.actions.dunning_mails import queue_reminder
from services.account_mgmt.actions.invoice_documents import print_reminder, read_full_invoice
from services.account_mgmt.actions.invoices import close_work_of, tell_changed
from services.account_mgmt.actions.work_assignment import NewWork, open_work
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.dunning import DunningDecision, is_everything_sent, way_of, ways_to
from services.account_mgmt.domain.invoices import FullInvoice, Invoice
from services.account_mgmt.domain.policy import Policy, Way
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.account_mgmt.repository import dunning, invoices
from services.account_mgmt.repository.policies import policies
from services.chassis.business_time import after
from services.chassis.db import Connection, Pool
from services.chassis.errors import Unavailable
from services.chassis.mail.addresses import barred
from workflows.contracts.account_mgmt import RemindedInvoice, RemindInvoice
from workflows.contracts.base import Money

PRIORITY = 10


@dataclass(frozen=True)
class Reminder:
    """A step that is ready: the invoice as it was read, how the customer hears of it, and the document for a mail.

    `problem` says why there is none: a person calls then, and the series goes on. `answer` is what the workflow hears
    at once when nothing is to be done now.
    """

    full: FullInvoice
    policy: Policy
    way: Way
    document: Document | None = None
    problem: str | None = None
    answer: RemindedInvoice | None = None


class NobodyToRemind(Exception):
    """The money came while the step was prepared."""


async def prepare_reminder(pool: Pool, request: RemindInvoice) -> Reminder:
    """Decide how the customer is reminded, and print the invoice if it goes by mail. Nothing is locked or changed.

    How it reaches them: `way_of`. Raises NotFound.
    """
    async with pool.acquire() as conn:
        full = await read_full_invoice(conn, request.invoice_id)
        policy = await policies.rules(conn)
        decided = await dunning.decisions(conn, request.invoice_id)
        email = full.buyer.contact.email
        dead = bool(email) and "dead" in await barred(conn, email or "")
        way = way_of(policy, request.level, **ways_to(full.buyer, dead=dead))
        if (answer := _not_now(policy, full, request, decided)) is not None:
            return Reminder(full, policy, way, answer=answer)
        if way in ("call", "post"):
            return Reminder(full, policy, way)
        try:
            return Reminder(full, policy, way, document=await print_reminder(conn, full))
        except (TypstError, ValueError) as error:
            return Reminder(full, policy, way, problem=f"the invoice cannot be printed: {error}"[:300])


def _not_now(
    policy: Policy, full: FullInvoice, request: RemindInvoice, decided: list[DunningDecision]
) -> RemindedInvoice | None:
    """Why nobody is reminded now: it is over, it rests, or a supervisor decides first. None if they are."""
    invoice, now = full.invoice, datetime.now(UTC)
    if invoice.state != "open" or invoice.collected_at is not None:
        return RemindedInvoice(settled=True)
    if invoice.paused_until is not None and invoice.paused_until > now:
        until = contact_time(policy, invoice.paused_until, full.buyer.zones)
        return RemindedInvoice(next_at=until, put_off=True)
    before = request.level - 1
    asked_for = any(one.decision == "remind" and one.level == before for one in decided)
    if is_everything_sent(policy, before) and before <= invoice.dunning and not asked_for:
        return RemindedInvoice(settled=True)
    return None


async def remind_of_invoice(conn: Connection, request: RemindInvoice, reminder: Reminder) -> RemindedInvoice:
    """Carry out a step: mail, work, or both, and when the next one is due.

    Raises NobodyToRemind when it is settled by now, Unavailable when it changed otherwise: prepare the step again.
    """
    invoice = await invoices.get(conn, request.invoice_id, lock=True)
    if invoice.state != "open":
        raise NobodyToRemind
    if not _is_as_prepared(invoice, reminder):
        raise Unavailable("The invoice changed while its reminder was prepared")
    policy = reminder.policy
    gap = policy.dunning_gaps[min(request.level, len(policy.dunning_gaps)) - 1]
    next_at = contact_time(policy, after(datetime.now(UTC), gap, policy.zone), reminder.full.buyer.zones)
    await dunning.add(conn, invoice.id, request.level, reminder.way, next_at)
    if reminder.document:
        await queue_reminder(
            conn, policy, reminder.full, reminder.document, key=request.key, level=request.level
        )  # fmt: skip
    if reminder.way != "mail" or reminder.problem:
        await close_work_of(conn, invoice.id, invoice.customer_id, "asked again")
        await open_work(conn, _work(request, invoice, reminder))
    await tell_changed(conn, invoice.id, invoice.customer_id)
    return RemindedInvoice(next_at=next_at, by=reminder.way)


def _is_as_prepared(invoice: Invoice, reminder: Reminder) -> bool:
    seen = reminder.full.invoice
    same = (invoice.state, invoice.collected_at, invoice.paused_until)
    if same != (seen.state, seen.collected_at, seen.paused_until):
        return False
    return reminder.document is None or invoice.prints_like(seen)


def _work(request: RemindInvoice, invoice: Invoice, reminder: Reminder) -> NewWork:
    open_amount = Money(amount=invoice.open_amount, currency=invoice.currency)
    # One rule for both: a mail waits for the customer's contact hours, and a call says from when on it may be made.
    contact = contact_time(reminder.policy, datetime.now(UTC), reminder.full.buyer.zones)
    by_post = reminder.way == "post"
    problem = reminder.problem
    if by_post and not reminder.full.buyer.billing.street:
        problem = "no street is known: enter it with the customer's billing address, or write it on the envelope"
    facts = {
        "invoice_id": invoice.id,
        "number": invoice.number,
        "level": request.level,
        "way": "post" if by_post else "call",
        "open_amount": open_amount.model_dump(mode="json"),
        **({"letter": f"/v1/invoices/{invoice.id}/letter.pdf?level={request.level}"} if by_post else {}),
        **({"not_before": contact.isoformat()} if not by_post and contact > datetime.now(UTC) else {}),
        **({"text": problem} if problem else {}),
    }
    return NewWork("dunning", key=request.key, customer_id=invoice.customer_id, priority=PRIORITY, facts=facts)
