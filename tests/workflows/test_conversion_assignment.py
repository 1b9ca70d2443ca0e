"""Tier 2: managers are asked one after the other, the lead waits for one to be free, the supervisor is last."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.test_conversion import accept, win
from tests.workflows.tiers import Tiers
from workflows.contracts.conversion import (
    Assigned,
    Declined,
    EscalateOffer,
    HandOverReason,
    OfferDeal,
    OfferedDeal,
    OfferEscalated,
    OfferWithdrawn,
    Returned,
    Stage,
    WithdrawOffer,
)
from workflows.conversion.workflow import Conversion


async def test_a_declined_lead_goes_to_the_next_manager(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    first = await tiers.conversion.nth(OfferDeal)
    await handle.signal(
        Conversion.declined, Declined(**await tiers.answer("manager-1"), item_id=first.key, reason="no capacity")
    )
    second = await tiers.conversion.nth(OfferDeal, 2)
    assert second.excluded == ["manager-1"]
    await accept(tiers, handle, 2, "manager-2")
    await win(tiers, handle)
    assert (await handle.result()).owner == "manager-2"


async def test_an_unanswered_offer_expires_and_goes_on_until_the_supervisor_has_it(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await tiers.conversion.nth(OfferDeal)
    await tiers.pass_time(minutes=110)
    last = await tiers.conversion.nth(OfferDeal, 4)
    assert [offer.to_supervisor for offer in tiers.conversion.of(OfferDeal)] == [False, False, False, True]
    assert last.excluded == ["manager-1", "manager-2", "manager-3"]
    assert len(tiers.conversion.of(WithdrawOffer)) == 3
    await tiers.pass_time(days=30)
    assert len(tiers.conversion.of(OfferDeal)) == 4
    await accept(tiers, handle, 4, "manager-4")
    await win(tiers, handle)
    assert (await handle.result()).owner == "manager-4"


async def test_an_answer_in_the_moment_of_expiry_wins(tiers: Tiers) -> None:
    tiers.conversion.answers[WithdrawOffer] = lambda _: OfferWithdrawn(withdrawn=False)
    handle = await tiers.start_conversion()
    await tiers.conversion.nth(OfferDeal)
    await tiers.pass_time(minutes=45)
    await tiers.conversion.nth(WithdrawOffer)
    await accept(tiers, handle)
    await win(tiers, handle)
    assert (await handle.result()).owner == "manager-1"
    assert len(tiers.conversion.of(OfferDeal)) == 1


async def test_an_answer_to_an_expired_offer_is_ignored(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await tiers.conversion.nth(OfferDeal)
    await tiers.pass_time(minutes=31)
    await tiers.conversion.nth(OfferDeal, 2)
    await accept(tiers, handle, 1, "manager-1")
    await accept(tiers, handle, 2, "manager-2")
    await win(tiers, handle)
    assert (await handle.result()).owner == "manager-2"


async def test_a_lead_that_waits_is_offered_to_the_manager_who_becomes_free(tiers: Tiers) -> None:
    tiers.conversion.answers[OfferDeal] = lambda request: OfferedDeal(
        deal_id="deal-1", item_id=request.key, waiting=True
    )
    handle = await tiers.start_conversion()
    offer = await tiers.conversion.nth(OfferDeal)
    await tiers.pass_time(days=3)
    assert len(tiers.conversion.of(OfferDeal)) == 1
    assigned = Assigned(
        **await tiers.answer("routing"), item_id=offer.key, manager="manager-9", accept_by=await tiers.later(minutes=30)
    )
    await handle.signal(Conversion.assigned, assigned)
    # It is an offer like any other now: unanswered, it goes on to the next, and this manager is not asked again.
    await tiers.pass_time(minutes=45)
    second = await tiers.conversion.nth(OfferDeal, 2)
    assert second.excluded == ["manager-9"]
    await accept(tiers, handle, 2, "manager-2")
    await win(tiers, handle)
    assert (await handle.result()).owner == "manager-2"


async def test_the_supervisor_is_reminded_of_a_lead_that_nobody_takes_until_the_last_time(tiers: Tiers) -> None:
    now = await tiers.env.get_current_time()
    tiers.conversion.answers[OfferDeal] = lambda request: OfferedDeal(
        deal_id="deal-1", item_id=request.key, remind_at=now + timedelta(hours=1)
    )
    times = iter([now + timedelta(hours=5), now + timedelta(hours=9), None])
    tiers.conversion.answers[EscalateOffer] = lambda _: OfferEscalated(next_at=next(times))
    handle = await tiers.start_conversion()
    await tiers.pass_time(days=10)
    assert len(tiers.conversion.of(EscalateOffer)) == 3
    await accept(tiers, handle)
    await win(tiers, handle)
    assert (await handle.result()).stage is Stage.WON


async def test_a_deal_given_back_is_offered_to_the_others(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    back = Returned(**await tiers.answer("manager-1"), owner="manager-1", reason="needs sea freight")
    await handle.signal(Conversion.returned, back)
    again = await tiers.conversion.nth(OfferDeal, 2)
    assert (again.excluded, again.hand_over.reason) == (["manager-1"], HandOverReason.RETURNED)
    await accept(tiers, handle, 2, "manager-2")
    await win(tiers, handle)
    assert (await handle.result()).owner == "manager-2"
