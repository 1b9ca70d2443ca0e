"""Typed stand-ins for the three tiers: they record what workflows ask and answer as a tier would.

A test changes an answer by assigning to `answers`, e.g. `tiers.lead_gen.answers[OpenCall] = lambda r: ...`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import activity

from workflows.contracts import account_mgmt as am
from workflows.contracts import conversion as cv
from workflows.contracts import fit_timing as ft
from workflows.contracts import lead_gen as lg
from workflows.contracts import open_care
from workflows.contracts.base import ContactCard, Done, Message
from workflows.contracts.catalogue import CataloguePage, ReadCatalogue
from workflows.contracts.commission import MoneyEvent
from workflows.contracts.erasure import ErasePerson

M = TypeVar("M", bound=Message)
PATIENCE_SECONDS = 240


class Recorder:
    """Keeps every request and lets a test wait for the n-th of a kind."""

    def __init__(self, now: Callable[[], Awaitable[datetime]]) -> None:
        self.now = now
        self.requests: list[Message] = []
        self.answers: dict[type[Message], Callable[[Any], Message]] = {}
        self._changed = asyncio.Condition()

    async def take(self, request: Message, default: Callable[[datetime], Message]) -> Any:
        answer = self.answers.get(type(request))
        result = answer(request) if answer else default(await self.now())
        async with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        return result

    def of(self, kind: type[M]) -> list[M]:
        return [request for request in self.requests if isinstance(request, kind)]

    async def nth(self, kind: type[M], number: int = 1) -> M:
        """Wait for the `number`-th request of a kind."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(self.of(kind)) >= number), PATIENCE_SECONDS)
        return self.of(kind)[number - 1]


def card(lead_id: str) -> ContactCard:
    return ContactCard(lead_id=lead_id, company="Стальпром", phones=["+380441234567"], industry="steel")


class FakeLeadGen(lg.LeadGenActivities, Recorder):
    @activity.defn(name="lead_gen.open_call")
    async def open_call(self, request: lg.OpenCall) -> lg.OpenedCall:
        return await self.take(  # type: ignore[no-any-return]
            request,
            lambda now: lg.OpenedCall(
                item_id=request.key,
                not_before=request.callback_at or now,
                late_at=request.callback_at + timedelta(minutes=15) if request.callback_at else None,
            ),
        )

    @activity.defn(name="lead_gen.callback_late")
    async def callback_late(self, request: lg.CallbackLate) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="lead_gen.close_lead")
    async def close_lead(self, request: lg.CloseLead) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="lead_gen.prepare_hand_over")
    async def prepare_hand_over(self, request: lg.PrepareHandOver) -> lg.HandOverPack:
        return await self.take(  # type: ignore[no-any-return]
            request, lambda _: lg.HandOverPack(contact=card(request.lead_id), sourced_by="caller-1")
        )

    @activity.defn(name="lead_gen.take_answer")
    async def take_answer(self, request: lg.TakeAnswer) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="lead_gen.register_customer")
    async def register_customer(self, request: lg.RegisterCustomer) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="lead_gen.update_register")
    async def update_register(self, request: lg.RegisterUpdate) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="lead_gen.correct_contact")
    async def correct_contact(self, request: lg.ContactCorrected) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="lead_gen.enrol_batch")
    async def enrol_batch(self, request: lg.EnrolBatch) -> lg.Enrolled:
        return await self.take(  # type: ignore[no-any-return]
            request, lambda now: lg.Enrolled(count=5, in_flight=5, next_tick_at=now + timedelta(minutes=5))
        )


class FakeConversion(cv.ConversionActivities, Recorder):
    managers = ("manager-1", "manager-2", "manager-3", "manager-4")
    accept_within = timedelta(minutes=30)

    @activity.defn(name="conversion.erase_person")
    async def erase_person(self, request: ErasePerson) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="conversion.offer_deal")
    async def offer_deal(self, request: cv.OfferDeal) -> cv.OfferedDeal:
        def offer(now: datetime) -> cv.OfferedDeal:
            if request.to_supervisor:
                return cv.OfferedDeal(deal_id="deal-1", item_id=request.key)
            manager = next(m for m in self.managers if m not in request.excluded)
            return cv.OfferedDeal(
                deal_id="deal-1", item_id=request.key, manager=manager, accept_by=now + self.accept_within
            )

        return await self.take(request, offer)  # type: ignore[no-any-return]

    @activity.defn(name="conversion.withdraw_offer")
    async def withdraw_offer(self, request: cv.WithdrawOffer) -> cv.OfferWithdrawn:
        return await self.take(request, lambda _: cv.OfferWithdrawn(withdrawn=True))  # type: ignore[no-any-return]

    @activity.defn(name="conversion.escalate_offer")
    async def escalate_offer(self, request: cv.EscalateOffer) -> cv.OfferEscalated:
        return await self.take(request, lambda _: cv.OfferEscalated())  # type: ignore[no-any-return]

    @activity.defn(name="conversion.remind_deal")
    async def remind_deal(self, request: cv.RemindDeal) -> cv.Reminded:
        return await self.take(  # type: ignore[no-any-return]
            # Not a whole day: a test that sleeps days would cancel a timer in the instant in which it fires, and the
            # time-skipping server loses such timers.
            request,
            lambda now: cv.Reminded(next_at=now + timedelta(days=1, minutes=37)),
        )

    @activity.defn(name="conversion.open_inbound")
    async def open_inbound(self, request: cv.OpenInbound) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="conversion.add_hand_over")
    async def add_hand_over(self, request: cv.AddHandOver) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="conversion.run_playbook_step")
    async def run_playbook_step(self, request: cv.RunPlaybookStep) -> cv.PlaybookStepDone:
        return await self.take(request, lambda _: cv.PlaybookStepDone())  # type: ignore[no-any-return]

    @activity.defn(name="conversion.take_catalogue")
    async def take_catalogue(self, request: CataloguePage) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="conversion.record_commission")
    async def record_commission(self, request: MoneyEvent) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="conversion.close_deal")
    async def close_deal(self, request: cv.CloseDeal) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]


