"""Assigning a lead: one manager after the other is asked, or it waits for one to be free; at last the supervisor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall
    from workflows.contracts.conversion import (
        Accepted,
        Assigned,
        ConversionPolicy,
        Declined,
        HandedOver,
        HandOver,
        Lost,
        OfferedDeal,
        Won,
    )
    from workflows.conversion.activities import Activities
    from workflows.deadlines import when
    from workflows.inbox import Inbox
    from workflows.visibility import Story


class AlreadyCustomer(Answer):
    """The deal was won before: tier 3 has this lead, and there is nothing to convert."""


class ManagerSearch:
    """The offers of one lead, counted over its whole conversion. `deal_id` and `policy` are what the last one said."""

    def __init__(
        self,
        activities: Activities,
        inbox: Inbox,
        story: Story,
        take_note: Callable[[InboundCall | HandedOver], Awaitable[None]],
    ) -> None:
        self._activities = activities
        self._inbox = inbox
        self._story = story
        self._take_note = take_note
        self._offers = 0
        self._escalations = 0
        self.deal_id = ""
        self.policy = ConversionPolicy()

    async def find(self, hand_over: HandOver, excluded: list[str]) -> Answer:
        """Offer until somebody accepts, or something else ends it; that answer. `excluded` had it before."""
        asked = list(excluded)
        while True:
            offer = await self._offer(hand_over, asked)
            if offer.already_customer:
                return AlreadyCustomer(
                    event_id=f"{self._activities.life}:customer", at=workflow.now(), by=self._activities.me
                )
            manager, answer = await self._answer_to(offer)
            if answer is not None and not isinstance(answer, Declined):
                return answer
            if answer is not None:
                self._story.tell(f"Declined by {answer.by}: {answer.reason}")
            asked.append(manager or "")

    async def _offer(self, hand_over: HandOver, asked: list[str]) -> OfferedDeal:
        self._offers += 1
        managers = [manager for manager in asked if manager]
        offer = await self._activities.offer(
            self._offers, hand_over, managers, to_supervisor=len(asked) >= self.policy.max_offers
        )
        self.deal_id, self.policy = offer.deal_id, offer.policy
        if offer.waiting:
            self._story.tell("Waits for a manager to be free")
        else:
            self._story.tell(f"Offered to {offer.manager or 'the supervisor'}, answer by {when(offer.accept_by)}")
        return offer

    async def _answer_to(self, offer: OfferedDeal) -> tuple[str | None, Answer | None]:
        """Wait for the manager who has the offer: (manager, answer). No answer when the offer expired."""
        manager, deadline = offer.manager, offer.accept_by or offer.remind_at
        while True:
            who = manager or "The supervisor"
            answer = await self._inbox.next(deadline, f"{who} must accept or decline")
            match answer:
                case None if manager is None:
                    deadline = await self._remind_supervisor(offer)
                case None:
                    deadline = None
                    if (await self._activities.withdraw(self._offers, offer.item_id or "")).withdrawn:
                        self._story.tell(f"{manager} did not answer in time")
                        return manager, None
                case Assigned() if answer.item_id == offer.item_id:
                    manager, deadline = answer.manager, answer.accept_by
                    self._story.tell(f"{manager} is free: offered, answer by {when(deadline)}")
                case Accepted() | Declined() if answer.item_id == offer.item_id:
                    return manager, answer
                case InboundCall() | HandedOver():
                    await self._take_note(answer)
                case Won() | Lost() | DoNotCall() | Cancel():
                    return manager, answer

    async def _remind_supervisor(self, offer: OfferedDeal) -> datetime | None:
        self._escalations += 1
        escalated = await self._activities.escalate(self._escalations, offer.item_id or "")
        if escalated.next_at:
            self._story.tell("Nobody has taken it: supervisor reminded")
        return escalated.next_at
