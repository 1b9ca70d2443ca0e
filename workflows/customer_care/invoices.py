"""Open invoices of one customer: what orders and payments change, and dunning when one is overdue."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.account_mgmt import InvoicePaid, InvoiceReopened, InvoiceVoided, MoneyMoved, OrderPlaced
    from workflows.contracts.base import Answer
    from workflows.customer_care.account import Account
    from workflows.customer_care.state import with_invoice, without_invoice
    from workflows.deadlines import when


def hear_of_money(account: Account, answer: Answer) -> None:
    """Move the deadlines that an order or a payment changes."""
    match answer:
        case OrderPlaced(keeps_nudge=True):
            account.story.tell(f"Order {answer.order_id} by contract")
            account.state = with_invoice(account.state, answer.invoice_id, answer.due_at)
        case OrderPlaced():
            account.story.tell(f"Order {answer.order_id} placed, next nudge {when(answer.next_nudge_at)}")
            account.state = with_invoice(account.state, answer.invoice_id, answer.due_at)
            account.plan_nudge(answer.next_nudge_at)
            if answer.stage:
                account.change_status(answer.stage)
        case InvoicePaid():
            account.story.tell(f"Payment for invoice {answer.invoice_id}{', settled' if answer.settled else ''}")
            if answer.settled:
                account.state = without_invoice(account.state, answer.invoice_id)
        case InvoiceReopened():
            account.story.tell(f"Invoice {answer.invoice_id} is reminded of from {when(answer.due_at)} on")
            account.state = with_invoice(account.state, answer.invoice_id, answer.due_at, answer.level)
        case InvoiceVoided():
            account.story.tell(f"Invoice {answer.invoice_id} need not be paid any more")
            account.state = without_invoice(account.state, answer.invoice_id)
            account.plan_nudge(answer.next_nudge_at)
        case MoneyMoved(money=money):
            account.story.tell(f"Money {money.kind}: {money.amount.amount} {money.amount.currency}")


async def remind_invoice(account: Account, invoice_id: str) -> None:
    """Take the next dunning step, and set the deadline of the one after it."""
    invoice = next(i for i in account.state.invoices if i.invoice_id == invoice_id)
    level = invoice.level + 1
    reminded = await account.activities.remind_invoice(invoice_id, level)
    account.state = without_invoice(account.state, invoice_id)
    if reminded.settled:
        return
    if reminded.put_off and reminded.next_at:
        account.story.tell(f"Reminders of invoice {invoice_id} rest until {when(reminded.next_at)}")
        account.state = with_invoice(account.state, invoice_id, reminded.next_at, invoice.level)
        return
    way = f" by {reminded.by}" if reminded.by else ""
    account.story.tell(f"Invoice {invoice_id} is overdue: dunning step {level}{way}")
    account.shown.show(overdue=True)
    # After the last step a supervisor decides, who is asked by the records: no deadline, but payment still settles it.
    if reminded.next_at and level < account.state.policy.dunning_steps:
        account.state = with_invoice(account.state, invoice_id, reminded.next_at, level)
