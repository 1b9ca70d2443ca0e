"""Reckoning with a customer's state: its deadlines, its open invoices. Pure; continue-as-new carries the state."""

from __future__ import annotations

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.account_mgmt import CareState, OpenedNudge, OpenInvoice
    from workflows.support import when

NUDGE, ANSWER = "nudge", "answer"
ENDED = frozenset({"lost", "cancelled"})
"""Stages after which the house's care is over."""

_SUMMARIES = {NUDGE: "Next reorder nudge", ANSWER: "Nudge waits for its answer"}


def deadlines(state: CareState) -> list[tuple[datetime, str]]:
    """Everything that falls due, each with what it is: an invoice's id, a nudge, or the answer to one."""
    found = [(invoice.due_at, invoice.invoice_id) for invoice in state.invoices]
    if state.nudge_item and state.nudge_answer_by:
        found.append((state.nudge_answer_by, ANSWER))
    if state.nudge_at and not state.nudge_item:
        found.append((state.nudge_at, NUDGE))
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


def with_invoice(state: CareState, invoice_id: str, due_at: datetime, level: int = 0) -> CareState:
    """The state with this invoice waiting for money."""
    invoice = OpenInvoice(invoice_id=invoice_id, due_at=due_at, level=level)
    others = without_invoice(state, invoice_id).invoices
    return state.model_copy(update={"invoices": [*others, invoice]})


def without_invoice(state: CareState, invoice_id: str) -> CareState:
    """The state without this invoice."""
    others = [invoice for invoice in state.invoices if invoice.invoice_id != invoice_id]
    return state.model_copy(update={"invoices": others})
