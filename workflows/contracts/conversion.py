"""Tier 2's contract: its workflow and the answers it takes; with its activities, all that other tiers know of it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import Field
from temporalio import workflow

from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall, Message
from workflows.contracts.conversion_activities import AddHandOver as AddHandOver
from workflows.contracts.conversion_activities import CloseDeal as CloseDeal
from workflows.contracts.conversion_activities import ConversionActivities as ConversionActivities
from workflows.contracts.conversion_activities import ConversionPolicy as ConversionPolicy
from workflows.contracts.conversion_activities import EscalateOffer as EscalateOffer
from workflows.contracts.conversion_activities import OfferDeal as OfferDeal
from workflows.contracts.conversion_activities import OfferedDeal as OfferedDeal
from workflows.contracts.conversion_activities import OfferEscalated as OfferEscalated
from workflows.contracts.conversion_activities import OfferWithdrawn as OfferWithdrawn
from workflows.contracts.conversion_activities import OpenInbound as OpenInbound
from workflows.contracts.conversion_activities import PlaybookStepDone as PlaybookStepDone
from workflows.contracts.conversion_activities import RemindDeal as RemindDeal
from workflows.contracts.conversion_activities import Reminded as Reminded
from workflows.contracts.conversion_activities import RunPlaybookStep as RunPlaybookStep
from workflows.contracts.conversion_activities import WithdrawOffer as WithdrawOffer
from workflows.contracts.deal import Stage as Stage
from workflows.contracts.deal import WonOrder as WonOrder
from workflows.contracts.hand_over import CallRecord as CallRecord
from workflows.contracts.hand_over import HandOver as HandOver
from workflows.contracts.hand_over import HandOverReason as HandOverReason


class ConversionInput(Message):
    """One lead to be converted."""

    lead_id: str
    hand_over: HandOver
    reports_itself: bool = Field(
        default=True, description="Runs that began before reports went by the outbox (ADR 15) send them themselves."
    )


class ConversionResult(Message):
    """How the deal ended."""

    stage: Stage
    owner: str | None = None
    reason: str | None = None


class HandedOver(Answer):
    """A hand-over to a conversion that already runs (an inbound call was faster)."""

    hand_over: HandOver


class Accepted(Answer):
    """A manager took the lead. `next_action_at` is when the first step is due, at the latest."""

    item_id: str
    next_action_at: datetime
    stale_at: datetime | None = Field(default=None, description="When the deal has stood still for too long.")


class Assigned(Answer):
    """A lead that waited was offered to a manager who became free."""

    item_id: str
    manager: str
    accept_by: datetime


class Returned(Answer):
    """The manager `owner` gave an accepted lead back: it is offered to the others."""

    owner: str
    reason: str


class Reassigned(Answer):
    """The deal has another owner, because the one before is ill or has left."""

    owner: str
    next_action_at: datetime
    stale_at: datetime | None = None


class Declined(Answer):
    """A manager refused the lead, with the reason."""

    item_id: str
    reason: str


class AnsweredQuestion(Message):
    """The answer to a hard question, on its way back to the caller who passed it on."""

    question: str
    answer: str
    publish: bool = False


class DealMoved(Answer):
    """Anything that moves a deal: qualification, next step, meeting, offer, answer to a question."""

    what: str = Field(description="In business words, without contact data: `meeting booked`, `offer sent`.")
    answered: AnsweredQuestion | None = None
    stage: Stage
    next_action_at: datetime
    stale_at: datetime | None = Field(default=None, description="When the deal has stood still for too long.")


class Won(Answer):
    """The deal is closed with an order. `by` is the manager."""

    order: WonOrder


class Lost(Answer):
    """The deal is lost, or sleeps until `return_at`."""

    reason: str
    return_at: datetime | None = None


class PlaybookPlanned(Answer):
    """A playbook's next step is planned; without `due_at` none is."""

    due_at: datetime | None = None
    next_action_at: datetime | None = Field(default=None, description="The deal's next step, if it is another now.")


@workflow.defn(name="Conversion")
class ConversionWorkflow(Protocol):
    """Interface of the conversion workflow, for those who start or signal it."""

    @workflow.run
    async def run(self, start: ConversionInput) -> ConversionResult: ...

    @workflow.signal
    def handed_over(self, answer: HandedOver) -> None: ...

    @workflow.signal
    def accepted(self, answer: Accepted) -> None: ...

    @workflow.signal
    def declined(self, answer: Declined) -> None: ...

    @workflow.signal
    def assigned(self, answer: Assigned) -> None: ...

    @workflow.signal
    def returned(self, answer: Returned) -> None: ...

    @workflow.signal
    def reassigned(self, answer: Reassigned) -> None: ...

    @workflow.signal
    def playbook_planned(self, answer: PlaybookPlanned) -> None: ...

    @workflow.signal
    def moved(self, answer: DealMoved) -> None: ...

    @workflow.signal
    def won(self, answer: Won) -> None: ...

    @workflow.signal
    def lost(self, answer: Lost) -> None: ...

    @workflow.signal
    def inbound_called(self, answer: InboundCall) -> None: ...

    @workflow.signal
    def do_not_call(self, answer: DoNotCall) -> None: ...

    @workflow.signal
    def cancel(self, answer: Cancel) -> None: ...
