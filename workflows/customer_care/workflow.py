"""Tier 3: look after a customer for years: invoices until they are paid, the next reorder nudge, what came of it.

An entity workflow. Deadlines are state, so that continue-as-new keeps them; the one timer that runs is always
made from the earliest.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.account_mgmt import (
        CustomerCareInput,
        CustomerCareResult,
        CustomersMerged,
        InvoicePaid,
        InvoiceReopened,
        InvoiceVoided,
        MoneyMoved,
        NudgeAnswered,
        NudgeOutcome,
        OrderPlaced,
        WonAgain,
    )
    from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall
    from workflows.contracts.customer_status import AccountManagerChanged, CustomerStatusChanged, NudgeMoved, OptedIn
    from workflows.contracts.deal import WonOrder
    from workflows.customer_care.account import Account
    from workflows.customer_care.invoices import hear_of_money, remind_invoice
    from workflows.customer_care.merging import hear_of_merge, pass_on
    from workflows.customer_care.nudges import escalate_nudge, open_nudge, take_answer
    from workflows.customer_care.signals import CareListener
    from workflows.customer_care.state import (
        ANSWER,
        ENDED,
        MERGED,
        NUDGE,
        REFUSED,
        UNOPENED,
        deadlines,
        put_off,
        summary,
    )
    from workflows.customer_care.win_back import put_through, win_back
    from workflows.deadlines import earliest, must_continue_as_new, when
    from workflows.inbox import Inbox


OUTLIVES = "care-ends-without-debts-and-with-an-empty-inbox"
OWES_CANCELLED = "debts-outlive-a-cancelled-care"
RETRY_AFTER, RETRY_DAILY = timedelta(hours=1), timedelta(days=1)


@workflow.defn(name="CustomerCare")
class CustomerCare(CareListener):
    """One customer, from the first order until it leaves."""

    @workflow.init
    def __init__(self, start: CustomerCareInput) -> None:
        self._account = Account(start)
        self._inbox = Inbox(self._account.state.seen)
        self._refused: list[Answer] = []
        self._refusals = 0
        self._hear_again_at: datetime | None = None
        self._reason: str | None = None

    @workflow.run
    async def run(self, start: CustomerCareInput) -> CustomerCareResult:
        """Open the account, then look after it: whatever is answered or falls due first comes next."""
        try:
            if start.state is None:
                await self._begin(start)
            while self._goes_on():
                await self._next_event()
                await self._continue_if_long()
                if self._ended:
                    await self._account.register.told()
            return CustomerCareResult(stage=self._account.state.stage, reason=self._reason)
        except (asyncio.CancelledError, FailureError) as error:
            if not is_cancelled_exception(error):
                raise
            await self._account.close("cancelled", "cancelled by ops")
            await self._account.register.told()
            raise

    @property
    def _ended(self) -> bool:
        return self._account.state.stage in ENDED

    def _goes_on(self) -> bool:
        """Until the customer has left, owes nothing that is still reminded of, and nothing waits to be heard.

        Nothing is awaited between this look into the inbox and the end.
        """
        if not self._ended or (self._account.state.merged_into and self._account.state.stage != MERGED):
            return True
        state = self._account.state
        owes = bool(state.invoices) and (state.stage == "lost" or workflow.patched(OWES_CANCELLED))
        return (owes or bool(self._refused) or not self._inbox.empty) and workflow.patched(OUTLIVES)

    async def _begin(self, start: CustomerCareInput) -> None:
        """The first run: tier 2 won the customer, or an import brought an existing one."""
        if start.won is not None:
            await self._open_account(start.won)
        elif start.imported:
            await self._account.adopt()

    async def _open_account(self, order: WonOrder) -> None:
        self._account.note_sale(order)
        await self._fall_due(UNOPENED)

    async def _next_event(self) -> None:
        """Wait for an answer or for the earliest deadline, and act on it."""
        due = earliest(self._deadlines())
        answer = await self._inbox.next(due[0], summary(due[1])) if due else await self._inbox.next()
        if answer is not None:
            await self._take(answer)
        elif due:
            await self._fall_due(due[1])
        self._account.show()

    def _deadlines(self) -> list[tuple[datetime, str]]:
        again = [(self._hear_again_at, REFUSED)] if self._hear_again_at else []
        return [*deadlines(self._account.state), *again]

    # One bad record does not end the care of years: what is refused is told, and tried again later.

    async def _fall_due(self, what: str) -> None:
        """Do what is due."""
        try:
            if what == NUDGE:
                await open_nudge(self._account)
            elif what == ANSWER:
                await escalate_nudge(self._account)
            elif what == UNOPENED:
                await self._account.open_next()
            elif what == REFUSED:
                await self._hear_again()
            elif what == MERGED:
                self._account.set(stage=MERGED)
            else:
                await remind_invoice(self._account, what)
        except FailureError as error:
            self._tell_refusal(summary(what), error)
            self._account.state = put_off(self._account.state, what, workflow.now() + RETRY_AFTER)

    async def _take(self, answer: Answer) -> None:
        """Hear an answer."""
        try:
            await self._hear(answer)
        except FailureError as error:
            self._tell_refusal(type(answer).__name__, error)
            self._refused.append(answer)
            # Rarer every time: they hold up the continuing as new, and a history must stay far from its limit.
            self._hear_again_at = workflow.now() + min(RETRY_AFTER * 2**self._refusals, RETRY_DAILY)
            self._refusals = min(self._refusals + 1, 5)

    async def _hear_again(self) -> None:
        refused, self._refused, self._hear_again_at = self._refused, [], None
        for answer in refused:
            await self._take(answer)
        if not self._refused:
            self._refusals = 0

    def _tell_refusal(self, what: str, error: FailureError) -> None:
        """Show people that something was refused, and why."""
        if is_cancelled_exception(error):
            raise error
        self._account.story.tell(f"{what}: refused, and tried again later. {error.cause or error}")
        self._account.shown.show(overdue=True)

    # What people answer

    async def _hear(self, answer: Answer) -> None:
        """What an answer means for this customer."""
        account = self._account
        if moved := getattr(answer, "money", None):
            account.register.money(moved)
        match answer:
            case CustomersMerged():
                hear_of_merge(account, answer)
            case _ if account.state.merged_into and not isinstance(answer, Cancel):
                await pass_on(account, account.state.merged_into, answer)
            case OrderPlaced() | InvoicePaid() | InvoiceReopened() | InvoiceVoided() | MoneyMoved():
                hear_of_money(account, answer)
            case WonAgain():
                account.story.tell("Tier 2 closed another sale")
                await self._open_account(answer.order)
            case InboundCall() if self._ended:
                await put_through(account, answer)
            case InboundCall():
                await self._open_inbound(answer)
            case Cancel():
                await self._cancel(answer)
            case _ if not self._ended:
                await self._hear_in_care(answer)

    async def _hear_in_care(self, answer: Answer) -> None:
        """What only matters while the customer is one."""
        account = self._account
        match answer:
            case NudgeAnswered():
                take_answer(account, answer)
                if answer.outcome is NudgeOutcome.LEFT:
                    await self._win_back("the customer left")
            case CustomerStatusChanged(standing="lost"):
                await self._win_back(answer.reason)
            case CustomerStatusChanged():
                account.story.tell(f"{answer.standing.replace('_', ' ').capitalize()}: {answer.reason}")
                account.change_status(answer.standing)
            case OptedIn():
                account.set(stage="at_risk")
                account.change_status("active")
                account.plan_nudge(answer.next_nudge_at)
                account.story.tell(f"Reminders are welcome again: next nudge {when(answer.next_nudge_at)}")
            case NudgeMoved():
                account.plan_nudge(answer.next_nudge_at)
                account.story.tell(f"Their clock is known better: next nudge {when(answer.next_nudge_at)}")
            case AccountManagerChanged():
                account.change_account_manager(answer.account_manager)
            case DoNotCall():
                account.story.tell("Opted out: no more nudges")
                await account.close("opted_out", answer.reason)
                account.set(nudge_at=None, nudge_item=None)

    async def _open_inbound(self, call: InboundCall) -> None:
        self._account.set(inbound_calls=self._account.state.inbound_calls + 1)
        self._account.story.tell(f"The customer called: urgent work of {self._account.state.account_manager}")
        await self._account.activities.open_inbound(call, self._account.state.inbound_calls)

    async def _win_back(self, reason: str) -> None:
        self._reason = reason
        await win_back(self._account, reason)

    async def _cancel(self, answer: Cancel) -> None:
        if self._ended:
            if not workflow.patched(OWES_CANCELLED):
                self._account.set(stage="cancelled", invoices=[])
            return
        self._reason = answer.reason
        await self._account.close("cancelled", answer.reason)

    async def _continue_if_long(self) -> None:
        """Go on in a new run before this one's history is long; an ended care does not."""
        if self._ended or self._refused or not must_continue_as_new(inbox_empty=self._inbox.empty):
            return
        await self._account.register.told()
        if not self._inbox.empty:
            return
        account = self._account
        state = account.state.model_copy(update={"seen": self._inbox.seen, "reports": account.register.number})
        # The contact card stays in the records; it need not travel for years.
        workflow.continue_as_new(account.start.model_copy(update={"state": state, "won": None, "contact": None}))
