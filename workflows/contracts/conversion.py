"""Tier 2's contract: its workflow, the answers it takes, and its activities."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import Field
from temporalio import activity, workflow

from workflows.contracts.base import Answer, Cancel, Done, DoNotCall, InboundCall, Message
from workflows.contracts.catalogue import CataloguePage
from workflows.contracts.commission import MoneyEvent
from workflows.contracts.deal import CallRecord as CallRecord
from workflows.contracts.deal import HandOver as HandOver
from workflows.contracts.deal import HandOverReason as HandOverReason
from workflows.contracts.deal import Stage as Stage
from workflows.contracts.deal import WonOrder as WonOrder


class ConversionInput(Message):
    """One lead to be converted."""

    lead_id: str
    hand_over: HandOver


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
    """The deal has another owner: the one before is ill or has left."""

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


class ConversionPolicy(Message):
    """What the workflow decides by; kept as it was when the deal began."""

    version: int = 1
    max_offers: int = Field(default=3, ge=1, description="Managers asked before the supervisor.")
    max_reminders: int = Field(default=3, ge=1, description="Reminders of one overdue step.")


class OfferDeal(Message):
    """Offer the lead to the next manager; the `number`-th offer of this round."""

    key: str
    workflow_id: str
    number: int
    hand_over: HandOver
    excluded: list[str] = Field(default_factory=list, description="Managers who declined or let it expire.")
    to_supervisor: bool = False


class OfferedDeal(Message):
    """The open offer. Without a manager it lies with the supervisor and has no `accept_by`."""

    deal_id: str
    item_id: str | None = None
    manager: str | None = None
    accept_by: datetime | None = None
    policy: ConversionPolicy = ConversionPolicy()
    already_customer: bool = Field(default=False, description="The deal was won before: tier 3 has this lead.")
    waiting: bool = Field(default=False, description="It waits for a manager to be free; `Assigned` follows.")
    remind_at: datetime | None = Field(default=None, description="When to remind the supervisor, who has it.")


class EscalateOffer(Message):
    """The supervisor has not acted on an offer."""

    key: str
    item_id: str


class OfferEscalated(Message):
    """When to remind again; none after the last reminder or once it was answered."""

    next_at: datetime | None = None


class WithdrawOffer(Message):
    """An offer expired: close its item so that nobody can accept it any more."""

    key: str
    item_id: str


class OfferWithdrawn(Message):
    """`withdrawn` is false when the item was answered in the same moment: the answer is on its way."""

    withdrawn: bool


class RemindDeal(Message):
    """A deal's next step is overdue, or (`stale`) it stands still. Level 1 reaches the manager, then the supervisor."""

    key: str
    deal_id: str
    level: int
    stale: bool = False


class Reminded(Message):
    """When to remind again."""

    next_at: datetime


class OpenInbound(Message):
    """Somebody called: their person in this tier gets it as work at once."""

    key: str
    workflow_id: str
    inbound_call_id: str
    lead_id: str
    note: str | None = None


class AddHandOver(Message):
    """Write another hand-over's story into the deal that already runs."""

    key: str
    lead_id: str
    hand_over: HandOver


class CloseDeal(Message):
    """End or put to sleep the deal and cancel all its open work, from outside a manager's own answer."""

    key: str
    lead_id: str
    stage: Stage
    reason: str


class ConversionActivities:
    """What tier 2 does for workflows."""

    @activity.defn(name="conversion.offer_deal")
    async def offer_deal(self, request: OfferDeal) -> OfferedDeal:
        """Create the deal if it is new, choose a manager by the routing rules, open the hand-over item."""
        raise NotImplementedError

    @activity.defn(name="conversion.withdraw_offer")
    async def withdraw_offer(self, request: WithdrawOffer) -> OfferWithdrawn:
        """Expire an unanswered offer."""
        raise NotImplementedError

    @activity.defn(name="conversion.escalate_offer")
    async def escalate_offer(self, request: EscalateOffer) -> OfferEscalated:
        """Remind the supervisor of a lead that nobody has taken."""
        raise NotImplementedError

    @activity.defn(name="conversion.remind_deal")
    async def remind_deal(self, request: RemindDeal) -> Reminded:
        """Open a reminder for the manager, then for the supervisor."""
        raise NotImplementedError

    @activity.defn(name="conversion.open_inbound")
    async def open_inbound(self, request: OpenInbound) -> Done:
        """Open an inbound call as urgent work of the deal's manager."""
        raise NotImplementedError

    @activity.defn(name="conversion.add_hand_over")
    async def add_hand_over(self, request: AddHandOver) -> Done:
        """Add a hand-over's story to the deal's timeline."""
        raise NotImplementedError

    @activity.defn(name="conversion.record_commission")
    async def record_commission(self, request: MoneyEvent) -> Done:
        """Write what happened to an order's money into the commission ledger."""
        raise NotImplementedError

    @activity.defn(name="conversion.take_catalogue")
    async def take_catalogue(self, request: CataloguePage) -> Done:
        """Keep tier 3's products for offers; an older version never overwrites a newer one."""
        raise NotImplementedError

    @activity.defn(name="conversion.close_deal")
    async def close_deal(self, request: CloseDeal) -> Done:
        """Close the deal and cancel its open work."""
        raise NotImplementedError


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
