"""Tier 2: the offer chain, the deal's reminders, and every end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle

from tests.workflows.house import House
from workflows.contracts import account_mgmt as am
from workflows.contracts.base import Cancel, DoNotCall, InboundCall, Tier
from workflows.contracts.conversion import (
    Accepted,
    AddHandOver,
    AnsweredQuestion,
    Assigned,
    CloseDeal,
    DealMoved,
    Declined,
    EscalateOffer,
    HandedOver,
    HandOverReason,
    Lost,
    OfferDeal,
    OfferedDeal,
    OfferEscalated,
    OfferWithdrawn,
    OpenInbound,
    PlaybookPlanned,
    PlaybookStepDone,
    Reassigned,
    RemindDeal,
    Returned,
    RunPlaybookStep,
    Stage,
    WithdrawOffer,
    Won,
)
from workflows.contracts.lead_gen import RegisterUpdate, TakeAnswer
from workflows.conversion.workflow import Conversion

Handle = WorkflowHandle[Any, Any]


async def accept(house: House, handle: Handle, number: int = 1, by: str = "manager-1") -> None:
    offer = await house.conversion.nth(OfferDeal, number)
    answer = Accepted(**await house.answer(by), item_id=offer.key, next_action_at=await house.later(days=1))
    await handle.signal(Conversion.accepted, answer)


async def win(house: House, handle: Handle) -> None:
    await handle.signal(Conversion.won, Won(**await house.answer("manager-1"), order=await house.order()))


async def test_an_accepted_lead_is_won_and_becomes_a_customer(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    await win(house, handle)
    result = await handle.result()
    assert (result.stage, result.owner) == (Stage.WON, "manager-1")
    opened = await house.account_mgmt.nth(am.OpenAccount)
    assert opened.order.won_by == "manager-1"
    await house.lead_gen.nth(RegisterUpdate, 3)
    told = [(u.tier, u.stage, u.owner) for u in house.lead_gen.of(RegisterUpdate)]
    assert told == [
        (Tier.CONVERSION, "accepted", "manager-1"),
        (Tier.ACCOUNT_MGMT, "won", None),
        (Tier.ACCOUNT_MGMT, "active", "account-manager-1"),
    ]


async def test_a_declined_lead_goes_to_the_next_manager(house: House) -> None:
    handle = await house.start_conversion()
    first = await house.conversion.nth(OfferDeal)
    await handle.signal(
        Conversion.declined, Declined(**await house.answer("manager-1"), item_id=first.key, reason="no capacity")
    )
    second = await house.conversion.nth(OfferDeal, 2)
    assert second.excluded == ["manager-1"]
    await accept(house, handle, 2, "manager-2")
    await win(house, handle)
    assert (await handle.result()).owner == "manager-2"


async def test_an_unanswered_offer_expires_and_goes_on_until_the_supervisor_has_it(house: House) -> None:
    handle = await house.start_conversion()
    await house.conversion.nth(OfferDeal)
    await house.pass_time(minutes=110)
    last = await house.conversion.nth(OfferDeal, 4)
    assert [offer.to_supervisor for offer in house.conversion.of(OfferDeal)] == [False, False, False, True]
    assert last.excluded == ["manager-1", "manager-2", "manager-3"]
    assert len(house.conversion.of(WithdrawOffer)) == 3
    await house.pass_time(days=30)
    assert len(house.conversion.of(OfferDeal)) == 4
    await accept(house, handle, 4, "manager-4")
    await win(house, handle)
    assert (await handle.result()).owner == "manager-4"


async def test_an_answer_in_the_moment_of_expiry_wins(house: House) -> None:
    house.conversion.answers[WithdrawOffer] = lambda _: OfferWithdrawn(withdrawn=False)
    handle = await house.start_conversion()
    await house.conversion.nth(OfferDeal)
    await house.pass_time(minutes=45)
    await house.conversion.nth(WithdrawOffer)
    await accept(house, handle)
    await win(house, handle)
    assert (await handle.result()).owner == "manager-1"
    assert len(house.conversion.of(OfferDeal)) == 1


async def test_an_answer_to_an_expired_offer_is_ignored(house: House) -> None:
    handle = await house.start_conversion()
    await house.conversion.nth(OfferDeal)
    await house.pass_time(minutes=31)
    await house.conversion.nth(OfferDeal, 2)
    await accept(house, handle, 1, "manager-1")
    await accept(house, handle, 2, "manager-2")
    await win(house, handle)
    assert (await handle.result()).owner == "manager-2"


async def test_a_forgotten_step_reminds_the_manager_then_the_supervisor_and_ends(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    await house.lead_gen.nth(RegisterUpdate)
    await house.pass_time(days=20)
    assert [reminder.level for reminder in house.conversion.of(RemindDeal)] == [1, 2, 3]
    await win(house, handle)
    assert (await handle.result()).stage is Stage.WON


async def test_a_step_of_the_deal_moves_the_reminder(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    await house.lead_gen.nth(RegisterUpdate)
    moved = DealMoved(
        **await house.answer("manager-1"),
        what="meeting booked",
        stage=Stage.MEETING,
        next_action_at=await house.later(days=10),
    )
    await handle.signal(Conversion.moved, moved)
    await house.pass_time(days=9)
    assert not house.conversion.of(RemindDeal)
    await house.pass_time(days=2)
    assert (await house.conversion.nth(RemindDeal)).level == 1


async def test_a_lost_deal_ends_and_the_register_knows(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    await handle.signal(Conversion.lost, Lost(**await house.answer("manager-1"), reason="price"))
    result = await handle.result()
    assert (result.stage, result.reason) == (Stage.LOST, "price")
    # Reports do not wait for each other; the register goes by their times.
    assert max(house.lead_gen.of(RegisterUpdate), key=lambda report: report.at).stage == "lost"


async def test_a_sleeping_deal_returns_to_its_manager(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    sleep = Lost(**await house.answer("manager-1"), reason="next season", return_at=await house.later(days=90))
    await handle.signal(Conversion.lost, sleep)
    await house.pass_time(days=89)
    assert len(house.conversion.of(OfferDeal)) == 1
    await house.pass_time(days=2)
    again = await house.conversion.nth(OfferDeal, 2)
    assert (again.hand_over.reason, again.hand_over.sticky_manager) == (HandOverReason.RETURNED, "manager-1")
    await accept(house, handle, 2)
    await win(house, handle)
    assert (await handle.result()).stage is Stage.WON


async def test_an_inbound_call_wakes_a_sleeping_deal(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    sleep = Lost(**await house.answer("manager-1"), reason="next season", return_at=await house.later(days=90))
    await handle.signal(Conversion.lost, sleep)
    await house.lead_gen.nth(RegisterUpdate, 2)
    await handle.signal(Conversion.inbound_called, InboundCall(**await house.answer(), inbound_call_id="in-1"))
    again = await house.conversion.nth(OfferDeal, 2)
    assert again.hand_over.reason is HandOverReason.INBOUND


async def test_withdrawn_consent_while_asleep_closes_the_deal(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    sleep = Lost(**await house.answer("manager-1"), reason="next season", return_at=await house.later(days=90))
    await handle.signal(Conversion.lost, sleep)
    await house.lead_gen.nth(RegisterUpdate, 2)
    await handle.signal(Conversion.do_not_call, DoNotCall(**await house.answer()))
    assert (await handle.result()).stage is Stage.LOST
    assert house.lead_gen.of(RegisterUpdate)[-1].stage == "do_not_call"


@pytest.mark.parametrize("accepted", [False, True])
async def test_an_inbound_call_is_urgent_work_before_and_after_acceptance(house: House, accepted: bool) -> None:
    handle = await house.start_conversion()
    await house.conversion.nth(OfferDeal)
    if accepted:
        await accept(house, handle)
    await handle.signal(Conversion.inbound_called, InboundCall(**await house.answer(), inbound_call_id="in-1"))
    assert (await house.conversion.nth(OpenInbound)).inbound_call_id == "in-1"


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("signal", ["do_not_call", "cancel"])
async def test_the_deal_is_closed_from_outside_at_any_stage(house: House, accepted: bool, signal: str) -> None:
    handle = await house.start_conversion()
    await house.conversion.nth(OfferDeal)
    if accepted:
        await accept(house, handle)
    kind = DoNotCall if signal == "do_not_call" else Cancel
    await handle.signal(signal, kind(**await house.answer(), reason="enough"))
    result = await handle.result()
    assert (result.stage, result.reason) == (Stage.LOST, "enough")
    assert [close.reason for close in house.conversion.of(CloseDeal)] == ["enough"]


async def test_a_cancellation_by_ops_closes_the_deal_and_tells_the_register(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    await house.lead_gen.nth(RegisterUpdate)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert len(house.conversion.of(CloseDeal)) == 1
    assert house.lead_gen.of(RegisterUpdate)[-1].stage == "cancelled"


async def test_a_late_hand_over_adds_its_story_to_the_deal(house: House) -> None:
    handle = await house.start_conversion(HandOverReason.INBOUND)
    await accept(house, handle)
    await handle.signal(Conversion.handed_over, HandedOver(**await house.answer(), hand_over=house.hand_over()))
    assert (await house.conversion.nth(AddHandOver)).lead_id == house.lead_id


async def test_a_call_of_somebody_just_won_is_passed_to_the_account_manager(house: House) -> None:
    await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    house.conversion.answers[OfferDeal] = lambda _: OfferedDeal(deal_id="deal-1", already_customer=True)
    handle = await house.start_conversion(HandOverReason.INBOUND)
    assert (await handle.result()).stage is Stage.WON
    assert (await house.account_mgmt.nth(OpenInbound)).lead_id == house.lead_id


async def test_a_sale_to_a_customer_in_care_is_another_order_of_theirs(house: House) -> None:
    await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    handle = await house.start_conversion()
    await accept(house, handle)
    await handle.signal(Conversion.won, Won(**await house.answer(), order=await house.order("deal-2")))
    await handle.result()
    assert (await house.account_mgmt.nth(am.OpenAccount, 2)).order.deal_id == "deal-2"


async def test_a_lead_that_waits_is_offered_to_the_manager_who_becomes_free(house: House) -> None:
    house.conversion.answers[OfferDeal] = lambda request: OfferedDeal(
        deal_id="deal-1", item_id=request.key, waiting=True
    )
    handle = await house.start_conversion()
    offer = await house.conversion.nth(OfferDeal)
    await house.pass_time(days=3)
    assert len(house.conversion.of(OfferDeal)) == 1
    assigned = Assigned(
        **await house.answer("routing"), item_id=offer.key, manager="manager-9", accept_by=await house.later(minutes=30)
    )
    await handle.signal(Conversion.assigned, assigned)
    # It is an offer like any other now: unanswered, it goes on to the next, and he is not asked again.
    await house.pass_time(minutes=45)
    second = await house.conversion.nth(OfferDeal, 2)
    assert second.excluded == ["manager-9"]
    await accept(house, handle, 2, "manager-2")
    await win(house, handle)
    assert (await handle.result()).owner == "manager-2"


async def test_the_supervisor_is_reminded_of_a_lead_that_nobody_takes_until_the_last_time(house: House) -> None:
    now = await house.env.get_current_time()
    house.conversion.answers[OfferDeal] = lambda request: OfferedDeal(
        deal_id="deal-1", item_id=request.key, remind_at=now + timedelta(hours=1)
    )
    times = iter([now + timedelta(hours=5), now + timedelta(hours=9), None])
    house.conversion.answers[EscalateOffer] = lambda _: OfferEscalated(next_at=next(times))
    handle = await house.start_conversion()
    await house.pass_time(days=10)
    assert len(house.conversion.of(EscalateOffer)) == 3
    await accept(house, handle)
    await win(house, handle)
    assert (await handle.result()).stage is Stage.WON


async def test_a_deal_given_back_is_offered_to_the_others(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    back = Returned(**await house.answer("manager-1"), owner="manager-1", reason="needs sea freight")
    await handle.signal(Conversion.returned, back)
    again = await house.conversion.nth(OfferDeal, 2)
    assert (again.excluded, again.hand_over.reason) == (["manager-1"], HandOverReason.RETURNED)
    await accept(house, handle, 2, "manager-2")
    await win(house, handle)
    assert (await handle.result()).owner == "manager-2"


async def test_a_take_over_moves_owner_and_deadlines(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    await house.lead_gen.nth(RegisterUpdate)
    taken = Reassigned(**await house.answer("boss"), owner="manager-7", next_action_at=await house.later(days=5))
    await handle.signal(Conversion.reassigned, taken)
    await house.pass_time(days=4)
    assert not house.conversion.of(RemindDeal)
    await house.pass_time(days=2)
    await house.conversion.nth(RemindDeal)
    await handle.signal(Conversion.lost, Lost(**await house.answer("manager-7"), reason="price"))
    assert (await handle.result()).owner == "manager-7"
    assert (await house.lead_gen.nth(RegisterUpdate, 2)).owner == "manager-7"


async def test_a_deal_that_stands_still_is_warned_of_though_its_steps_are_always_moved_on(house: House) -> None:
    handle = await house.start_conversion()
    offer = await house.conversion.nth(OfferDeal)
    stale_at = await house.later(days=14)
    await handle.signal(
        Conversion.accepted,
        Accepted(
            **await house.answer("manager-1"), item_id=offer.key, next_action_at=await house.later(days=1),
            stale_at=stale_at,
        ),
    )  # fmt: skip
    # The hours keep the clock off the instant of a reminder: this server loses timers that are cancelled as they fire.
    for _ in range(4):
        moved = DealMoved(
            **await house.answer("manager-1"), what="next step planned", stage=Stage.ACCEPTED,
            next_action_at=await house.later(days=5), stale_at=stale_at,
        )  # fmt: skip
        await handle.signal(Conversion.moved, moved)
        await house.pass_time(days=4, hours=1)
    assert [(reminder.level, reminder.stale) for reminder in house.conversion.of(RemindDeal)][:2] == [
        (1, True),
        (2, True),
    ]
    on = DealMoved(
        **await house.answer("manager-1"), what="qualified", stage=Stage.QUALIFIED,
        next_action_at=await house.later(days=30),
    )  # fmt: skip
    seen = len(house.conversion.of(RemindDeal))
    await handle.signal(Conversion.moved, on)
    await house.pass_time(days=20, hours=3)
    assert len(house.conversion.of(RemindDeal)) == seen
    await win(house, handle)
    await handle.result()


async def test_three_months_of_one_deal_pass_in_seconds(house: House) -> None:
    """Declined, expired, accepted, overdue, a meeting, asleep for a season, back, given on, and won: every touch."""
    handle = await house.start_conversion()
    first = await house.conversion.nth(OfferDeal)
    await handle.signal(
        Conversion.declined, Declined(**await house.answer("manager-1"), item_id=first.key, reason="no time")
    )
    await house.conversion.nth(OfferDeal, 2)
    # The second offer has expired, and the third has not: in the instant of its end its answer could be lost.
    await house.pass_time(minutes=45)
    await accept(house, handle, 3, "manager-3")
    await house.lead_gen.nth(RegisterUpdate)
    await house.pass_time(days=1, hours=6)
    await house.conversion.nth(RemindDeal)
    for day, (what, stage) in enumerate([("qualified", Stage.QUALIFIED), ("meeting booked", Stage.MEETING)], start=3):
        moved = DealMoved(
            **await house.answer("manager-3"), what=what, stage=stage, next_action_at=await house.later(days=day)
        )
        await handle.signal(Conversion.moved, moved)
        await house.pass_time(days=2)
    sleep = Lost(**await house.answer("manager-3"), reason="season", return_at=await house.later(days=60))
    await handle.signal(Conversion.lost, sleep)
    await house.pass_time(days=60, minutes=2)
    fourth = await house.conversion.nth(OfferDeal, 4)
    assert (fourth.hand_over.reason, fourth.hand_over.sticky_manager) == (HandOverReason.RETURNED, "manager-3")
    await accept(house, handle, 4, "manager-3")
    await handle.signal(
        Conversion.reassigned,
        Reassigned(**await house.answer("boss"), owner="manager-4", next_action_at=await house.later(days=9)),
    )
    await house.pass_time(days=8)
    await win(house, handle)
    result = await handle.result()
    assert (result.stage, result.owner) == (Stage.WON, "manager-4")
    assert len(house.conversion.of(RemindDeal)) == 1


async def test_an_answered_question_goes_back_to_tier_1_and_never_holds_the_deal_up(house: House) -> None:
    handle = await house.start_conversion(HandOverReason.HARD_QUESTION)
    await accept(house, handle)
    moved = DealMoved(
        **await house.answer("manager-1"), what="question answered", stage=Stage.INFORMING,
        next_action_at=await house.later(days=2),
        answered=AnsweredQuestion(question="Who insures it?", answer="We do.", publish=True),
    )  # fmt: skip
    await handle.signal(Conversion.moved, moved)
    told = await house.lead_gen.nth(TakeAnswer)
    assert (told.question, told.answer, told.publish, told.answered_by) == (
        "Who insures it?",
        "We do.",
        True,
        "manager-1",
    )
    await win(house, handle)
    assert (await handle.result()).stage is Stage.WON


async def test_a_playbook_runs_by_the_workflows_timer_until_it_has_no_more_steps(house: House) -> None:
    now = await house.env.get_current_time()
    times = iter([now + timedelta(days=3, hours=1), now + timedelta(days=6, hours=1), None])
    house.conversion.answers[RunPlaybookStep] = lambda _: PlaybookStepDone(what="mail pack", due_at=next(times))
    handle = await house.start_conversion()
    offer = await house.conversion.nth(OfferDeal)
    accepted = Accepted(**await house.answer("manager-1"), item_id=offer.key, next_action_at=now + timedelta(days=90))
    await handle.signal(Conversion.accepted, accepted)
    planned = PlaybookPlanned(**await house.answer("manager-1"), due_at=now + timedelta(hours=1))
    await handle.signal(Conversion.playbook_planned, planned)
    await house.pass_time(days=10)
    assert len(house.conversion.of(RunPlaybookStep)) == 3
    await house.pass_time(days=30)
    assert len(house.conversion.of(RunPlaybookStep)) == 3
    await win(house, handle)
    await handle.result()


async def test_a_playbook_that_was_stopped_does_nothing_more(house: House) -> None:
    handle = await house.start_conversion()
    await accept(house, handle)
    planned = PlaybookPlanned(**await house.answer("manager-1"), due_at=await house.later(hours=5))
    await handle.signal(Conversion.playbook_planned, planned)
    await house.pass_time(hours=1)
    await handle.signal(Conversion.playbook_planned, PlaybookPlanned(**await house.answer("playbook")))
    await house.pass_time(hours=9)
    assert not house.conversion.of(RunPlaybookStep)
    await win(house, handle)
    await handle.result()


async def planned_playbook(house: House, handle: Handle, **due: float) -> None:
    """A playbook's step is due after `due`, the deal's own next step two days later."""
    due_at = await house.later(**due)
    planned = PlaybookPlanned(
        **await house.answer("manager-1"), due_at=due_at, next_action_at=due_at + timedelta(days=2)
    )
    await handle.signal(Conversion.playbook_planned, planned)


async def test_while_a_playbook_works_the_deals_own_step_is_overdue_only_after_the_playbooks(house: House) -> None:
    now = await house.env.get_current_time()
    house.conversion.answers[RunPlaybookStep] = lambda _: PlaybookStepDone(
        what="call", next_action_at=now + timedelta(days=9)
    )
    handle = await house.start_conversion()
    await accept(house, handle)
    await planned_playbook(house, handle, days=5)
    await house.pass_time(days=8)
    assert len(house.conversion.of(RunPlaybookStep)) == 1
    assert not house.conversion.of(RemindDeal)
    await house.pass_time(days=2)
    await house.conversion.nth(RemindDeal)
    await win(house, handle)
    await handle.result()


async def test_a_tier_whose_clock_is_behind_is_not_asked_for_a_step_without_a_pause(house: House) -> None:
    """Mautic 7057: an event is rescheduled over and over, hundreds of rows a second."""
    now = await house.env.get_current_time()
    answers = iter([*(PlaybookStepDone(due_at=now) for _ in range(5)), PlaybookStepDone()])
    house.conversion.answers[RunPlaybookStep] = lambda _: next(answers)
    handle = await house.start_conversion()
    await accept(house, handle)
    await planned_playbook(house, handle, hours=1)
    await house.pass_time(hours=2)
    assert len(house.conversion.of(RunPlaybookStep)) == 6
    events = (await handle.fetch_history()).events
    timers = [e.timer_started_event_attributes for e in events if e.HasField("timer_started_event_attributes")]
    # One that waits for the playbook's time, and one before each of the looks that followed.
    assert sum(timer.start_to_fire_timeout.ToTimedelta() >= timedelta(seconds=1) for timer in timers) >= 6
    await win(house, handle)
    await handle.result()
