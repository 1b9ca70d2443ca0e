"""Reorder nudges of one customer: opened when due, escalated when unanswered, followed by the next."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.account_mgmt import NudgeAnswered, NudgeOutcome
    from workflows.customer_care.account import Account
    from workflows.customer_care.state import nudge_words, with_invoice, with_nudge


async def open_nudge(account: Account) -> None:
    """Put the customer on the account manager's list, or hear when to look again."""
    number = account.state.nudge_number + 1
    nudge = await account.activities.open_nudge(number)
    account.state = with_nudge(account.state, number, nudge)
    account.story.tell(nudge_words(nudge, number, account.state.account_manager))


async def escalate_nudge(account: Account) -> None:
    """Nobody answered the nudge in time: the supervisor sees it."""
    level = account.state.nudge_escalations + 1
    again = await account.activities.escalate_nudge(account.state.nudge_number, account.state.nudge_item or "", level)
    last = level >= account.state.policy.max_escalations
    account.set(nudge_escalations=level, nudge_answer_by=None if last else again.next_at)
    account.story.tell(f"Nudge {account.state.nudge_number} unanswered: the supervisor sees it")
    account.shown.show(overdue=True)


def take_answer(account: Account, answer: NudgeAnswered) -> None:
    """What came of the nudge; that the customer left is not this module's business."""
    account.story.tell(f"Nudge {account.state.nudge_number}: {answer.outcome.replace('_', ' ')} ({answer.by})")
    account.shown.show(overdue=False)
    account.set(nudge_item=None, nudge_answer_by=None, nudge_at=None)
    if answer.invoice_id and answer.due_at:
        account.state = with_invoice(account.state, answer.invoice_id, answer.due_at)
    if answer.outcome is not NudgeOutcome.LEFT:
        account.set(stage="at_risk" if answer.outcome is NudgeOutcome.COMPLAINT else "active")
        account.plan_nudge(answer.next_nudge_at)
