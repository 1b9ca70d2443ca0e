"""Tier 1's activities: what workflows ask of lead generation and what they are answered."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field
from temporalio import activity

from workflows.contracts.base import ContactCard, Done, Message, Tier
from workflows.contracts.call import CallOutcome
from workflows.contracts.hand_over import CallRecord


class OpenCall(Message):
    """Ask for the `attempt`-th call. After an outcome, the time follows from the cadence or the promise."""

    key: str
    lead_id: str
    campaign_id: str
    workflow_id: str
    attempt: int
    policy_version: int
    after: CallOutcome | None = None
    after_at: datetime | None = None
    callback_at: datetime | None = None
    assignee: str | None = None


class OpenedCall(Message):
    """The open call. `not_before` lies inside the lead's calling window. `late_at` only for a promised callback."""

    item_id: str | None = None
    not_before: datetime | None = None
    late_at: datetime | None = None
    refused: str | None = Field(default=None, description="`do_not_call`, or why the lead may not be called.")


class CallbackLate(Message):
    """A promised callback was not made in time: give it to the whole shift, first in the queue."""

    key: str
    item_id: str
    lead_id: str


class CloseLead(Message):
    """Cold calling is over for this lead. `rest` sends it to sleep for the policy's cool-down."""

    key: str
    lead_id: str
    workflow_id: str
    stage: str
    reason: str | None = None
    rest: bool = False
    policy_version: int = 1


class TakeAnswer(Message):
    """A manager answered the hard question that a caller passed on; published, all callers may use it."""

    key: str
    lead_id: str
    question: str
    answer: str
    answered_by: str
    answered_at: datetime
    publish: bool = False


class PrepareHandOver(Message):
    """Ask for everything tier 2 must know about a lead."""

    lead_id: str


class HandOverPack(Message):
    """The contact card and the whole story of the calls."""

    contact: ContactCard
    story: list[CallRecord] = Field(default_factory=list)
    question: str | None = None
    needs: str | None = None
    wished_meeting: datetime | None = None
    sourced_by: str | None = None
    products: list[str] = Field(default_factory=list)
    promised_by: datetime | None = None


class RegisterUpdate(Message):
    """Where a lead is now, told by the tier that has it. Older news (`at`) never overwrites newer."""

    key: str
    lead_id: str
    tier: Tier
    stage: str
    owner: str | None = None
    workflow_id: str
    at: datetime


class ContactCorrected(Message):
    """Who a lead is, as the tier that has it has learned: `fields` of the card. Older news (`at`) changes nothing."""

    key: str
    lead_id: str
    contact: ContactCard
    fields: list[str]
    by: str
    at: datetime


class RegisterCustomer(Message):
    """Ask the register to know an existing customer, so that its calls reach its account manager."""

    key: str
    customer_id: str
    contact: ContactCard
    owner: str | None = None
    workflow_id: str
    at: datetime


class WithdrawConsent(Message):
    """A person told another tier that they want to hear no more. `proof` says where that is kept."""

    key: str
    lead_id: str
    basis: str
    proof: str
    by: str
    at: datetime


class EnrolBatch(Message):
    """Ask for the next leads of a campaign to be enrolled, as many as the shifts and tier 2 can take."""

    key: str
    campaign_id: str
    tick: int


class Enrolled(Message):
    """What was enrolled and when to look again. `finished` when no lead is left to enrol or in flight."""

    count: int
    in_flight: int
    waiting: int = Field(default=0, description="Interested leads that tier 2 has not taken yet.")
    next_tick_at: datetime
    paused: bool = False
    finished: bool = False


class LeadGenActivities:
    """What tier 1 does for workflows. Every request carries the key under which its effect happens once."""

    @activity.defn(name="lead_gen.open_call")
    async def open_call(self, request: OpenCall) -> OpenedCall:
        """Open the work item of one call attempt, due inside the lead's calling window."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.callback_late")
    async def callback_late(self, request: CallbackLate) -> Done:
        """Give a late personal callback to the whole shift and put it first."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.close_lead")
    async def close_lead(self, request: CloseLead) -> Done:
        """Cancel what is open for the lead in tier 1 and write its last stage into the register."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.prepare_hand_over")
    async def prepare_hand_over(self, request: PrepareHandOver) -> HandOverPack:
        """Collect the contact card and the calls' story."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.take_answer")
    async def take_answer(self, request: TakeAnswer) -> Done:
        """Keep the answer for the caller who passed the question on; publish it as an instruction."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.register_customer")
    async def register_customer(self, request: RegisterCustomer) -> Done:
        """Make an existing customer known, so that its calls reach its account manager."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.update_register")
    async def update_register(self, request: RegisterUpdate) -> Done:
        """Write where the lead is now. Asked by the other tiers."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.correct_contact")
    async def correct_contact(self, request: ContactCorrected) -> Done:
        """Write what another tier has learned of who the lead is."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.withdraw_consent")
    async def withdraw_consent(self, request: WithdrawConsent) -> Done:
        """Write it on the do-not-call ledger, and tell the workflow that has the lead. Asked by the other tiers."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.enrol_batch")
    async def enrol_batch(self, request: EnrolBatch) -> Enrolled:
        """Enrol the campaign's best leads and start their workflows through the outbox."""
        raise NotImplementedError
