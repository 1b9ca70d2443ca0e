"""Tier 1's contract: its workflows, the answers they take, and what other tiers may ask of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field
from temporalio import activity, workflow

from workflows.contracts.base import Answer, Cancel, ContactCard, Done, DoNotCall, InboundCall, Message, Tier
from workflows.contracts.conversion import CallRecord
from workflows.contracts.open_care import RegisterCustomer


class CallOutcome(StrEnum):
    """How a call ended (the disposition a caller must choose before the next lead)."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    NOT_INTERESTED = "not_interested"
    WRONG_NUMBER = "wrong_number"
    DO_NOT_CALL = "do_not_call"
    INTERESTED = "interested"
    HARD_QUESTION = "hard_question"


UNREACHED = frozenset({CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.VOICEMAIL})


class ColdCallPolicy(Message):
    """The part of tier 1's policy that the workflow itself decides by; a lead keeps the version it began with."""

    version: int = 1
    max_attempts: int = Field(default=6, ge=1)


class ColdCallInput(Message):
    """One lead to be cold-called. Carries no contact data."""

    lead_id: str
    campaign_id: str
    campaign_name: str = ""
    segment: str = ""
    round: int = Field(default=1, ge=1, description="Which enrolment of this lead; keys of effects contain it.")
    policy: ColdCallPolicy = ColdCallPolicy()


class ColdCallResult(Message):
    """How cold calling ended: the last stage of the register and why."""

    stage: str
    attempts: int
    reason: str | None = None


class CallAnswered(Answer):
    """A caller's outcome. `by` is the caller."""

    item_id: str
    attempt: int
    outcome: CallOutcome
    callback_at: datetime | None = None
    personal: bool = Field(default=False, description="The callback was promised by this caller in person.")
    other_number_left: bool = Field(default=False, description="After a wrong number: another phone is known.")
    reason: str | None = Field(default=None, description="Code of the reason for not interested.")


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


class CampaignInput(Message):
    """A campaign. `tick` is carried over continue-as-new; `round` counts the supervisor's starts."""

    campaign_id: str
    campaign_name: str = ""
    round: int = Field(default=1, ge=1)
    tick: int = 0
    enrolled: int = 0


class CampaignResult(Message):
    """How many leads the campaign enrolled in its life."""

    enrolled: int


class CampaignChanged(Answer):
    """A supervisor started, paused or ended the campaign; the workflow looks at the record at once."""


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
        """Know a customer of before, so that its calls reach its account manager."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.update_register")
    async def update_register(self, request: RegisterUpdate) -> Done:
        """Write where the lead is now. Asked by the other tiers."""
        raise NotImplementedError

    @activity.defn(name="lead_gen.enrol_batch")
    async def enrol_batch(self, request: EnrolBatch) -> Enrolled:
        """Enrol the campaign's best leads and start their workflows through the outbox."""
        raise NotImplementedError


@workflow.defn(name="ColdCall")
class ColdCallWorkflow(Protocol):
    """Interface of the cold-call workflow, for those who signal it."""

    @workflow.run
    async def run(self, start: ColdCallInput) -> ColdCallResult: ...

    @workflow.signal
    def call_answered(self, answer: CallAnswered) -> None: ...

    @workflow.signal
    def inbound_called(self, answer: InboundCall) -> None: ...

    @workflow.signal
    def do_not_call(self, answer: DoNotCall) -> None: ...

    @workflow.signal
    def cancel(self, answer: Cancel) -> None: ...


@workflow.defn(name="Campaign")
class CampaignWorkflow(Protocol):
    """Interface of the campaign workflow."""

    @workflow.run
    async def run(self, start: CampaignInput) -> CampaignResult: ...

    @workflow.signal
    def changed(self, answer: CampaignChanged) -> None: ...
