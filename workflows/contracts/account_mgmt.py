"""Tier 3's contract: its workflow and the answers it takes; with its activities, all that other tiers know of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field
from temporalio import workflow

from workflows.contracts.account_mgmt_activities import AccountMgmtActivities as AccountMgmtActivities
from workflows.contracts.account_mgmt_activities import CarePolicy as CarePolicy
from workflows.contracts.account_mgmt_activities import CloseCustomer as CloseCustomer
from workflows.contracts.account_mgmt_activities import CustomerCard as CustomerCard
from workflows.contracts.account_mgmt_activities import EscalateNudge as EscalateNudge
from workflows.contracts.account_mgmt_activities import OpenAccount as OpenAccount
from workflows.contracts.account_mgmt_activities import OpenedAccount as OpenedAccount
from workflows.contracts.account_mgmt_activities import OpenedNudge as OpenedNudge
from workflows.contracts.account_mgmt_activities import OpenNudge as OpenNudge
from workflows.contracts.account_mgmt_activities import ReadCustomer as ReadCustomer
from workflows.contracts.account_mgmt_activities import RemindedInvoice as RemindedInvoice
from workflows.contracts.account_mgmt_activities import RemindInvoice as RemindInvoice
from workflows.contracts.base import Answer, Cancel, ContactCard, DoNotCall, InboundCall, Message
from workflows.contracts.commission import MoneyEvent
from workflows.contracts.customer_status import AccountManagerChanged, CustomerStatusChanged, NudgeMoved, OptedIn
from workflows.contracts.deal import WonOrder


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
    unopened: list[WonOrder] = Field(default_factory=list, description="Sales whose account could not be opened yet.")
    retry_at: datetime | None = None
    seen: list[str] = Field(default_factory=list, description="Event ids of the last answers, oldest first.")
    merged_into: str | None = Field(default=None, description="The customer whose care hears of everything now.")
    merged_until: datetime | None = Field(default=None, description="When nothing can be on its way any more.")


class CustomerCareInput(Message):
    """One customer. `won` opens the account; `state` is set after continue-as-new instead."""

    customer_id: str
    contact: ContactCard | None = None
    won: WonOrder | None = None
    segment: str = ""
    imported: bool = Field(default=False, description="An existing customer from an import: nothing was sold now.")
    state: CareState | None = None
    reports_itself: bool = Field(
        default=True, description="Runs that began before reports went by the outbox (ADR 15) send them themselves."
    )


class CustomerCareResult(Message):
    """Why customer care ended."""

    stage: str
    reason: str | None = None


class WonAgain(Answer):
    """Tier 2 closed another sale with a customer who is already in care."""

    order: WonOrder


class OrderPlaced(Answer):
    """An order was taken and invoiced; the customer's reorder cycle gives the next nudge."""

    order_id: str
    invoice_id: str
    due_at: datetime
    next_nudge_at: datetime
    keeps_nudge: bool = Field(
        default=False, description="A contract brought it: the nudge that is planned or waits stays as it is."
    )
    stage: str | None = Field(default=None, description="The customer's status, if the order changed it.")
    money: MoneyEvent | None = Field(default=None, description="For the commission ledger.")


class InvoicePaid(Answer):
    """A payment arrived. `settled` when nothing is left to pay."""

    invoice_id: str
    settled: bool
    money: MoneyEvent | None = Field(default=None, description="For the commission ledger.")


class InvoiceVoided(Answer):
    """An invoice need not be paid any more: its order was cancelled or a credit note covers it."""

    invoice_id: str
    next_nudge_at: datetime | None = None
    money: MoneyEvent | None = Field(default=None, description="For the commission ledger.")


class InvoiceReopened(Answer):
    """Money of a settled invoice was undone: it is open again. `level` counts the reminders it had had."""

    invoice_id: str
    due_at: datetime
    level: int = 0


class CustomersMerged(Answer):
    """Two customers are one, or are taken apart again.

    The care of the one that goes hears `into`; the other one which open invoices it `takes` or `leaves`. `apart` begins
    anew the care of the one that had gone.
    """

    into: str | None = None
    apart: bool = False
    takes: list[OpenInvoice] = Field(default_factory=list)
    leaves: list[str] = Field(default_factory=list)
    next_nudge_at: datetime | None = None


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
    def invoice_reopened(self, answer: InvoiceReopened) -> None: ...

    @workflow.signal
    def invoice_voided(self, answer: InvoiceVoided) -> None: ...

    @workflow.signal
    def merged(self, answer: CustomersMerged) -> None: ...

    @workflow.signal
    def money_moved(self, answer: MoneyMoved) -> None: ...

    @workflow.signal
    def nudge_answered(self, answer: NudgeAnswered) -> None: ...

    @workflow.signal
    def standing_changed(self, answer: CustomerStatusChanged) -> None: ...

    @workflow.signal
    def opted_in(self, answer: OptedIn) -> None: ...

    @workflow.signal
    def nudge_moved(self, answer: NudgeMoved) -> None: ...

    @workflow.signal
    def account_manager_changed(self, answer: AccountManagerChanged) -> None: ...

    @workflow.signal
    def inbound_called(self, answer: InboundCall) -> None: ...

    @workflow.signal
    def do_not_call(self, answer: DoNotCall) -> None: ...

    @workflow.signal
    def cancel(self, answer: Cancel) -> None: ...
