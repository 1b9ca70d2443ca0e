"""What comes in while a workflow ends is handled, passed on, or begins anew: a tier away, a race, a cancellation."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from tests.workflows.fakes import FakeLeadGen
from tests.workflows.tiers import ALL, Tiers, accepted, working
from workflows import deadlines, relay
from workflows.cold_call import ColdCall
from workflows.contracts import account_mgmt as am
from workflows.contracts import conversion as cv
from workflows.contracts import ids, queues
from workflows.contracts import lead_gen as lg
from workflows.contracts.base import Cancel, DoNotCall, InboundCall
from workflows.contracts.customer_status import CustomerStatusChanged
from workflows.conversion.workflow import Conversion
from workflows.customer_care.workflow import CustomerCare


async def test_a_payment_while_care_continues_as_new_is_kept(
    env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tier 2 away: no report holds the new run up, and the redelivered answer counts once."""
    tiers = Tiers(env)
    async with working(tiers, queues.LEAD_GEN, queues.ACCOUNT_MGMT):
        handle = await tiers.start_care()
        await tiers.account_mgmt.nth(am.OpenAccount)
        await tiers.shows(handle, stage="active")
        monkeypatch.setattr(deadlines, "CONTINUE_AFTER_EVENTS", 5)
        part = am.InvoicePaid(**await tiers.answer(), invoice_id="invoice:deal-1", settled=False)
        rest = am.InvoicePaid(**await tiers.answer(), invoice_id="invoice:deal-1", settled=True)
        await handle.signal(CustomerCare.invoice_paid, part)
        running = tiers.client.get_workflow_handle(handle.id)
        for _ in range(2):
            await running.signal(CustomerCare.invoice_paid, rest)
        await tiers.pass_time(days=20)
        assert (await running.describe()).run_id != handle.first_execution_run_id
        assert not tiers.account_mgmt.of(am.RemindInvoice)


async def test_a_customer_won_back_while_tier_1_is_away_gets_the_order(env: WorkflowEnvironment) -> None:
    tiers = Tiers(env)
    async with working(tiers, queues.CONVERSION, queues.ACCOUNT_MGMT):
        handle = await tiers.start_care()
        await tiers.account_mgmt.nth(am.OpenAccount)
        left = CustomerStatusChanged(**await tiers.answer(), standing="lost", reason="the customer left")
        await handle.signal("standing_changed", left)
        conversion = tiers.client.get_workflow_handle_for(Conversion.run, ids.conversion(tiers.lead_id))
        await accepted(tiers, conversion)
        order = await tiers.order("deal-2")
        await conversion.signal(Conversion.won, cv.Won(**await tiers.answer("manager-1"), order=order))
        assert (await conversion.result()).stage is cv.Stage.WON
        assert (await tiers.account_mgmt.nth(am.OpenAccount, 2)).order.deal_id == "deal-2"
        await tiers.shows(tiers.client.get_workflow_handle(handle.id), stage="active")


@pytest.mark.parametrize("away", [queues.LEAD_GEN, queues.ACCOUNT_MGMT])
async def test_a_call_of_a_company_whose_deal_is_just_lost_becomes_a_new_deal(
    env: WorkflowEnvironment, away: str
) -> None:
    tiers = Tiers(env)
    async with working(tiers, *(name for name in ALL if name != away)):
        handle = await tiers.start_conversion()
        await accepted(tiers, handle)
        await handle.signal(Conversion.lost, cv.Lost(**await tiers.answer("manager-1"), reason="price"))
        call = InboundCall(**await tiers.answer(), inbound_call_id="in-1")
        start = cv.ConversionInput(lead_id=tiers.lead_id, hand_over=tiers.hand_over(cv.HandOverReason.INBOUND))
        # As the outbox delivers it: to the workflow if it runs, else to a new one.
        await tiers.client.start_workflow(
            Conversion.run, start, id=handle.id, task_queue=queues.CONVERSION, start_signal="inbound_called",
            start_signal_args=[call], id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )  # fmt: skip
        again = await tiers.conversion.nth(cv.OfferDeal, 2)
        assert again.hand_over.reason is cv.HandOverReason.INBOUND


