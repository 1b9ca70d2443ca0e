"""Tier 2's activities: what workflows ask of conversion and what they are answered."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field
from temporalio import activity

from workflows.contracts.base import Done, Message
from workflows.contracts.catalogue import CataloguePage
from workflows.contracts.commission import MoneyEvent
from workflows.contracts.deal import Stage
from workflows.contracts.erasure import ErasePerson
from workflows.contracts.hand_over import HandOver


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


class RunPlaybookStep(Message):
    """The time of a playbook's next step has come."""

    key: str
    deal_id: str


class PlaybookStepDone(Message):
    """What was done, and what is due next: the playbook's next step, or the manager's own."""

    what: str = ""
    due_at: datetime | None = None
    next_action_at: datetime | None = None


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
    """End or put to sleep the deal and cancel all its open work, from outside a manager's own answer.

    With `register_stage`, tier 1's register hears of the end as this stage.
    """

    key: str
    lead_id: str
    stage: Stage
    reason: str
    register_stage: str | None = None


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

    @activity.defn(name="conversion.run_playbook_step")
    async def run_playbook_step(self, request: RunPlaybookStep) -> PlaybookStepDone:
        """Carry out the step of a playbook that is due."""
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

    @activity.defn(name="conversion.erase_person")
    async def erase_person(self, request: ErasePerson) -> Done:
        """Erase a person from deals, meetings, mails and hand-overs, and end what is open."""
        raise NotImplementedError
