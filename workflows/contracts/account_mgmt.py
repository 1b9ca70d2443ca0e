"""Tier 3's contract: its workflow, the answers it takes, and its activities."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field
from temporalio import activity, workflow

from workflows.contracts.base import Answer, Cancel, ContactCard, Done, DoNotCall, InboundCall, Message
from workflows.contracts.catalogue import CataloguePage, ReadCatalogue
from workflows.contracts.commission import MoneyEvent
from workflows.contracts.conversion import OpenInbound, Reminded, WonOrder


class NudgeOutcome(StrEnum):
    """What a customer said when reminded of the next purchase."""

    ORDERED = "ordered"
    LATER = "later"
    NOT_NOW = "not_now"
    NEED_CHANGED = "need_changed"
    COMPLAINT = "complaint"
    LEFT = "left"


class OpenInvoice(Message):
    """An invoice that waits for money. `level` counts the reminders sent."""

    invoice_id: str
    due_at: datetime
    level: int = 0


class CarePolicy(Message):
    """What the workflow decides by."""

    version: int = 1
    dunning_steps: int = Field(default=3, ge=0, description="Payment reminders before the supervisor takes over.")
    max_escalations: int = Field(default=2, ge=0, description="Reminders of a nudge that nobody answered.")


class CareState(Message):
    """Everything that continue-as-new carries: deadlines are state, timers are made from them."""

    opened_by: str = Field(default="", description="Deal that opened the account; keys of effects contain it.")
    account_manager: str | None = None
    stage: str = "active"
    invoices: list[OpenInvoice] = Field(default_factory=list)
    nudge_number: int = 0
    nudge_at: datetime | None = None
    nudge_item: str | None = Field(default=None, description="Open nudge, if one waits for its answer.")
    nudge_answer_by: datetime | None = None
    nudge_escalations: int = 0
    inbound_calls: int = 0
    reports: int = 0
    policy: CarePolicy = CarePolicy()
    seen: list[str] = Field(default_factory=list, description="Event ids of the last answers, oldest first.")


class CustomerCareInput(Message):
    """One customer. `won` opens the account; `state` is set after continue-as-new instead."""

    customer_id: str
    contact: ContactCard | None = None
    won: WonOrder | None = None
    segment: str = ""
    state: CareState | None = None


class CustomerCareResult(Message):
    """Why the house's care ended."""

    stage: str
    reason: str | None = None


class WonAgain(Answer):
    """Tier 2 closed another sale with a customer who is already in care."""

    order: WonOrder


class OrderPlaced(Answer):
    """An order was taken and invoiced; the rhythm gives the next nudge."""

    order_id: str
    invoice_id: str
    due_at: datetime
    next_nudge_at: datetime
    money: MoneyEvent | None = Field(default=None, description="For the commission ledger.")


class InvoicePaid(Answer):
    """Money came. `settled` when nothing is left to pay."""

    invoice_id: str
    settled: bool
    money: MoneyEvent | None = Field(default=None, description="For the commission ledger.")


class InvoiceVoided(Answer):
    """An invoice needs no money any more: its order was cancelled or a credit note covers it."""

    invoice_id: str
    next_nudge_at: datetime | None = None
    money: MoneyEvent | None = Field(default=None, description="For the commission ledger.")


class MoneyMoved(Answer):
    """Money that changes no deadline: given back, or credited in part."""

    money: MoneyEvent


class NudgeAnswered(Answer):
    """What came of a nudge. With `ordered`, the order and its invoice."""

    item_id: str
    outcome: NudgeOutcome
    next_nudge_at: datetime | None = None
    order_id: str | None = None
    invoice_id: str | None = None
    due_at: datetime | None = None
    money: MoneyEvent | None = Field(default=None, description="For the commission ledger.")


class OpenAccount(Message):
    """Make the customer, its first order and invoice, and assign an account manager."""

    key: str
    workflow_id: str
    customer_id: str
    contact: ContactCard | None = None
    order: WonOrder
    segment: str = ""


class OpenedAccount(Message):
    """The account with its first deadlines."""

    account_manager: str | None = None
    invoice_id: str
    due_at: datetime
    next_nudge_at: datetime
    policy: CarePolicy = CarePolicy()


