"""Tier 3's activities: what workflows ask of account management and what they are answered."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field
from temporalio import activity

from workflows.contracts.base import ContactCard, Done, Message
from workflows.contracts.care_policy import CarePolicy as CarePolicy
from workflows.contracts.catalogue import CataloguePage, ReadCatalogue
from workflows.contracts.conversion import OpenInbound, Reminded, WonOrder
from workflows.contracts.erasure import ErasePerson
from workflows.contracts.fit_timing import FindRisks, FittedTiming, FoundRisks, LearnedPairs, LearnPairs, RunFit
from workflows.contracts.open_care import AdoptAccount, AdoptedAccount, ReadUnopened, Unopened


class OpenAccount(Message):
    """Create the customer with its first order and invoice, and assign an account manager."""

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
    merged_into: str | None = Field(default=None, description="The customer whom this one was merged into: theirs now.")


class OpenNudge(Message):
    """The customer's reorder cycle says it is time: open the reminder with the customer's card."""

    key: str
    workflow_id: str
    customer_id: str
    number: int


class OpenedNudge(Message):
    """The open nudge, or (opted out, asked too recently) when to look again."""

    item_id: str | None = None
    answer_by: datetime | None = None
    look_again_at: datetime | None = None
    refused: str | None = None
    mailed: bool = Field(default=False, description="The customer was also reminded by mail.")


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
    """When the next step is due. `settled` when nobody is reminded any more: paid, void, or given to others.

    With `put_off` nobody was reminded, and this very step is due at `next_at`.
    """

    next_at: datetime | None = None
    settled: bool = False
    put_off: bool = False
    by: str = Field(default="", description="How the customer is reminded: call, mail, both or post.")


class CloseCustomer(Message):
    """Customer care ends; open work of the customer is cancelled."""

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
    history: str = Field(default="", description="The whole story in words, for whoever wins the customer back.")


class AccountMgmtActivities:
    """What tier 3 does for workflows."""

    @activity.defn(name="account_mgmt.open_account")
    async def open_account(self, request: OpenAccount) -> OpenedAccount:
        """Create customer, first order and invoice, assign an account manager, plan the first nudge."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.read_unopened")
    async def read_unopened(self, request: ReadUnopened) -> Unopened:
        """The next customers of an import whose care is to be opened."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.adopt_account")
    async def adopt_account(self, request: AdoptAccount) -> AdoptedAccount:
        """Give an existing customer its account manager and its next nudge."""
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
        """Predict from all orders when each customer buys next, and record it."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.learn_pairs")
    async def learn_pairs(self, request: LearnPairs) -> LearnedPairs:
        """Count which products are bought by the same customers."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.find_risks")
    async def find_risks(self, request: FindRisks) -> FoundRisks:
        """Open work for customers who are about to be lost."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.read_catalogue")
    async def read_catalogue(self, request: ReadCatalogue) -> CataloguePage:
        """Read what changed in the catalogue after a version."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.read_customer")
    async def read_customer(self, request: ReadCustomer) -> CustomerCard:
        """Read the card for a win-back."""
        raise NotImplementedError

    @activity.defn(name="account_mgmt.erase_person")
    async def erase_person(self, request: ErasePerson) -> Done:
        """Erase a person from the customer's records; what the law makes us keep stays for its time."""
        raise NotImplementedError