class FakeAccountMgmt(am.AccountMgmtActivities, Recorder):
    payment_term = timedelta(days=14)
    rhythm = timedelta(days=30)
    merged_into: str | None = None

    @activity.defn(name="account_mgmt.erase_person")
    async def erase_person(self, request: ErasePerson) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="account_mgmt.open_account")
    async def open_account(self, request: am.OpenAccount) -> am.OpenedAccount:
        return await self.take(  # type: ignore[no-any-return]
            request,
            lambda now: am.OpenedAccount(
                account_manager="account-manager-1",
                invoice_id=f"invoice:{request.order.deal_id}",
                due_at=now + self.payment_term,
                next_nudge_at=now + self.rhythm,
                merged_into=self.merged_into,
            ),
        )

    @activity.defn(name="account_mgmt.read_unopened")
    async def read_unopened(self, request: open_care.ReadUnopened) -> open_care.Unopened:
        return await self.take(request, lambda _: open_care.Unopened())  # type: ignore[no-any-return]

    @activity.defn(name="account_mgmt.adopt_account")
    async def adopt_account(self, request: open_care.AdoptAccount) -> open_care.AdoptedAccount:
        return await self.take(  # type: ignore[no-any-return]
            request,
            lambda now: open_care.AdoptedAccount(
                account_manager="account-manager-1",
                next_nudge_at=now + self.rhythm,
                contact=card(request.customer_id),
            ),
        )

    @activity.defn(name="account_mgmt.open_nudge")
    async def open_nudge(self, request: am.OpenNudge) -> am.OpenedNudge:
        return await self.take(  # type: ignore[no-any-return]
            request, lambda now: am.OpenedNudge(item_id=request.key, answer_by=now + timedelta(days=2))
        )

    @activity.defn(name="account_mgmt.escalate_nudge")
    async def escalate_nudge(self, request: am.EscalateNudge) -> cv.Reminded:
        return await self.take(  # type: ignore[no-any-return]
            # Not a whole day: a test that sleeps days would cancel a timer in the instant in which it fires, and the
            # time-skipping server loses such timers.
            request,
            lambda now: cv.Reminded(next_at=now + timedelta(days=1, minutes=37)),
        )

    @activity.defn(name="account_mgmt.remind_invoice")
    async def remind_invoice(self, request: am.RemindInvoice) -> am.RemindedInvoice:
        return await self.take(  # type: ignore[no-any-return]
            request, lambda now: am.RemindedInvoice(next_at=now + timedelta(days=7))
        )

    @activity.defn(name="account_mgmt.open_inbound")
    async def open_inbound(self, request: cv.OpenInbound) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="account_mgmt.close_customer")
    async def close_customer(self, request: am.CloseCustomer) -> Done:
        return await self.take(request, lambda _: Done())  # type: ignore[no-any-return]

    @activity.defn(name="account_mgmt.fit_timing")
    async def fit_timing(self, request: ft.RunFit) -> ft.FittedTiming:
        return await self.take(  # type: ignore[no-any-return]
            request, lambda now: ft.FittedTiming(customers=1, next_at=now + timedelta(days=1))
        )

    @activity.defn(name="account_mgmt.learn_pairs")
    async def learn_pairs(self, request: ft.LearnPairs) -> ft.LearnedPairs:
        return await self.take(request, lambda _: ft.LearnedPairs(pairs=1))  # type: ignore[no-any-return]

    @activity.defn(name="account_mgmt.find_risks")
    async def find_risks(self, request: ft.FindRisks) -> ft.FoundRisks:
        return await self.take(request, lambda _: ft.FoundRisks(customers=1))  # type: ignore[no-any-return]

    @activity.defn(name="account_mgmt.read_catalogue")
    async def read_catalogue(self, request: ReadCatalogue) -> CataloguePage:
        return await self.take(request, lambda _: CataloguePage(upto=request.since))  # type: ignore[no-any-return]

    @activity.defn(name="account_mgmt.read_customer")
    async def read_customer(self, request: am.ReadCustomer) -> am.CustomerCard:
        return await self.take(  # type: ignore[no-any-return]
            request, lambda _: am.CustomerCard(contact=card(request.customer_id), won_by="manager-1")
        )