class OpenNudge(Message):
    """The customer's rhythm says it is time: open the reminder with its card."""

    key: str
    workflow_id: str
    customer_id: str
    number: int


class OpenedNudge(Message):
    """The open nudge, or (opted out, asked too lately) when to look again."""

    item_id: str | None = None
    answer_by: datetime | None = None
    look_again_at: datetime | None = None
    refused: str | None = None


class EscalateNudge(Message):
    """Nobody answered a nudge in time: the supervisor sees it."""

    key: str
    customer_id: str
    item_id: str
    level: int


class RemindInvoice(Message):
    """An invoice is overdue: the next step of dunning."""

    key: str
    workflow_id: str
    customer_id: str
    invoice_id: str
    level: int


class RemindedInvoice(Message):
    """When the next step is due. `settled` when it was paid or voided in the meantime."""

    next_at: datetime | None = None
    settled: bool = False


class CloseCustomer(Message):
    """The house's care ends; open work of the customer is cancelled."""

    key: str
    customer_id: str
    stage: str
    reason: str


class ReadCustomer(Message):
    """Ask for the contact card of a customer."""

    customer_id: str


class CustomerCard(Message):
    """The contact card with what tier 2 must know to win the customer back."""

    contact: ContactCard
    account_manager: str | None = None
    won_by: str | None = None
    history: str = ""


class FitTimingInput(Message):
    """How many fits there were before."""

    fits: int = 0


class RunFit(Message):
    """Fit the house's purchases now."""

    key: str


class FittedTiming(Message):
    """How many customers were foretold, and when to fit again."""

    customers: int
    next_at: datetime


class AccountMgmtActivities:
    """What tier 3 does for workflows."""

    @activity.defn(name="account_mgmt.open_account")
    async def open_account(self, request: OpenAccount) -> OpenedAccount:
        """Create customer, first order and invoice, assign an account manager, plan the first nudge."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.open_nudge")
    async def open_nudge(self, request: OpenNudge) -> OpenedNudge:
        """Open the reorder reminder as work of the account manager."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.escalate_nudge")
    async def escalate_nudge(self, request: EscalateNudge) -> Reminded:
        """Show an unanswered nudge to the supervisor."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.remind_invoice")
    async def remind_invoice(self, request: RemindInvoice) -> RemindedInvoice:
        """Carry out one dunning step of an overdue invoice."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.open_inbound")
    async def open_inbound(self, request: OpenInbound) -> Done:
        """Open an inbound call as urgent work of the account manager."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.close_customer")
    async def close_customer(self, request: CloseCustomer) -> Done:
        """End the care for a customer and cancel the open work."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.fit_timing")
    async def fit_timing(self, request: RunFit) -> FittedTiming:
        """Learn from all orders when customers buy next, and write it down for each."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.read_catalogue")
    async def read_catalogue(self, request: ReadCatalogue) -> CataloguePage:
        """Read what changed in the catalogue after a version."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.read_customer")
    async def read_customer(self, request: ReadCustomer) -> CustomerCard:
        """Read the card for a win-back."""
        raise NotImplementedError


@workflow.defn(name="CustomerCare")
class CustomerCareWorkflow(Protocol):
    """Interface of the customer-care workflow, for those who start or signal it."""

    @workflow.run
    async def run(self, start: CustomerCareInput) -> CustomerCareResult: ...

    @workflow.signal
    def won_again(self, answer: WonAgain) -> None: ...

    @workflow.signal
    def order_placed(self, answer: OrderPlaced) -> None: ...

    @workflow.signal
    def invoice_paid(self, answer: InvoicePaid) -> None: ...

    @workflow.signal
    def invoice_voided(self, answer: InvoiceVoided) -> None: ...

    @workflow.signal
    def money_moved(self, answer: MoneyMoved) -> None: ...

    @workflow.signal
    def nudge_answered(self, answer: NudgeAnswered) -> None: ...

    @workflow.signal
    def inbound_called(self, answer: InboundCall) -> None: ...

    @workflow.signal
    def do_not_call(self, answer: DoNotCall) -> None: ...

    @workflow.signal
    def cancel(self, answer: Cancel) -> None: ...