@pytest.mark.parametrize(
    ("signal", "answer"),
    [("inbound_called", InboundCall), ("do_not_call", DoNotCall), ("cancel", Cancel), ("handed_over", cv.HandedOver)],
)
async def test_signals_of_one_moment_with_the_end_of_a_deal_are_all_heard(
    env: WorkflowEnvironment, signal: str, answer: type[Any]
) -> None:
    """Delivered together while tier 2 is away, so that the end and the signal are read in one go."""
    tiers = Tiers(env)
    async with working(tiers, *ALL):
        handle = await tiers.start_conversion()
        await accepted(tiers, handle)
        await tiers.shows(handle, stage="accepted")
    extra = {"inbound_called": {"inbound_call_id": "in-1"}, "handed_over": {"hand_over": tiers.hand_over()}}
    await handle.signal(Conversion.lost, cv.Lost(**await tiers.answer("manager-1"), reason="price"))
    await handle.signal(signal, answer(**await tiers.answer(), **extra.get(signal, {})))
    async with working(tiers, *ALL):
        if signal in extra:
            await tiers.conversion.nth(cv.OfferDeal, 2)
        elif signal == "do_not_call":
            assert (await tiers.conversion.nth(cv.CloseDeal)).register_stage == "do_not_call"
            await handle.result()
        else:
            assert (await handle.result()).stage is cv.Stage.LOST


