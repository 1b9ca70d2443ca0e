"""Tier 3: invoices, nudges and their outcomes, over years."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle

from tests.workflows.tiers import Tiers
from workflows import deadlines
from workflows.contracts import account_mgmt as am
from workflows.contracts.base import Cancel, DoNotCall, InboundCall
from workflows.contracts.conversion import HandOverReason, OfferDeal, OpenInbound
from workflows.customer_care.workflow import CustomerCare

Handle = WorkflowHandle[Any, Any]


async def pay(tiers: Tiers, handle: Handle, settled: bool = True) -> None:
    await tiers.account_mgmt.nth(am.OpenAccount)
    paid = am.InvoicePaid(**await tiers.answer(), invoice_id="invoice:deal-1", settled=settled)
    await handle.signal(CustomerCare.invoice_paid, paid)


async def answer_nudge(tiers: Tiers, handle: Handle, number: int, outcome: am.NudgeOutcome, **fields: Any) -> None:
    nudge = await tiers.account_mgmt.nth(am.OpenNudge, number)
    answer = am.NudgeAnswered(**await tiers.answer("am-1"), item_id=nudge.key, outcome=outcome, **fields)
    await handle.signal(CustomerCare.nudge_answered, answer)


async def test_the_first_sale_opens_the_account_once(tiers: Tiers) -> None:
    await tiers.start_care()
    opened = await tiers.account_mgmt.nth(am.OpenAccount)
    assert opened.customer_id == tiers.lead_id


async def test_a_paid_invoice_is_never_dunned(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await tiers.pass_time(days=25)
    assert not tiers.account_mgmt.of(am.RemindInvoice)


async def test_a_part_payment_does_not_stop_dunning(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle, settled=False)
    await tiers.pass_time(days=15)
    assert (await tiers.account_mgmt.nth(am.RemindInvoice)).level == 1


async def test_an_unpaid_invoice_is_dunned_in_steps_and_then_left_to_the_supervisor(tiers: Tiers) -> None:
    tiers.account_mgmt.rhythm *= 20
    await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await tiers.pass_time(days=200)
    assert [step.level for step in tiers.account_mgmt.of(am.RemindInvoice)] == [1, 2, 3]


async def test_a_voided_invoice_is_not_dunned(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    voided = am.InvoiceVoided(**await tiers.answer(), invoice_id="invoice:deal-1")
    await handle.signal(CustomerCare.invoice_voided, voided)
    await tiers.pass_time(days=25)
    assert not tiers.account_mgmt.of(am.RemindInvoice)


async def test_a_nudge_comes_when_the_reorder_cycle_says_and_an_order_plans_the_next(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await tiers.pass_time(days=29)
    assert not tiers.account_mgmt.of(am.OpenNudge)
    await tiers.pass_time(days=2)
    await answer_nudge(
        tiers,
        handle,
        1,
        am.NudgeOutcome.ORDERED,
        order_id="order-2",
        invoice_id="invoice-2",
        due_at=await tiers.later(days=14),
        next_nudge_at=await tiers.later(days=10),
    )
    await tiers.pass_time(days=11)
    assert (await tiers.account_mgmt.nth(am.OpenNudge, 2)).number == 2


@pytest.mark.parametrize(
    "outcome", [am.NudgeOutcome.LATER, am.NudgeOutcome.NOT_NOW, am.NudgeOutcome.NEED_CHANGED, am.NudgeOutcome.COMPLAINT]
)
async def test_every_answer_but_leaving_plans_the_next_nudge(tiers: Tiers, outcome: am.NudgeOutcome) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await tiers.pass_time(days=31)
    await answer_nudge(tiers, handle, 1, outcome, next_nudge_at=await tiers.later(days=60))
    await tiers.pass_time(days=50)
    assert len(tiers.account_mgmt.of(am.OpenNudge)) == 1
    await tiers.pass_time(days=11)
    await tiers.account_mgmt.nth(am.OpenNudge, 2)


async def test_an_unanswered_nudge_reaches_the_supervisor(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await tiers.pass_time(days=60)
    assert [step.level for step in tiers.account_mgmt.of(am.EscalateNudge)] == [1, 2]
    assert len(tiers.account_mgmt.of(am.OpenNudge)) == 1


async def test_an_order_in_between_moves_the_nudge(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    placed = am.OrderPlaced(
        **await tiers.answer(),
        order_id="order-2",
        invoice_id="invoice-2",
        due_at=await tiers.later(days=14),
        next_nudge_at=await tiers.later(days=45),
    )
    await handle.signal(CustomerCare.order_placed, placed)
    await handle.signal(
        CustomerCare.invoice_paid, am.InvoicePaid(**await tiers.answer(), invoice_id="invoice-2", settled=True)
    )
    await tiers.pass_time(days=40)
    assert not tiers.account_mgmt.of(am.OpenNudge)
    await tiers.pass_time(days=6)
    await tiers.account_mgmt.nth(am.OpenNudge)


async def test_an_order_by_contract_leaves_the_nudge_and_its_invoice_is_asked_for(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    placed = am.OrderPlaced(
        **await tiers.answer(),
        order_id="order-2",
        invoice_id="invoice-2",
        due_at=await tiers.later(days=14),
        next_nudge_at=await tiers.later(days=90),
        keeps_nudge=True,
    )
    await handle.signal(CustomerCare.order_placed, placed)
    await tiers.pass_time(days=15)
    assert (await tiers.account_mgmt.nth(am.RemindInvoice)).invoice_id == "invoice-2"
    await tiers.pass_time(days=16)
    await tiers.account_mgmt.nth(am.OpenNudge)


async def test_a_refused_nudge_is_looked_at_again(tiers: Tiers) -> None:
    again = await tiers.later(days=40)
    tiers.account_mgmt.answers[am.OpenNudge] = lambda _: am.OpenedNudge(look_again_at=again, refused="asked lately")
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await tiers.pass_time(days=31)
    await tiers.account_mgmt.nth(am.OpenNudge)
    del tiers.account_mgmt.answers[am.OpenNudge]
    await tiers.pass_time(days=11)
    assert (await tiers.account_mgmt.nth(am.OpenNudge, 2)).number == 2


async def test_a_customer_who_leaves_goes_back_to_tier_2_as_a_warm_lead(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await tiers.pass_time(days=31)
    await answer_nudge(tiers, handle, 1, am.NudgeOutcome.LEFT)
    assert (await handle.result()).stage == "lost"
    offer = await tiers.conversion.nth(OfferDeal)
    assert (offer.hand_over.reason, offer.hand_over.sticky_manager) == (HandOverReason.WIN_BACK, "manager-1")


async def test_an_opted_out_customer_gets_no_nudge_but_still_its_dunning(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await handle.signal(CustomerCare.do_not_call, DoNotCall(**await tiers.answer()))
    await tiers.pass_time(days=90)
    assert not tiers.account_mgmt.of(am.OpenNudge)
    assert len(tiers.account_mgmt.of(am.RemindInvoice)) == 3
    assert tiers.account_mgmt.of(am.CloseCustomer)[0].stage == "opted_out"


async def test_a_customer_who_calls_is_urgent_work_of_the_account_manager(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await handle.signal(CustomerCare.inbound_called, InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
    assert (await tiers.account_mgmt.nth(OpenInbound)).inbound_call_id == "in-1"


async def test_a_supervisor_can_end_the_care(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await handle.signal(CustomerCare.cancel, Cancel(**await tiers.answer(), reason="insolvent"))
    result = await handle.result()
    assert (result.stage, result.reason) == ("cancelled", "insolvent")


async def test_a_cancellation_by_ops_closes_the_customer(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert [close.stage for close in tiers.account_mgmt.of(am.CloseCustomer)] == ["cancelled"]


async def test_three_years_of_nudges_continue_as_new_and_forget_nothing(
    tiers: Tiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "CONTINUE_AFTER_EVENTS", 60)
    handle = await tiers.start_care()
    await pay(tiers, handle)
    head: dict[str, Any] = {}
    for number in range(1, 25):
        nudge = await nudge_falls_due(tiers, number)
        head = {"item_id": nudge.key, "outcome": am.NudgeOutcome.NOT_NOW}
        answer = am.NudgeAnswered(**await tiers.answer(), **head, next_nudge_at=await tiers.later(days=45))
        running = tiers.client.get_workflow_handle_for(CustomerCare.run, handle.id)
        await running.signal(CustomerCare.nudge_answered, answer)
        # Delivered twice, also across the border of two runs.
        await running.signal(CustomerCare.nudge_answered, answer)
    keys = [request.key for request in tiers.account_mgmt.of(am.OpenNudge)]
    assert len(keys) == len(set(keys)) == 24
    now = await tiers.client.get_workflow_handle(handle.id).describe()
    assert now.run_id != handle.first_execution_run_id
    assert now.history_length < 200


async def nudge_falls_due(tiers: Tiers, number: int) -> am.OpenNudge:
    """Let time pass in weeks until the n-th nudge is open."""
    for _ in range(12):
        if len(tiers.account_mgmt.of(am.OpenNudge)) >= number:
            break
        await tiers.pass_time(days=7)
    return await tiers.account_mgmt.nth(am.OpenNudge, number)
