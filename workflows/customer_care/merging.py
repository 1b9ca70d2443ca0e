"""Two customers who are one: one care goes on; the other passes on what comes late, and ends when nothing can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.account_mgmt import (
        CustomerCareWorkflow,
        CustomersMerged,
        InvoicePaid,
        InvoiceReopened,
        InvoiceVoided,
        MoneyMoved,
        NudgeAnswered,
        OrderPlaced,
        WonAgain,
    )
    from workflows.contracts.base import Answer, DoNotCall, InboundCall
    from workflows.customer_care.account import Account
    from workflows.customer_care.state import with_invoice, without_invoice
    from workflows.relay import tell_customer_care

_PASSED_ON: dict[type[Answer], Callable[..., Any]] = {
    OrderPlaced: CustomerCareWorkflow.order_placed,
    InvoicePaid: CustomerCareWorkflow.invoice_paid,
    InvoiceVoided: CustomerCareWorkflow.invoice_voided,
    InvoiceReopened: CustomerCareWorkflow.invoice_reopened,
    MoneyMoved: CustomerCareWorkflow.money_moved,
    NudgeAnswered: CustomerCareWorkflow.nudge_answered,
    WonAgain: CustomerCareWorkflow.won_again,
    InboundCall: CustomerCareWorkflow.inbound_called,
    DoNotCall: CustomerCareWorkflow.do_not_call,
}
"""What is about the customer, whoever's record it is in; news of the record that went is nobody's any more."""


def hear_of_merge(account: Account, answer: CustomersMerged) -> None:
    """This customer went into another one, took one in, or is one by itself again."""
    if answer.into:
        account.go_into(answer.into)
        return
    if answer.apart:
        account.set(merged_into=None, merged_until=None, invoices=[])
        account.story.tell("The merge was undone: this care goes on")
    elif answer.takes or not answer.leaves:
        account.story.tell("Another customer was merged into this one")
    for invoice_id in answer.leaves:
        account.state = without_invoice(account.state, invoice_id)
    for invoice in answer.takes:
        account.state = with_invoice(account.state, invoice.invoice_id, invoice.due_at, invoice.level)
    account.plan_nudge(answer.next_nudge_at)


async def pass_on(account: Account, into: str, answer: Answer) -> None:
    """Give an answer that came for this customer to the care of the one it was merged into."""
    signal = _PASSED_ON.get(type(answer))
    name = type(answer).__name__
    if signal is None:
        account.story.tell(f"{name}: of a record that was merged, and done with")
    elif await tell_customer_care(into, signal, answer):
        account.story.tell(f"{name}: passed on to customer {into}")
    else:
        account.story.tell(f"{name}: the care of customer {into} has ended")