@pytest.mark.parametrize("signal", ["inbound_called", "do_not_call"])
async def test_signals_of_one_moment_with_a_sale_go_to_tier_3(env: WorkflowEnvironment, signal: str) -> None:
    tiers = Tiers(env)
    async with working(tiers, *ALL):
        handle = await tiers.start_conversion()
        await accepted(tiers, handle)
        await tiers.shows(handle, stage="accepted")
    await handle.signal(Conversion.won, cv.Won(**await tiers.answer("manager-1"), order=await tiers.order()))
    if signal == "inbound_called":
        await handle.signal(signal, InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
    else:
        await handle.signal(signal, DoNotCall(**await tiers.answer()))
    async with working(tiers, *ALL):
        assert (await handle.result()).stage is cv.Stage.WON
        if signal == "inbound_called":
            assert (await tiers.account_mgmt.nth(cv.OpenInbound)).inbound_call_id == "in-1"
        else:
            assert (await tiers.account_mgmt.nth(am.CloseCustomer)).stage == "opted_out"


@pytest.mark.parametrize("outcome", [lg.CallOutcome.INTERESTED, lg.CallOutcome.HARD_QUESTION])
async def test_an_outcome_that_comes_with_the_end_of_the_calling_reaches_tier_2(
    env: WorkflowEnvironment, outcome: lg.CallOutcome
) -> None:
    """The company called us at the moment in which a caller had it on the phone."""
    tiers = Tiers(env)
    async with working(tiers, *ALL):
        handle = await tiers.start_cold_call()
        call = await tiers.lead_gen.nth(lg.OpenCall)
        await tiers.shows(handle)
    await handle.signal("inbound_called", InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
    told = lg.CallAnswered(**await tiers.answer("anna"), item_id=call.key, attempt=1, outcome=outcome)
    await handle.signal(ColdCall.call_answered, told)
    async with working(tiers, *ALL):
        assert (await handle.result()).stage == "handed_over"
        assert (await tiers.conversion.nth(cv.AddHandOver)).hand_over.reason == outcome.value


@pytest.mark.parametrize("slow", [False, True])
async def test_a_cancellation_during_an_activity_closes_the_lead(env: WorkflowEnvironment, slow: bool) -> None:
    begun = asyncio.Event()

    class Away(FakeLeadGen):
        @activity.defn(name="lead_gen.open_call")
        async def open_call(self, _request: lg.OpenCall) -> lg.OpenedCall:
            begun.set()
            if slow:
                await asyncio.Event().wait()
            raise RuntimeError("the database is away")

    tiers = Tiers(env)
    tiers.lead_gen = Away(env.get_current_time)
    async with working(tiers, queues.LEAD_GEN):
        handle = await tiers.start_cold_call()
        await begun.wait()
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        assert [close.stage for close in tiers.lead_gen.of(lg.CloseLead)] == ["cancelled"]


async def test_a_hand_over_whose_conversion_ended_a_moment_ago_is_not_lost(
    env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting said "it runs already"; by the time of the signal it had ended."""
    start, asked = relay.start_conversion, 0

    async def runs_the_first_time(hand_over: cv.HandOver) -> bool:
        nonlocal asked
        asked += 1
        return False if asked == 1 else await start(hand_over)

    monkeypatch.setattr(relay, "start_conversion", runs_the_first_time)
    tiers = Tiers(env)
    async with working(tiers, *ALL, cached=100):
        handle = await tiers.start_cold_call()
        call = await tiers.lead_gen.nth(lg.OpenCall)
        told = lg.CallAnswered(
            **await tiers.answer("anna"), item_id=call.key, attempt=1, outcome=lg.CallOutcome.INTERESTED
        )
        await handle.signal(ColdCall.call_answered, told)
        assert (await handle.result()).stage == "handed_over"
        await tiers.conversion.nth(cv.OfferDeal)


async def test_an_account_that_is_refused_is_opened_later_and_care_goes_on(env: WorkflowEnvironment) -> None:
    """No legal entity sells in this currency, until a supervisor adds one."""
    tiers = Tiers(env)
    refusals = 0

    def refuse(_request: am.OpenAccount) -> am.OpenedAccount:
        nonlocal refusals
        refusals += 1
        raise ApplicationError("there is no legal entity", type="invalid", non_retryable=True)

    tiers.account_mgmt.answers[am.OpenAccount] = refuse
    async with working(tiers, *ALL):
        handle = await tiers.start_care()
        await tiers.pass_time(hours=2)
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        assert refusals >= 2
        del tiers.account_mgmt.answers[am.OpenAccount]
        await tiers.pass_time(hours=2)
        await tiers.shows(handle, owner="account-manager-1")


async def test_debts_of_a_customer_who_left_are_still_reminded_of_until_paid(env: WorkflowEnvironment) -> None:
    tiers = Tiers(env)
    async with working(tiers, *ALL):
        handle = await tiers.start_care()
        await tiers.account_mgmt.nth(am.OpenAccount)  # its invoice is open, due in 14 days
        left = CustomerStatusChanged(**await tiers.answer(), standing="lost", reason="left")
        await handle.signal("standing_changed", left)
        await tiers.pass_time(days=16)
        assert tiers.account_mgmt.of(am.RemindInvoice)
        paid = am.InvoicePaid(**await tiers.answer(), invoice_id="invoice:deal-1", settled=True)
        await handle.signal(CustomerCare.invoice_paid, paid)
        assert (await handle.result()).stage == "lost"


async def test_a_former_customer_who_calls_is_put_through_to_tier_2(env: WorkflowEnvironment) -> None:
    tiers = Tiers(env)
    async with working(tiers, *ALL):
        handle = await tiers.start_care()
        await tiers.account_mgmt.nth(am.OpenAccount)
        left = CustomerStatusChanged(**await tiers.answer(), standing="lost", reason="left")
        await handle.signal("standing_changed", left)
        await tiers.conversion.nth(cv.OfferDeal)
        await handle.signal("inbound_called", InboundCall(**await tiers.answer(), inbound_call_id="in-9"))
        assert (await tiers.conversion.nth(cv.OpenInbound)).inbound_call_id == "in-9"


async def test_only_the_lead_wakes_a_sleeping_deal(env: WorkflowEnvironment) -> None:
    tiers = Tiers(env)
    async with working(tiers, *ALL):
        handle = await tiers.start_conversion()
        await accepted(tiers, handle)
        sleep = cv.Lost(**await tiers.answer("manager-1"), reason="season", return_at=await tiers.later(days=90))
        await handle.signal(Conversion.lost, sleep)
        await tiers.shows(handle, stage="asleep")
        moved = cv.DealMoved(
            **await tiers.answer(), what="a note", stage=cv.Stage.INFORMING, next_action_at=await tiers.later(days=1)
        )
        await handle.signal(Conversion.moved, moved)
        await tiers.pass_time(days=80)
        assert len(tiers.conversion.of(cv.OfferDeal)) == 1
        await handle.signal("inbound_called", InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
        await tiers.conversion.nth(cv.OfferDeal, 2)
        await tiers.shows(handle, stage="offered")


async def test_a_call_that_begins_a_deal_is_work_once(env: WorkflowEnvironment) -> None:
    """It comes with the start, and as an answer in case the workflow ran already."""
    tiers = Tiers(env)
    start = tiers.hand_over(cv.HandOverReason.INBOUND).model_copy(update={"inbound_call_id": "in-1"})
    async with working(tiers, *ALL):
        handle = await tiers.client.start_workflow(
            Conversion.run, cv.ConversionInput(lead_id=tiers.lead_id, hand_over=start, reports_itself=False),
            id=ids.conversion(tiers.lead_id), task_queue=queues.CONVERSION, start_signal="inbound_called",
            start_signal_args=[InboundCall(**await tiers.answer(), inbound_call_id="in-1")],
        )  # fmt: skip
        await accepted(tiers, handle)
        await tiers.shows(handle, stage="accepted")
        assert not tiers.conversion.of(cv.OpenInbound)
        await handle.signal("inbound_called", InboundCall(**await tiers.answer(), inbound_call_id="in-2"))
        assert (await tiers.conversion.nth(cv.OpenInbound)).inbound_call_id == "in-2"
