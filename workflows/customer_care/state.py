"""What follows from a customer's state, which continue-as-new carries: deadlines, open invoices. Pure functions."""

from __future__ import annotations

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.account_mgmt import CareState, OpenedNudge, OpenInvoice
    from workflows.contracts.deal import WonOrder
    from workflows.deadlines import when

NUDGE, ANSWER, UNOPENED, REFUSED, MERGED = "nudge", "answer", "unopened", "refused", "merged"
ENDED = frozenset({"lost", "cancelled", MERGED})
"""Stages after which customer care is over."""

_SUMMARIES = {
    NUDGE: "Next reorder nudge",
    ANSWER: "Nudge waits for its answer",
    UNOPENED: "A sale waits for its account",
    MERGED: "Merged: late answers are passed on until then",
    REFUSED: "Answers that were refused",
}


def deadlines(state: CareState) -> list[tuple[datetime, str]]:
    """Everything that falls due, each with what it is: an invoice's id, a nudge, or the answer to one."""
    if state.merged_into:
        return [(state.merged_until, MERGED)] if state.merged_until else []
    found = [(invoice.due_at, invoice.invoice_id) for invoice in state.invoices]
    if state.nudge_item and state.nudge_answer_by:
        found.append((state.nudge_answer_by, ANSWER))
    if state.nudge_at and not state.nudge_item:
        found.append((state.nudge_at, NUDGE))
    if state.unopened and state.retry_at:
        found.append((state.retry_at, UNOPENED))
    return found


def summary(what: str) -> str:
    """What the timer of a deadline is called in the history."""
    return _SUMMARIES.get(what, "Invoice is due")


def nudge_words(nudge: OpenedNudge, number: int, account_manager: str | None) -> str:
    """What became of a nudge that was due, for the story."""
    if not nudge.item_id:
        return f"No nudge: {nudge.refused}; looked at again {when(nudge.look_again_at)}"
    way = " went by mail and" if nudge.mailed else ""
    return f"Reorder nudge {number}{way} is on the list of {account_manager}, answer by {when(nudge.answer_by)}"


def is_overdue(state: CareState) -> bool:
    """A nudge was escalated, or an invoice dunned."""
    return bool(state.nudge_escalations or any(invoice.level for invoice in state.invoices))


def with_nudge_at(state: CareState, moment: datetime) -> CareState:
    """The state with the next nudge moved, unless the customer opted out or has a nudge to answer right now."""
    if state.stage == "opted_out" or state.nudge_item:
        return state
    return state.model_copy(update={"nudge_at": moment})


def with_nudge(state: CareState, number: int, nudge: OpenedNudge) -> CareState:
    """The state after a nudge fell due: one waits for its answer, or the day to look again is known."""
    update = {
        "nudge_number": number,
        "nudge_item": nudge.item_id,
        "nudge_at": nudge.look_again_at,
        "nudge_answer_by": nudge.answer_by,
        "nudge_escalations": 0,
    }
    return state.model_copy(update=update)


def with_invoice(state: CareState, invoice_id: str, due_at: datetime, level: int = 0) -> CareState:
    """The state with this invoice waiting for money."""
    invoice = OpenInvoice(invoice_id=invoice_id, due_at=due_at, level=level)
    others = without_invoice(state, invoice_id).invoices
    return state.model_copy(update={"invoices": [*others, invoice]})


def without_invoice(state: CareState, invoice_id: str) -> CareState:
    """The state without this invoice."""
    others = [invoice for invoice in state.invoices if invoice.invoice_id != invoice_id]
    return state.model_copy(update={"invoices": others})


def with_unopened(state: CareState, order: WonOrder, due_at: datetime) -> CareState:
    """The state with a sale whose account is still to be opened."""
    return state.model_copy(update={"unopened": [*state.unopened, order], "retry_at": due_at})


def put_off(state: CareState, what: str, moment: datetime) -> CareState:
    """The state with something that was refused falling due again."""
    if what == NUDGE:
        return state.model_copy(update={"nudge_at": moment})
    if what == ANSWER:
        return state.model_copy(update={"nudge_answer_by": moment})
    if what == UNOPENED:
        return state.model_copy(update={"retry_at": moment})
    level = next(invoice.level for invoice in state.invoices if invoice.invoice_id == what)
    return with_invoice(state, what, moment, level)
