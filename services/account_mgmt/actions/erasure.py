"""Erasing a person in tier 3, ordered by tier 1, and erasing later what the law made us keep until then."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.repository import customer_merges, customers, erasure
from services.account_mgmt.repository.erasure import Standing
from services.account_mgmt.repository.policies import policies
from services.chassis import outbox, work_items
from services.chassis.db import Connection, Pool
from services.chassis.erasure import erase_traces
from workflows.contracts import ids
from workflows.contracts.base import Cancel, Done, DoNotCall
from workflows.contracts.erasure import ERASED, ErasePerson

_MONEY = ("order_placed", "invoice_paid", "invoice_reopened", "invoice_voided", "money_moved", "won_again")
"""What is on its way about a customer's money arrives."""
_WITHOUT_DEBTS = ["nudge", "risk", "complaint", "inbound", "contract"]
_BATCH = 100


async def erase_person(conn: Connection, request: ErasePerson) -> Done:
    """Erase contact data, people, texts and mails of these customers; documents of sales stay for their time.

    Who owes nothing is no customer any more. Who owes money stays one under the company's name until it is paid, for
    dunning alone.
    """
    # Whoever was merged is known by the record that stayed, and by all that went into it.
    theirs = [*request.lead_ids, *[await customer_merges.survivor(conn, one) for one in request.lead_ids]]
    merged = await customer_merges.aliases(conn, theirs)
    whole = sorted({*theirs, *(one for gone in merged.values() for one in gone)})
    for customer_id in whole:
        await erasure.hold(conn, customer_id)
    await erasure.remember(conn, whole, request.by, request.at)
    await _erase(conn, whole, datetime.now(UTC))
    return Done()


async def erase_again(conn: Connection, customer_id: str) -> None:
    """A sale of somebody who was erased meanwhile: it is invoiced, and nothing else of them is kept."""
    await erasure.remember(conn, [customer_id], "erasure", datetime.now(UTC))
    await _erase(conn, [customer_id], datetime.now(UTC))


async def _erase(conn: Connection, customer_ids: list[str], at: datetime) -> None:
    found = await erasure.erase(conn, customer_ids)
    await erase_traces(conn, customer_ids, keep=_MONEY)
    for one in found:
        await _end_care(conn, one, at)
    await _expire(conn, [one.customer_id for one in found], at)


async def _end_care(conn: Connection, one: Standing, at: datetime) -> None:
    """No reminders of purchases from now on; without debts, nothing at all."""
    kinds = _WITHOUT_DEBTS if one.owes else None
    await work_items.cancel_for_lead(conn, one.customer_id, kinds=kinds, result=ERASED)
    workflow_id, owed = ids.customer(one.customer_id), f"erase:{one.customer_id}:owes:{at.isoformat()}"
    if not one.owes:
        if one.state != "lost":
            await customers.set_state(conn, [one.customer_id], "cancelled")
        answer = Cancel(event_id=f"erase:{one.customer_id}", at=at, by=one.by, reason=ERASED)
        await outbox.signal(conn, workflow_id, "cancel", answer, when_missing="drop")
    elif one.state in ("active", "at_risk"):
        await customers.set_state(conn, [one.customer_id], "opted_out")
        stop = DoNotCall(event_id=owed, at=at, by=one.by, reason=ERASED)
        await outbox.signal(conn, workflow_id, "do_not_call", stop, when_missing="drop")


async def erase_expired(pool: Pool, at: datetime | None = None) -> int:
    """A periodic job: end the care of erased customers who have paid, and erase documents whose time is over.

    How many customers nothing is kept of any more.
    """
    at, after, finished = at or datetime.now(UTC), None, 0
    while True:
        async with pool.acquire() as conn, conn.transaction():
            found = await erasure.unfinished(conn, after, _BATCH)
            for one in await erasure.standings(conn, found):
                if one.state == "opted_out" and not one.owes:
                    await _end_care(conn, one, at)
            finished += await _expire(conn, found, at)
        if len(found) < _BATCH:
            return finished
        after = found[-1]


async def _expire(conn: Connection, customer_ids: list[str], at: datetime) -> int:
    if not customer_ids:
        return 0
    since = (await policies.rules(conn)).retention.kept_since(at)
    finished = 0
    for customer_id in customer_ids:
        await erasure.erase_expired(conn, customer_id, since)
        finished += await erasure.finish(conn, customer_id, since, at)
    return finished
