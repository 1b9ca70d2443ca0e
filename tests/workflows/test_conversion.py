"""Tier 2: a deal's reminders, its sleep, what reaches it from outside, and every end."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle

from tests.workflows.tiers import Tiers
from workflows.contracts import account_mgmt as am
from workflows.contracts.base import Cancel, DoNotCall, InboundCall
from workflows.contracts.conversion import (
    Accepted,
    AddHandOver,
    CloseDeal,
    DealMoved,
    Declined,
    HandedOver,
    HandOverReason,
    Lost,
    OfferDeal,
    OfferedDeal,
    OpenInbound,
    Reassigned,
    RemindDeal,
    Stage,
    Won,
)
from workflows.conversion.workflow import Conversion

Handle = WorkflowHandle[Any, Any]


async def accept(tiers: Tiers, handle: Handle, number: int = 1, by: str = "manager-1") -> None:
    offer = await tiers.conversion.nth(OfferDeal, number)
    answer = Accepted(**await tiers.answer(by), item_id=offer.key, next_action_at=await tiers.later(days=1))
    await handle.signal(Conversion.accepted, answer)


async def win(tiers: Tiers, handle: Handle) -> None:
    await handle.signal(Conversion.won, Won(**await tiers.answer("manager-1"), order=await tiers.order()))


async def test_an_accepted_lead_is_won_and_becomes_a_customer(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await win(tiers, handle)
    result = await handle.result()
    assert (result.stage, result.owner) == (Stage.WON, "manager-1")
    opened = await tiers.account_mgmt.nth(am.OpenAccount)
    assert opened.order.won_by == "manager-1"


async def test_a_forgotten_step_reminds_the_manager_then_the_supervisor_and_ends(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await tiers.shows(handle, stage="accepted")
    await tiers.pass_time(days=20)
    assert [reminder.level for reminder in tiers.conversion.of(RemindDeal)] == [1, 2, 3]
    await win(tiers, handle)
    assert (await handle.result()).stage is Stage.WON


async def test_a_step_of_the_deal_moves_the_reminder(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await tiers.shows(handle, stage="accepted")
    moved = DealMoved(
        **await tiers.answer("manager-1"),
        what="meeting booked",
        stage=Stage.MEETING,
        next_action_at=await tiers.later(days=10),
    )
    await handle.signal(Conversion.moved, moved)
    await tiers.pass_time(days=9)
    assert not tiers.conversion.of(RemindDeal)
    await tiers.pass_time(days=2)
    assert (await tiers.conversion.nth(RemindDeal)).level == 1


async def test_a_lost_deal_ends(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await handle.signal(Conversion.lost, Lost(**await tiers.answer("manager-1"), reason="price"))
    result = await handle.result()
    assert (result.stage, result.reason) == (Stage.LOST, "price")


async def test_a_sleeping_deal_returns_to_its_manager(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    sleep = Lost(**await tiers.answer("manager-1"), reason="next season", return_at=await tiers.later(days=90))
    await handle.signal(Conversion.lost, sleep)
    await tiers.pass_time(days=89)
    assert len(tiers.conversion.of(OfferDeal)) == 1
    await tiers.pass_time(days=2)
    again = await tiers.conversion.nth(OfferDeal, 2)
    assert (again.hand_over.reason, again.hand_over.sticky_manager) == (HandOverReason.RETURNED, "manager-1")
    await accept(tiers, handle, 2)
    await win(tiers, handle)
    assert (await handle.result()).stage is Stage.WON


async def test_an_inbound_call_wakes_a_sleeping_deal(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    sleep = Lost(**await tiers.answer("manager-1"), reason="next season", return_at=await tiers.later(days=90))
    await handle.signal(Conversion.lost, sleep)
    await tiers.shows(handle, stage="asleep")
    await handle.signal(Conversion.inbound_called, InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
    again = await tiers.conversion.nth(OfferDeal, 2)
    assert again.hand_over.reason is HandOverReason.INBOUND


async def test_withdrawn_consent_while_asleep_closes_the_deal(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    sleep = Lost(**await tiers.answer("manager-1"), reason="next season", return_at=await tiers.later(days=90))
    await handle.signal(Conversion.lost, sleep)
    await tiers.shows(handle, stage="asleep")
    await handle.signal(Conversion.do_not_call, DoNotCall(**await tiers.answer()))
    assert (await handle.result()).stage is Stage.LOST
    assert [close.register_stage for close in tiers.conversion.of(CloseDeal)] == ["do_not_call"]


@pytest.mark.parametrize("accepted", [False, True])
async def test_an_inbound_call_is_urgent_work_before_and_after_acceptance(tiers: Tiers, accepted: bool) -> None:
    handle = await tiers.start_conversion()
    await tiers.conversion.nth(OfferDeal)
    if accepted:
        await accept(tiers, handle)
    await handle.signal(Conversion.inbound_called, InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
    assert (await tiers.conversion.nth(OpenInbound)).inbound_call_id == "in-1"


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("signal", ["do_not_call", "cancel"])
async def test_the_deal_is_closed_from_outside_at_any_stage(tiers: Tiers, accepted: bool, signal: str) -> None:
    handle = await tiers.start_conversion()
    await tiers.conversion.nth(OfferDeal)
    if accepted:
        await accept(tiers, handle)
    kind = DoNotCall if signal == "do_not_call" else Cancel
    await handle.signal(signal, kind(**await tiers.answer(), reason="enough"))
    result = await handle.result()
    assert (result.stage, result.reason) == (Stage.LOST, "enough")
    assert [close.reason for close in tiers.conversion.of(CloseDeal)] == ["enough"]


async def test_a_cancellation_by_ops_closes_the_deal_and_tells_the_register(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await tiers.shows(handle, stage="accepted")
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert len(tiers.conversion.of(CloseDeal)) == 1
    assert [close.register_stage for close in tiers.conversion.of(CloseDeal)] == ["cancelled"]


async def test_a_late_hand_over_adds_its_story_to_the_deal(tiers: Tiers) -> None:
    handle = await tiers.start_conversion(HandOverReason.INBOUND)
    await accept(tiers, handle)
    await handle.signal(Conversion.handed_over, HandedOver(**await tiers.answer(), hand_over=tiers.hand_over()))
    assert (await tiers.conversion.nth(AddHandOver)).lead_id == tiers.lead_id


async def test_a_call_of_somebody_just_won_is_passed_to_the_account_manager(tiers: Tiers) -> None:
    await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    tiers.conversion.answers[OfferDeal] = lambda _: OfferedDeal(deal_id="deal-1", already_customer=True)
    handle = await tiers.start_conversion(HandOverReason.INBOUND)
    assert (await handle.result()).stage is Stage.WON
    assert (await tiers.account_mgmt.nth(OpenInbound)).lead_id == tiers.lead_id


async def test_a_sale_to_a_customer_in_care_is_another_order_of_theirs(tiers: Tiers) -> None:
    await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await handle.signal(Conversion.won, Won(**await tiers.answer(), order=await tiers.order("deal-2")))
    await handle.result()
    assert (await tiers.account_mgmt.nth(am.OpenAccount, 2)).order.deal_id == "deal-2"


async def test_a_take_over_moves_owner_and_deadlines(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await tiers.shows(handle, stage="accepted")
    taken = Reassigned(**await tiers.answer("boss"), owner="manager-7", next_action_at=await tiers.later(days=5))
    await handle.signal(Conversion.reassigned, taken)
    await tiers.pass_time(days=4)
    assert not tiers.conversion.of(RemindDeal)
    await tiers.pass_time(days=2)
    await tiers.conversion.nth(RemindDeal)
    await handle.signal(Conversion.lost, Lost(**await tiers.answer("manager-7"), reason="price"))
    assert (await handle.result()).owner == "manager-7"


async def test_a_deal_that_stands_still_is_noticed_though_its_next_step_is_always_moved(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    offer = await tiers.conversion.nth(OfferDeal)
    stale_at = await tiers.later(days=14)
    await handle.signal(
        Conversion.accepted,
        Accepted(
            **await tiers.answer("manager-1"), item_id=offer.key, next_action_at=await tiers.later(days=1),
            stale_at=stale_at,
        ),
    )  # fmt: skip
    # The hours keep the clock off the instant of a reminder: this server loses timers that are cancelled as they fire.
    for _ in range(4):
        moved = DealMoved(
            **await tiers.answer("manager-1"), what="next step planned", stage=Stage.ACCEPTED,
            next_action_at=await tiers.later(days=5), stale_at=stale_at,
        )  # fmt: skip
        await handle.signal(Conversion.moved, moved)
        await tiers.pass_time(days=4, hours=1)
    assert [(reminder.level, reminder.stale) for reminder in tiers.conversion.of(RemindDeal)][:2] == [
        (1, True),
        (2, True),
    ]
    on = DealMoved(
        **await tiers.answer("manager-1"), what="qualified", stage=Stage.QUALIFIED,
        next_action_at=await tiers.later(days=30),
    )  # fmt: skip
    seen = len(tiers.conversion.of(RemindDeal))
    await handle.signal(Conversion.moved, on)
    await tiers.pass_time(days=20, hours=3)
    assert len(tiers.conversion.of(RemindDeal)) == seen
    await win(tiers, handle)
    await handle.result()


async def test_three_months_of_one_deal_pass_in_seconds(tiers: Tiers) -> None:
    """Declined, expired, accepted, overdue, a meeting, asleep for a season, back, reassigned, and won: every touch."""
    handle = await tiers.start_conversion()
    first = await tiers.conversion.nth(OfferDeal)
    await handle.signal(
        Conversion.declined, Declined(**await tiers.answer("manager-1"), item_id=first.key, reason="no time")
    )
    await tiers.conversion.nth(OfferDeal, 2)
    # The second offer has expired, and the third has not: in the instant of its end its answer would come too late.
    await tiers.pass_time(minutes=45)
    await accept(tiers, handle, 3, "manager-3")
    await tiers.shows(handle, stage="accepted")
    await tiers.pass_time(days=1, hours=6)
    await tiers.conversion.nth(RemindDeal)
    for day, (what, stage) in enumerate([("qualified", Stage.QUALIFIED), ("meeting booked", Stage.MEETING)], start=3):
        moved = DealMoved(
            **await tiers.answer("manager-3"), what=what, stage=stage, next_action_at=await tiers.later(days=day)
        )
        await handle.signal(Conversion.moved, moved)
        await tiers.pass_time(days=2)
    sleep = Lost(**await tiers.answer("manager-3"), reason="season", return_at=await tiers.later(days=60))
    await handle.signal(Conversion.lost, sleep)
    await tiers.pass_time(days=60, minutes=2)
    fourth = await tiers.conversion.nth(OfferDeal, 4)
    assert (fourth.hand_over.reason, fourth.hand_over.sticky_manager) == (HandOverReason.RETURNED, "manager-3")
    await accept(tiers, handle, 4, "manager-3")
    await handle.signal(
        Conversion.reassigned,
        Reassigned(**await tiers.answer("boss"), owner="manager-4", next_action_at=await tiers.later(days=9)),
    )
    await tiers.pass_time(days=8)
    await win(tiers, handle)
    result = await handle.result()
    assert (result.stage, result.owner) == (Stage.WON, "manager-4")
    assert len(tiers.conversion.of(RemindDeal)) == 1
