"""Tier 1's contract: its workflows and the answers they take; with its activities, all that other tiers know of it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import Field
from temporalio import workflow

from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall, Message
from workflows.contracts.call import UNREACHED as UNREACHED
from workflows.contracts.call import CallOutcome as CallOutcome
from workflows.contracts.lead_gen_activities import CallbackLate as CallbackLate
from workflows.contracts.lead_gen_activities import CloseLead as CloseLead
from workflows.contracts.lead_gen_activities import ContactCorrected as ContactCorrected
from workflows.contracts.lead_gen_activities import EnrolBatch as EnrolBatch
from workflows.contracts.lead_gen_activities import Enrolled as Enrolled
from workflows.contracts.lead_gen_activities import HandOverPack as HandOverPack
from workflows.contracts.lead_gen_activities import LeadGenActivities as LeadGenActivities
from workflows.contracts.lead_gen_activities import OpenCall as OpenCall
from workflows.contracts.lead_gen_activities import OpenedCall as OpenedCall
from workflows.contracts.lead_gen_activities import PrepareHandOver as PrepareHandOver
from workflows.contracts.lead_gen_activities import RegisterCustomer as RegisterCustomer
from workflows.contracts.lead_gen_activities import RegisterUpdate as RegisterUpdate
from workflows.contracts.lead_gen_activities import TakeAnswer as TakeAnswer
from workflows.contracts.lead_gen_activities import WithdrawConsent as WithdrawConsent


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
