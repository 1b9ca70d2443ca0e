"""Tier 3: invoices, nudges and their outcomes, over years."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle

from tests.workflows.house import House
from workflows import support
from workflows.contracts import account_mgmt as am
from workflows.contracts.base import Cancel, DoNotCall, InboundCall, Money
from workflows.contracts.commission import MoneyEvent, MoneyKind
from workflows.contracts.conversion import HandOverReason, OfferDeal, OpenInbound
from workflows.contracts.lead_gen import RegisterUpdate
from workflows.customer_care.workflow import CustomerCare

Handle = WorkflowHandle[Any, Any]


async def pay(house: House, handle: Handle, settled: bool = True) -> None:
    await house.account_mgmt.nth(am.OpenAccount)
    paid = am.InvoicePaid(**await house.answer(), invoice_id="invoice:deal-1", settled=settled)
    await handle.signal(CustomerCare.invoice_paid, paid)


async def answer_nudge(house: House, handle: Handle, number: int, outcome: am.NudgeOutcome, **fields: Any) -> None:
    nudge = await house.account_mgmt.nth(am.OpenNudge, number)
    answer = am.NudgeAnswered(**await house.answer("am-1"), item_id=nudge.key, outcome=outcome, **fields)
    await handle.signal(CustomerCare.nudge_answered, answer)


async def test_the_first_sale_opens_the_account_once_and_tells_the_register(house: House) -> None:
    await house.start_care()
    opened = await house.account_mgmt.nth(am.OpenAccount)
    assert opened.customer_id == house.lead_id
    told = await house.lead_gen.nth(RegisterUpdate)
    assert (told.stage, told.owner) == ("active", "account-manager-1")


async def test_a_paid_invoice_is_never_dunned(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await house.pass_time(days=25)
    assert not house.account_mgmt.of(am.RemindInvoice)


async def test_a_part_payment_does_not_stop_dunning(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle, settled=False)
    await house.pass_time(days=15)
    assert (await house.account_mgmt.nth(am.RemindInvoice)).level == 1


async def test_an_unpaid_invoice_is_dunned_in_steps_and_then_left_to_the_supervisor(house: House) -> None:
    house.account_mgmt.rhythm *= 20
    await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    await house.pass_time(days=200)
    assert [step.level for step in house.account_mgmt.of(am.RemindInvoice)] == [1, 2, 3]


async def test_a_voided_invoice_is_not_dunned(house: House) -> None:
    handle = await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    voided = am.InvoiceVoided(**await house.answer(), invoice_id="invoice:deal-1")
    await handle.signal(CustomerCare.invoice_voided, voided)
    await house.pass_time(days=25)
    assert not house.account_mgmt.of(am.RemindInvoice)


async def test_a_nudge_comes_when_the_rhythm_says_and_an_order_plans_the_next(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await house.pass_time(days=29)
    assert not house.account_mgmt.of(am.OpenNudge)
    await house.pass_time(days=2)
    await answer_nudge(
        house,
        handle,
        1,
        am.NudgeOutcome.ORDERED,
        order_id="order-2",
        invoice_id="invoice-2",
        due_at=await house.later(days=14),
        next_nudge_at=await house.later(days=10),
    )
    await house.pass_time(days=11)
    assert (await house.account_mgmt.nth(am.OpenNudge, 2)).number == 2


@pytest.mark.parametrize(
    "outcome", [am.NudgeOutcome.LATER, am.NudgeOutcome.NOT_NOW, am.NudgeOutcome.NEED_CHANGED, am.NudgeOutcome.COMPLAINT]
)
async def test_every_answer_but_leaving_plans_the_next_nudge(house: House, outcome: am.NudgeOutcome) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await house.pass_time(days=31)
    await answer_nudge(house, handle, 1, outcome, next_nudge_at=await house.later(days=60))
    await house.pass_time(days=50)
    assert len(house.account_mgmt.of(am.OpenNudge)) == 1
    await house.pass_time(days=11)
    await house.account_mgmt.nth(am.OpenNudge, 2)


async def test_an_unanswered_nudge_reaches_the_supervisor(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await house.pass_time(days=60)
    assert [step.level for step in house.account_mgmt.of(am.EscalateNudge)] == [1, 2]
    assert len(house.account_mgmt.of(am.OpenNudge)) == 1


async def test_an_order_in_between_moves_the_nudge(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    placed = am.OrderPlaced(
        **await house.answer(),
        order_id="order-2",
        invoice_id="invoice-2",
        due_at=await house.later(days=14),
        next_nudge_at=await house.later(days=45),
    )
    await handle.signal(CustomerCare.order_placed, placed)
    await handle.signal(
        CustomerCare.invoice_paid, am.InvoicePaid(**await house.answer(), invoice_id="invoice-2", settled=True)
    )
    await house.pass_time(days=40)
    assert not house.account_mgmt.of(am.OpenNudge)
    await house.pass_time(days=6)
    await house.account_mgmt.nth(am.OpenNudge)


async def test_a_refused_nudge_is_looked_at_again(house: House) -> None:
    again = await house.later(days=40)
    house.account_mgmt.answers[am.OpenNudge] = lambda _: am.OpenedNudge(look_again_at=again, refused="asked lately")
    handle = await house.start_care()
    await pay(house, handle)
    await house.pass_time(days=31)
    await house.account_mgmt.nth(am.OpenNudge)
    del house.account_mgmt.answers[am.OpenNudge]
    await house.pass_time(days=11)
    assert (await house.account_mgmt.nth(am.OpenNudge, 2)).number == 2


async def test_a_customer_who_leaves_goes_back_to_tier_2_as_a_warm_lead(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await house.pass_time(days=31)
    await answer_nudge(house, handle, 1, am.NudgeOutcome.LEFT)
    assert (await handle.result()).stage == "lost"
    offer = await house.conversion.nth(OfferDeal)
    assert (offer.hand_over.reason, offer.hand_over.sticky_manager) == (HandOverReason.WIN_BACK, "manager-1")


async def test_an_opted_out_customer_gets_no_nudge_but_still_its_dunning(house: House) -> None:
    handle = await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    await handle.signal(CustomerCare.do_not_call, DoNotCall(**await house.answer()))
    await house.pass_time(days=90)
    assert not house.account_mgmt.of(am.OpenNudge)
    assert len(house.account_mgmt.of(am.RemindInvoice)) == 3
    assert house.account_mgmt.of(am.CloseCustomer)[0].stage == "opted_out"


async def test_a_customer_who_calls_is_urgent_work_of_the_account_manager(house: House) -> None:
    handle = await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    await handle.signal(CustomerCare.inbound_called, InboundCall(**await house.answer(), inbound_call_id="in-1"))
    assert (await house.account_mgmt.nth(OpenInbound)).inbound_call_id == "in-1"


async def test_the_house_can_end_its_care(house: House) -> None:
    handle = await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    await handle.signal(CustomerCare.cancel, Cancel(**await house.answer(), reason="insolvent"))
    result = await handle.result()
    assert (result.stage, result.reason) == ("cancelled", "insolvent")


async def test_a_cancellation_by_ops_closes_the_customer(house: House) -> None:
    handle = await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert [close.stage for close in house.account_mgmt.of(am.CloseCustomer)] == ["cancelled"]


async def test_three_years_of_nudges_continue_as_new_and_forget_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(support, "CONTINUE_AFTER_EVENTS", 60)
    handle = await house.start_care()
    await pay(house, handle)
    head: dict[str, Any] = {}
    for number in range(1, 25):
        nudge = await nudge_falls_due(house, number)
        head = {"item_id": nudge.key, "outcome": am.NudgeOutcome.NOT_NOW}
        answer = am.NudgeAnswered(**await house.answer(), **head, next_nudge_at=await house.later(days=45))
        running = house.client.get_workflow_handle_for(CustomerCare.run, handle.id)
        await running.signal(CustomerCare.nudge_answered, answer)
        # Delivered twice, also across the border of two runs.
        await running.signal(CustomerCare.nudge_answered, answer)
    keys = [request.key for request in house.account_mgmt.of(am.OpenNudge)]
    assert len(keys) == len(set(keys)) == 24
    now = await house.client.get_workflow_handle(handle.id).describe()
    assert now.run_id != handle.first_execution_run_id
    assert now.history_length < 200


async def nudge_falls_due(house: House, number: int) -> am.OpenNudge:
    """Let time pass in weeks until the n-th nudge is open."""
    for _ in range(12):
        if len(house.account_mgmt.of(am.OpenNudge)) >= number:
            break
        await house.pass_time(days=7)
    return await house.account_mgmt.nth(am.OpenNudge, number)


async def test_money_is_told_to_the_commission_ledger_and_waits_for_no_tier(house: House) -> None:
    """Tier 2 may be down for an hour: the customer's care goes on, and each event arrives once."""
    handle = await house.start_care()
    await house.account_mgmt.nth(am.OpenAccount)
    event = MoneyEvent(
        key="payment:1", kind=MoneyKind.PAID, sale_id="deal-1", customer_id=house.lead_id,
        amount=Money(amount="50.00"), total=Money(amount="100.00"), at=await house.env.get_current_time(),
    )  # fmt: skip
    paid = am.InvoicePaid(**await house.answer("oleh"), invoice_id="invoice-1", settled=False, money=event)
    for _ in range(2):
        await handle.signal(CustomerCare.invoice_paid, paid)
    refund = event.model_copy(update={"key": "refund:1", "kind": MoneyKind.REFUNDED})
    await handle.signal(CustomerCare.money_moved, am.MoneyMoved(**await house.answer("boss"), money=refund))
    await house.conversion.nth(MoneyEvent, 2)
    await house.pass_time(days=3)
    assert sorted(told.key for told in house.conversion.of(MoneyEvent)) == ["payment:1", "refund:1"]
