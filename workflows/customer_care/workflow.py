"""Tier 3: look after a customer for years: invoices until they are paid, the next reorder nudge, what came of it.

An entity workflow. Deadlines are state, so that continue-as-new keeps them; the one timer that runs is always
made from the earliest.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import ids
    from workflows.contracts.account_mgmt import (
        CareState,
        CustomerCareInput,
        CustomerCareResult,
        InvoicePaid,
        InvoiceVoided,
        MoneyMoved,
        NudgeAnswered,
        NudgeOutcome,
        OrderPlaced,
        WonAgain,
    )
    from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall, Tier
    from workflows.contracts.conversion import ConversionWorkflow, HandedOver, HandOverReason
    from workflows.contracts.customer_status import AccountManagerChanged, CustomerStatusChanged, OptedIn
    from workflows.contracts.deal import WonOrder
    from workflows.customer_care.activities import Activities
    from workflows.customer_care.signals import CareListener
    from workflows.customer_care.state import (
        ANSWER,
        ENDED,
        NUDGE,
        UNOPENED,
        deadlines,
        is_overdue,
        nudge_words,
        put_off,
        summary,
        with_invoice,
        with_nudge,
        with_nudge_at,
        with_unopened,
        without_invoice,
    )
    from workflows.deadlines import earliest, must_continue_as_new, spread, when
    from workflows.inbox import Inbox
    from workflows.relay import hand_to_conversion, tell_conversion
    from workflows.tier_reports import Register
    from workflows.visibility import Shown, Story


OUTLIVES = "care-ends-without-debts-and-with-an-empty-inbox"
RETRY_AFTER = timedelta(hours=1)


@workflow.defn(name="CustomerCare")
class CustomerCare(CareListener):
    """One customer, from the first order until it leaves."""

    @workflow.init
    def __init__(self, start: CustomerCareInput) -> None:
        self._start = start
        self._me = ids.customer(start.customer_id)
        self._state = start.state or CareState(opened_by=start.won.deal_id if start.won else "")
        self._inbox = Inbox(self._state.seen)
        self._story = Story("Customer care")
        self._shown = Shown()
        self._key = f"{self._me}:{self._state.opened_by}"
        self._activities = Activities(start, self._me, self._key)
        self._register = Register(self._key, self._state.reports)
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
                if self._state.stage in ENDED:
                    await self._register.told()
            return CustomerCareResult(stage=self._state.stage, reason=self._reason)
        except (asyncio.CancelledError, FailureError) as error:
            if not is_cancelled_exception(error):
                raise
            await self._close("cancelled", "cancelled by ops")
            await self._register.told()
            raise

    def _goes_on(self) -> bool:
        """Until the customer has left, owes nothing that is still reminded of, and the inbox is empty.

        Nothing is awaited between this look into the inbox and the end.
        """
        if self._state.stage not in ENDED:
            return True
        owes = self._state.stage == "lost" and bool(self._state.invoices)
        return (owes or not self._inbox.empty) and workflow.patched(OUTLIVES)

    async def _begin(self, start: CustomerCareInput) -> None:
        """The first run: tier 2 won the customer, or an import brought an existing one."""
        if start.won is not None:
            await self._open_account(start.won)
        elif start.imported:
            await self._adopt_account()

    async def _next_event(self) -> None:
        """Wait for an answer or for the earliest deadline, and act on it."""
        due = earliest(deadlines(self._state))
        answer = await self._inbox.next(due[0], summary(due[1])) if due else await self._inbox.next()
        if answer is not None:
            await self._hear(answer)
        elif due:
            await self._fall_due(due[1])
        self._show()

    async def _fall_due(self, what: str) -> None:
        """Do what is due. A refusal is told and tried again later: care of years does not die of one bad record."""
        try:
            if what == NUDGE:
                await self._open_nudge()
            elif what == ANSWER:
                await self._escalate_nudge()
            elif what == UNOPENED:
                await self._open_next_account()
            else:
                await self._remind_invoice(what)
        except ActivityError as error:
            self._put_off(what, error)

    def _put_off(self, what: str, error: ActivityError) -> None:
        if is_cancelled_exception(error):
            raise error
        again = workflow.now() + RETRY_AFTER
        self._story.tell(f"{summary(what)}: refused, tried again {when(again)}. {error.cause}")
        self._state = put_off(self._state, what, again)
        self._shown.show(overdue=True)

    async def _hear(self, answer: Answer) -> None:
        """What an answer means for this customer."""
        if moved := getattr(answer, "money", None):
            self._register.money(moved)
        if self._state.stage in ENDED:
            await self._hear_after_the_end(answer)
            return
        match answer:
            case NudgeAnswered():
                await self._nudge_answered(answer)
            case OrderPlaced() | InvoicePaid() | InvoiceVoided() | MoneyMoved():
                self._hear_of_money(answer)
            case WonAgain():
                self._story.tell("Tier 2 closed another sale")
                await self._open_account(answer.order)
            case CustomerStatusChanged(standing="lost"):
                await self._win_back(answer.reason)
            case CustomerStatusChanged():
                self._story.tell(f"{answer.standing.replace('_', ' ').capitalize()}: {answer.reason}")
                self._change_status(answer.standing)
            case OptedIn():
                self._set(stage="at_risk")
                self._change_status("active")
                self._plan_nudge(answer.next_nudge_at)
                self._story.tell(f"Reminders are welcome again: next nudge {when(answer.next_nudge_at)}")
            case AccountManagerChanged():
                self._change_account_manager(answer.account_manager)
            case InboundCall():
                await self._open_inbound(answer)
            case DoNotCall():
                self._story.tell("Opted out: no more nudges")
                await self._close("opted_out", answer.reason)
                self._set(nudge_at=None, nudge_item=None)
            case Cancel():
                self._reason = answer.reason
                await self._close("cancelled", answer.reason)

    async def _hear_after_the_end(self, answer: Answer) -> None:
        """The customer has left: tier 2 gets the calls, money settles what is still owed, another sale begins anew."""
        match answer:
            case WonAgain():
                self._story.tell("Won back: tier 2 closed another sale")
                await self._open_account(answer.order)
            case OrderPlaced() | InvoicePaid() | InvoiceVoided() | MoneyMoved():
                self._hear_of_money(answer)
            case InboundCall():
                self._story.tell("The former customer called: tier 2 has the call")
                if not await tell_conversion(self._start.customer_id, ConversionWorkflow.inbound_called, answer):
                    await self._hand_to_tier_2(reason=HandOverReason.INBOUND, call=answer)
            case Cancel():
                self._set(stage="cancelled", invoices=[])

    def _hear_of_money(self, answer: Answer) -> None:
        """Move the deadlines that an order or a payment changes."""
        match answer:
            case OrderPlaced():
                self._story.tell(f"Order {answer.order_id} placed, next nudge {when(answer.next_nudge_at)}")
                self._state = with_invoice(self._state, answer.invoice_id, answer.due_at)
                self._plan_nudge(answer.next_nudge_at)
                if answer.stage:
                    self._change_status(answer.stage)
            case InvoicePaid():
                self._story.tell(f"Payment for invoice {answer.invoice_id}{', settled' if answer.settled else ''}")
                if answer.settled:
                    self._state = without_invoice(self._state, answer.invoice_id)
            case InvoiceVoided():
                self._story.tell(f"Invoice {answer.invoice_id} need not be paid any more")
                self._state = without_invoice(self._state, answer.invoice_id)
                self._plan_nudge(answer.next_nudge_at)
            case MoneyMoved(money=money):
                self._story.tell(f"Money {money.kind}: {money.amount.amount} {money.amount.currency}")

    # The account

    async def _adopt_account(self) -> None:
        """An existing customer: nothing was sold now, and the register may not know it yet."""
        account = await self._activities.adopt_account()
        self._set(account_manager=account.account_manager, stage="active", policy=account.policy)
        self._plan_nudge(account.next_nudge_at)
        self._story.tell(
            f"Imported: {account.account_manager} is the account manager, next nudge {when(account.next_nudge_at)}"
        )
        self._register.introduce(self._start.customer_id, account.contact, account.account_manager)
        self._show()

    async def _open_account(self, order: WonOrder) -> None:
        self._state = with_unopened(self._state, order, workflow.now())
        await self._fall_due(UNOPENED)

    async def _open_next_account(self) -> None:
        """Open the account of the first sale that waits for it. Refused, the sale goes on waiting."""
        self._set(stage="active")
        account = await self._activities.open_account(self._state.unopened[0])
        self._set(account_manager=account.account_manager, policy=account.policy, unopened=self._state.unopened[1:])
        self._state = with_invoice(self._state, account.invoice_id, account.due_at)
        self._plan_nudge(account.next_nudge_at)
        self._story.tell(
            f"Account manager {account.account_manager}; invoice due {when(account.due_at)}; "
            f"next nudge {when(account.next_nudge_at)}"
        )
        self._register.tell(self._start.customer_id, Tier.ACCOUNT_MGMT, "active", account.account_manager)
        self._show()

    async def _open_inbound(self, answer: InboundCall) -> None:
        self._set(inbound_calls=self._state.inbound_calls + 1)
        self._story.tell(f"The customer called: urgent work of {self._state.account_manager}")
        await self._activities.open_inbound(answer, self._state.inbound_calls)

    def _change_status(self, stage: str) -> None:
        """The customer's status from now on; who opted out stays opted out."""
        if self._state.stage in ("opted_out", stage):
            return
        self._set(stage=stage)
        self._register.tell(self._start.customer_id, Tier.ACCOUNT_MGMT, stage, self._state.account_manager)

    def _change_account_manager(self, account_manager: str) -> None:
        self._set(account_manager=account_manager)
        self._story.tell(f"{account_manager} is the account manager from now on")
        self._register.tell(self._start.customer_id, Tier.ACCOUNT_MGMT, self._state.stage, account_manager)

    async def _close(self, stage: str, reason: str) -> None:
        await self._activities.close(stage, reason)
        self._set(stage=stage)
        self._register.tell(self._start.customer_id, Tier.ACCOUNT_MGMT, stage, self._state.account_manager)

    # Nudges

    async def _open_nudge(self) -> None:
        number = self._state.nudge_number + 1
        nudge = await self._activities.open_nudge(number)
        self._state = with_nudge(self._state, number, nudge)
        self._story.tell(nudge_words(nudge, number, self._state.account_manager))

    async def _escalate_nudge(self) -> None:
        level = self._state.nudge_escalations + 1
        again = await self._activities.escalate_nudge(self._state.nudge_number, self._state.nudge_item or "", level)
        last = level >= self._state.policy.max_escalations
        self._set(nudge_escalations=level, nudge_answer_by=None if last else again.next_at)
        self._story.tell(f"Nudge {self._state.nudge_number} unanswered: the supervisor sees it")
        self._shown.show(overdue=True)

    async def _nudge_answered(self, answer: NudgeAnswered) -> None:
        self._story.tell(f"Nudge {self._state.nudge_number}: {answer.outcome.replace('_', ' ')} ({answer.by})")
        self._shown.show(overdue=False)
        self._set(nudge_item=None, nudge_answer_by=None, nudge_at=None)
        if answer.invoice_id and answer.due_at:
            self._state = with_invoice(self._state, answer.invoice_id, answer.due_at)
        if answer.outcome is NudgeOutcome.LEFT:
            await self._win_back("the customer left")
            return
        self._set(stage="at_risk" if answer.outcome is NudgeOutcome.COMPLAINT else "active")
        self._plan_nudge(answer.next_nudge_at)

    async def _win_back(self, reason: str) -> None:
        """The customer left: tier 2 gets it as a warm lead with the whole story, unless it opted out."""
        self._reason = reason
        if self._state.stage == "opted_out":
            await self._close("lost", reason)
            return
        await self._hand_to_tier_2()

    async def _hand_to_tier_2(self, reason: HandOverReason | None = None, call: InboundCall | None = None) -> None:
        """Tier 2 gets the customer as a warm lead, or a call of a former one."""
        customer_id = self._start.customer_id
        hand_over = await self._activities.win_back(self._state.nudge_number)
        if call is not None:
            changes = {"id": call.event_id, "reason": reason, "inbound_call_id": call.inbound_call_id}
            hand_over = hand_over.model_copy(update=changes)
        self._set(stage="lost", nudge_at=None, nudge_item=None, nudge_answer_by=None)
        self._register.tell(
            customer_id, Tier.CONVERSION, hand_over.reason, hand_over.sticky_manager, ids.conversion(customer_id)
        )
        answer = HandedOver(event_id=f"{hand_over.id}:handed-over", at=workflow.now(), by=self._me, hand_over=hand_over)
        if not await hand_to_conversion(hand_over, answer):
            self._story.tell("Tier 2 already has this lead, and hears that it comes back")

    # Invoices

    async def _remind_invoice(self, invoice_id: str) -> None:
        invoice = next(i for i in self._state.invoices if i.invoice_id == invoice_id)
        level = invoice.level + 1
        reminded = await self._activities.remind_invoice(invoice_id, level)
        self._state = without_invoice(self._state, invoice_id)
        if reminded.settled:
            return
        way = f" by {reminded.by}" if reminded.by else ""
        self._story.tell(f"Invoice {invoice_id} is overdue: dunning step {level}{way}")
        self._shown.show(overdue=True)
        # After the last step the invoice is the supervisor's: no deadline, but payment still settles it.
        if reminded.next_at and level < self._state.policy.dunning_steps:
            self._state = with_invoice(self._state, invoice_id, reminded.next_at, level)

    # State

    def _plan_nudge(self, moment: datetime | None) -> None:
        if moment:
            self._state = with_nudge_at(self._state, spread(moment))

    def _set(self, **changes: object) -> None:
        self._state = self._state.model_copy(update=changes)

    def _show(self) -> None:
        due = earliest(deadlines(self._state))
        self._shown.show(
            stage=self._state.stage,
            owner=self._state.account_manager,
            next_action_at=due[0] if due else None,
            overdue=is_overdue(self._state),
        )

    async def _continue_if_long(self) -> None:
        """Go on in a new run before this one's history is long; an ended care does not."""
        if self._state.stage in ENDED or not must_continue_as_new(inbox_empty=self._inbox.empty):
            return
        await self._register.told()
        if not self._inbox.empty:
            return
        state = self._state.model_copy(update={"seen": self._inbox.seen, "reports": self._register.number})
        # The contact card stays in the records; it need not travel for years.
        workflow.continue_as_new(self._start.model_copy(update={"state": state, "won": None, "contact": None}))
