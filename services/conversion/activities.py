"""Tier 2's activities. Each happens once per key: a retry gets the answer of the first time."""

from __future__ import annotations

from temporalio import activity

from services.chassis.db import Pool
from services.chassis.effects import once
from services.conversion.actions.assignment import escalate_offer, offer_deal, withdraw_offer
from services.conversion.actions.catalogue import take_catalogue
from services.conversion.actions.commissions import record_commission
from services.conversion.actions.deal_closing import close_deal
from services.conversion.actions.erasure import erase_person
from services.conversion.actions.hand_overs import add_hand_over
from services.conversion.actions.inbound_calls import open_inbound
from services.conversion.actions.playbook_runs import run_due_step
from services.conversion.actions.reminders import remind_deal
from workflows.contracts.base import Done
from workflows.contracts.catalogue import CataloguePage
from workflows.contracts.commission import MoneyEvent
from workflows.contracts.conversion import (
    AddHandOver,
    CloseDeal,
    ConversionActivities,
    EscalateOffer,
    OfferDeal,
    OfferedDeal,
    OfferEscalated,
    OfferWithdrawn,
    OpenInbound,
    PlaybookStepDone,
    RemindDeal,
    Reminded,
    RunPlaybookStep,
    WithdrawOffer,
)
from workflows.contracts.erasure import ErasePerson


class Activities(ConversionActivities):
    """The contract's activities on this tier's database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="conversion.offer_deal")
    async def offer_deal(self, request: OfferDeal) -> OfferedDeal:
        """Create the deal if it is new, choose a manager by the routing rules, open the hand-over item."""
        return await once(self._pool, request.key, OfferedDeal, lambda conn: offer_deal(conn, request))

    @activity.defn(name="conversion.withdraw_offer")
    async def withdraw_offer(self, request: WithdrawOffer) -> OfferWithdrawn:
        """Expire an unanswered offer."""
        return await once(self._pool, request.key, OfferWithdrawn, lambda conn: withdraw_offer(conn, request))

    @activity.defn(name="conversion.escalate_offer")
    async def escalate_offer(self, request: EscalateOffer) -> OfferEscalated:
        """Remind the supervisor of a lead that nobody has taken."""
        return await once(self._pool, request.key, OfferEscalated, lambda conn: escalate_offer(conn, request))

    @activity.defn(name="conversion.run_playbook_step")
    async def run_playbook_step(self, request: RunPlaybookStep) -> PlaybookStepDone:
        """Carry out the step of a playbook that is due."""
        return await once(self._pool, request.key, PlaybookStepDone, lambda conn: run_due_step(conn, request))

    @activity.defn(name="conversion.remind_deal")
    async def remind_deal(self, request: RemindDeal) -> Reminded:
        """Open a reminder for the manager, then for the supervisor."""
        return await once(self._pool, request.key, Reminded, lambda conn: remind_deal(conn, request))

    @activity.defn(name="conversion.open_inbound")
    async def open_inbound(self, request: OpenInbound) -> Done:
        """Open an inbound call as urgent work of the deal's manager."""
        return await once(self._pool, request.key, Done, lambda conn: open_inbound(conn, request))

    @activity.defn(name="conversion.add_hand_over")
    async def add_hand_over(self, request: AddHandOver) -> Done:
        """Add a hand-over's story to the deal's timeline."""
        return await once(self._pool, request.key, Done, lambda conn: add_hand_over(conn, request))

    @activity.defn(name="conversion.record_commission")
    async def record_commission(self, request: MoneyEvent) -> Done:
        """Write what happened to an order's money into the commission ledger."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await record_commission(conn, request)

    @activity.defn(name="conversion.take_catalogue")
    async def take_catalogue(self, request: CataloguePage) -> Done:
        """Keep tier 3's products for offers; an older version never overwrites a newer one."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await take_catalogue(conn, request)

    @activity.defn(name="conversion.close_deal")
    async def close_deal(self, request: CloseDeal) -> Done:
        """Close the deal and cancel its open work."""
        return await once(self._pool, request.key, Done, lambda conn: close_deal(conn, request))

    @activity.defn(name="conversion.erase_person")
    async def erase_person(self, request: ErasePerson) -> Done:
        """Erase a person from deals, meetings, mails and hand-overs, and end what is open."""
        return await once(self._pool, request.key, Done, lambda conn: erase_person(conn, request))
