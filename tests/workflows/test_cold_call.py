"""Cold calling: every outcome, the cadence, promises, and whatever ends it from outside."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from tests.workflows.tiers import Tiers
from workflows.cold_call import ColdCall
from workflows.contracts import ids, queues
from workflows.contracts.base import Cancel, DoNotCall, InboundCall
from workflows.contracts.conversion import AddHandOver, HandOverReason, OfferDeal
from workflows.contracts.lead_gen import (
    CallAnswered,
    CallbackLate,
    CallOutcome,
    CloseLead,
    ColdCallInput,
    OpenCall,
    OpenedCall,
)


async def call_ends(tiers: Tiers, attempt: int, outcome: CallOutcome, **fields: Any) -> CallAnswered:
    """The caller's answer to the open call."""
    opened = await tiers.lead_gen.nth(OpenCall, attempt)
    answer = CallAnswered(
        **await tiers.answer("caller-1"), item_id=opened.key, attempt=attempt, outcome=outcome, **fields
    )
    handle = tiers.client.get_workflow_handle_for(ColdCall.run, ids.cold_call(tiers.lead_id))
    await handle.signal(ColdCall.call_answered, answer)
    return answer


@pytest.mark.parametrize(
    ("outcome", "fields", "stage"),
    [
        (CallOutcome.NOT_INTERESTED, {"reason": "has a carrier"}, "not_interested"),
        (CallOutcome.WRONG_NUMBER, {}, "wrong_number"),
        (CallOutcome.DO_NOT_CALL, {}, "do_not_call"),
    ],
)
async def test_a_refusal_closes_the_lead(
    tiers: Tiers, outcome: CallOutcome, fields: dict[str, Any], stage: str
) -> None:
    handle = await tiers.start_cold_call()
    await call_ends(tiers, 1, outcome, **fields)
    result = await handle.result()
    assert (result.stage, result.attempts) == (stage, 1)
    assert [close.stage for close in tiers.lead_gen.of(CloseLead)] == [stage]
    assert tiers.lead_gen.of(CloseLead)[0].rest is False


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (CallOutcome.INTERESTED, HandOverReason.INTERESTED),
        (CallOutcome.HARD_QUESTION, HandOverReason.HARD_QUESTION),
    ],
)
async def test_interest_and_hard_questions_go_to_tier_2_at_once(
    tiers: Tiers, outcome: CallOutcome, reason: HandOverReason
) -> None:
    handle = await tiers.start_cold_call()
    await call_ends(tiers, 1, outcome)
    assert (await handle.result()).stage == "handed_over"
    offer = await tiers.conversion.nth(OfferDeal)
    assert offer.hand_over.reason is reason
    assert offer.hand_over.sourced_by == "caller-1"
    assert offer.hand_over.contact.lead_id == tiers.lead_id


@pytest.mark.parametrize("outcome", [CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.VOICEMAIL])
async def test_six_calls_without_an_answer_send_the_lead_to_rest(tiers: Tiers, outcome: CallOutcome) -> None:
    handle = await tiers.start_cold_call()
    for attempt in range(1, 7):
        await call_ends(tiers, attempt, outcome)
    result = await handle.result()
    assert (result.stage, result.attempts) == ("resting", 6)
    assert [call.attempt for call in tiers.lead_gen.of(OpenCall)] == [1, 2, 3, 4, 5, 6]
    assert all(call.after is outcome for call in tiers.lead_gen.of(OpenCall)[1:])
    assert tiers.lead_gen.of(CloseLead)[0].rest is True


async def test_a_callback_is_opened_for_the_promised_minute_and_person(tiers: Tiers) -> None:
    await tiers.start_cold_call()
    promised = await tiers.later(hours=2)
    await call_ends(tiers, 1, CallOutcome.CALLBACK, callback_at=promised, personal=True)
    second = await tiers.lead_gen.nth(OpenCall, 2)
    assert (second.callback_at, second.assignee) == (promised, "caller-1")
    await call_ends(tiers, 2, CallOutcome.INTERESTED)
    assert (await tiers.conversion.nth(OfferDeal)).hand_over.reason is HandOverReason.INTERESTED
    assert not tiers.lead_gen.of(CallbackLate)


