"""What people decide about the reminders of an invoice: they rest, go on, one more goes out, or others collect."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.debts import FORGOTTEN_AFTER, remind_from
from services.account_mgmt.actions.invoices import end_asking, tell_changed
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.dunning import FOR_SUPERVISORS, check_decision, first_reminder, is_everything_sent
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.repository import customers, dunning, invoices
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.dunning import NewDecision
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Forbidden

_WORDS = {
    "pause": "reminders rest",
    "resume": "reminders go on",
    "remind": "one more reminder goes out",
    "collect": "handed to collection",
}


async def decide(conn: Connection, who: Principal, invoice_id: str, said: NewDecision) -> Invoice:
    """Carry out what somebody decided about an open invoice; a payment settles it all the same.

    Raises NotFound; Forbidden (`not_owner`, `not_supervisor`); Conflict (`wrong_state`); Invalid on `until`, `reason`.
    """
    invoice = await invoices.get(conn, invoice_id, lock=True)
    customer = await customers.get(conn, invoice.customer_id)
    await check_owner(conn, who, customer)
    if (said.decision in FOR_SUPERVISORS or invoice.collected_at is not None) and who.role != "supervisor":
        raise Forbidden("A supervisor decides this", code="not_supervisor")
    now = datetime.now(UTC)
    check_decision(said.decision, said.until, said.reason, invoice, now)
    decision_id = await dunning.decide(
        conn, invoice_id, said.decision, until=said.until, reason=said.reason, by=who.person, level=invoice.dunning
    )
    await end_asking(conn, invoice_id, invoice.customer_id, _WORDS[said.decision])
    policy = await policies.rules(conn)
    own = await _own_turn(conn, invoice) if said.decision == "resume" else invoice.dunning_at or invoice.due_at
    turn = first_reminder(policy, max(now, own), customer.zones)
    if said.decision == "pause" and said.until is not None:
        until = first_reminder(policy, said.until, customer.zones)
        await dunning.plan(conn, invoice_id, at=max(turn, until), paused_until=said.until)
    elif said.decision == "collect":
        await dunning.plan(conn, invoice_id, at=turn, collected=True)
    else:
        await _go_on(
            conn,
            invoice,
            said,
            turn,
            decision_id,
            who.person,
            everything_sent=is_everything_sent(policy, invoice.dunning),
        )
    await tell_changed(conn, invoice_id, invoice.customer_id)
    return await invoices.get(conn, invoice_id)


async def _own_turn(conn: Connection, invoice: Invoice) -> datetime:
    """When the next reminder was due before it had to rest."""
    last = next((step for step in await dunning.steps(conn, invoice.id) if step.level == invoice.dunning), None)
    return (last.next_at if last else None) or invoice.due_at


async def _go_on(
    conn: Connection,
    invoice: Invoice,
    said: NewDecision,
    turn: datetime,
    decision_id: str,
    by: str,
    *,
    everything_sent: bool,
) -> None:
    """The next reminder is due at its turn; after the last one, a supervisor is asked, unless they want one more."""
    now = datetime.now(UTC)
    if said.decision == "remind" or not everything_sent:
        # The workflow sends it; should that be gone, the sweep finds an invoice whose turn is long past.
        moment = now if said.decision == "remind" else turn
        await dunning.plan(conn, invoice.id, at=moment + FORGOTTEN_AFTER if everything_sent else moment)
        await remind_from(
            conn, invoice.customer_id, invoice.id, moment, invoice.dunning, event_id=f"dunning:{decision_id}", by=by
        )
    else:
        await dunning.plan(conn, invoice.id, at=turn)