async def test_a_callback_nobody_made_in_time_falls_to_the_whole_shift(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call()
    await call_ends(tiers, 1, CallOutcome.CALLBACK, callback_at=await tiers.later(hours=2), personal=True)
    second = await tiers.lead_gen.nth(OpenCall, 2)
    await tiers.pass_time(hours=3)
    assert (await tiers.lead_gen.nth(CallbackLate)).item_id == second.key
    await call_ends(tiers, 2, CallOutcome.NOT_INTERESTED, reason="too late")
    assert (await handle.result()).stage == "not_interested"


async def test_a_promised_callback_does_not_use_up_an_attempt(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call(max_attempts=1)
    await call_ends(tiers, 1, CallOutcome.CALLBACK, callback_at=await tiers.later(hours=1))
    await call_ends(tiers, 2, CallOutcome.NO_ANSWER)
    assert (await handle.result()).stage == "resting"


async def test_after_a_wrong_number_the_next_number_is_called(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call()
    await call_ends(tiers, 1, CallOutcome.WRONG_NUMBER, other_number_left=True)
    await call_ends(tiers, 2, CallOutcome.WRONG_NUMBER)
    assert (await handle.result()).attempts == 2


async def test_a_wrong_number_does_not_use_up_an_attempt_of_the_other_one(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call(max_attempts=1)
    await call_ends(tiers, 1, CallOutcome.WRONG_NUMBER, other_number_left=True)
    await call_ends(tiers, 2, CallOutcome.INTERESTED)
    assert (await handle.result()).stage == "handed_over"


async def test_an_answer_delivered_twice_counts_once(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call(max_attempts=2)
    answer = await call_ends(tiers, 1, CallOutcome.NO_ANSWER)
    await handle.signal(ColdCall.call_answered, answer)
    await tiers.lead_gen.nth(OpenCall, 2)
    await handle.signal(ColdCall.call_answered, answer)
    await call_ends(tiers, 2, CallOutcome.INTERESTED)
    assert (await handle.result()).stage == "handed_over"


async def test_a_late_answer_to_an_earlier_call_is_ignored(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call()
    first = await call_ends(tiers, 1, CallOutcome.NO_ANSWER)
    await tiers.lead_gen.nth(OpenCall, 2)
    late = first.model_copy(update={"event_id": "late", "outcome": CallOutcome.DO_NOT_CALL})
    await handle.signal(ColdCall.call_answered, late)
    await call_ends(tiers, 2, CallOutcome.INTERESTED)
    assert (await handle.result()).stage == "handed_over"


async def test_an_answer_that_arrives_before_the_workflow_starts_is_kept(tiers: Tiers) -> None:
    answer = CallAnswered(**await tiers.answer(), item_id="x", attempt=1, outcome=CallOutcome.INTERESTED)
    handle = await tiers.client.start_workflow(
        ColdCall.run,
        ColdCallInput(lead_id=tiers.lead_id, campaign_id="spring"),
        id=ids.cold_call(tiers.lead_id),
        task_queue=queues.LEAD_GEN,
        start_signal="call_answered",
        start_signal_args=[answer],
    )
    assert (await handle.result()).stage == "handed_over"


async def test_a_lead_that_calls_us_leaves_cold_calling_for_tier_2(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call()
    await tiers.lead_gen.nth(OpenCall)
    await handle.signal(ColdCall.inbound_called, InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
    assert (await handle.result()).stage == "handed_over"
    offer = await tiers.conversion.nth(OfferDeal)
    assert (offer.hand_over.reason, offer.hand_over.inbound_call_id) == (HandOverReason.INBOUND, "in-1")


async def test_withdrawn_consent_cancels_the_waiting_callback(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call()
    await call_ends(tiers, 1, CallOutcome.CALLBACK, callback_at=await tiers.later(days=3))
    await tiers.lead_gen.nth(OpenCall, 2)
    await handle.signal(ColdCall.do_not_call, DoNotCall(**await tiers.answer()))
    assert (await handle.result()).stage == "do_not_call"
    assert not tiers.lead_gen.of(CallbackLate)


async def test_the_ledger_stops_a_call_that_is_about_to_be_opened(tiers: Tiers) -> None:
    tiers.lead_gen.answers[OpenCall] = lambda _: OpenedCall(refused="do_not_call")
    handle = await tiers.start_cold_call()
    assert (await handle.result()).stage == "do_not_call"


async def test_a_supervisor_can_give_a_lead_up(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call()
    await tiers.lead_gen.nth(OpenCall)
    await handle.signal(ColdCall.cancel, Cancel(**await tiers.answer("ops-1"), reason="duplicate"))
    result = await handle.result()
    assert (result.stage, result.reason) == ("cancelled", "duplicate")


async def test_a_cancellation_by_ops_cleans_up_the_open_call(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call()
    await tiers.lead_gen.nth(OpenCall)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert [close.stage for close in tiers.lead_gen.of(CloseLead)] == ["cancelled"]


async def test_a_conversion_that_already_runs_gets_the_hand_over_as_a_message(tiers: Tiers) -> None:
    await tiers.start_conversion(HandOverReason.INBOUND)
    await tiers.conversion.nth(OfferDeal)
    handle = await tiers.start_cold_call()
    await call_ends(tiers, 1, CallOutcome.INTERESTED)
    await handle.result()
    added = await tiers.conversion.nth(AddHandOver)
    assert added.hand_over.reason is HandOverReason.INTERESTED
    assert len(tiers.conversion.of(OfferDeal)) == 1


async def test_a_second_round_uses_new_keys(tiers: Tiers) -> None:
    handle = await tiers.start_cold_call(max_attempts=1)
    await call_ends(tiers, 1, CallOutcome.NO_ANSWER)
    await handle.result()
    await tiers.client.start_workflow(
        ColdCall.run,
        ColdCallInput(lead_id=tiers.lead_id, campaign_id="spring", round=2),
        id=ids.cold_call(tiers.lead_id),
        task_queue=queues.LEAD_GEN,
    )
    await tiers.lead_gen.nth(OpenCall, 2)
    first, second = tiers.lead_gen.of(OpenCall)
    assert first.key != second.key
