"""Every signal of every workflow in the moment of its end, with each other tier away in turn: nothing is swallowed.

The table says what must come of a signal; `SETTLED` are those that change nothing any more, because the tier's record
refuses the answer by then or holds all there is to it. A new signal has to be entered before this passes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from tests.workflows.tiers import ALL, Tiers, accepted, working
from workflows.campaign import Campaign
from workflows.cold_call import ColdCall
from workflows.contracts import account_mgmt as am
from workflows.contracts import conversion as cv
from workflows.contracts import ids, queues
from workflows.contracts import lead_gen as lg
from workflows.contracts.base import Cancel, DoNotCall, InboundCall, Message
from workflows.contracts.customer_status import CustomerStatusChanged
from workflows.conversion.workflow import Conversion
from workflows.customer_care.workflow import CustomerCare

Handle = WorkflowHandle[Any, Any]
Facts = Callable[[Tiers], Awaitable[dict[str, Any]]]


async def nothing(_: Tiers) -> dict[str, Any]:
    return {}


async def a_call(_: Tiers) -> dict[str, Any]:
    return {"inbound_call_id": "late"}


async def a_hand_over(tiers: Tiers) -> dict[str, Any]:
    return {"hand_over": tiers.hand_over().model_copy(update={"id": "late"})}


async def interest(_: Tiers) -> dict[str, Any]:
    return {"item_id": "call", "attempt": 1, "outcome": lg.CallOutcome.INTERESTED}


async def another_sale(tiers: Tiers) -> dict[str, Any]:
    return {"order": await tiers.order("deal-2")}


async def an_order(tiers: Tiers) -> dict[str, Any]:
    return {
        "order_id": "late", "invoice_id": "late", "due_at": await tiers.later(days=3),
        "next_nudge_at": await tiers.later(days=30),
    }  # fmt: skip


async def a_debt(tiers: Tiers) -> dict[str, Any]:
    return {"invoice_id": "late", "due_at": await tiers.later(days=3), "level": 1}


# How a workflow is brought to the brink, and the answer that ends it.


async def ringing(tiers: Tiers) -> Handle:
    handle = await tiers.start_cold_call()
    await tiers.lead_gen.nth(lg.OpenCall)
    await tiers.settles(handle)
    return handle


async def negotiating(tiers: Tiers) -> Handle:
    handle = await tiers.start_conversion()
    await accepted(tiers, handle)
    await tiers.shows(handle, stage="accepted")
    await tiers.settles(handle)
    return handle


async def in_care(tiers: Tiers) -> Handle:
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    paid = am.InvoicePaid(**await tiers.answer(), invoice_id="invoice:deal-1", settled=True)
    await handle.signal(CustomerCare.invoice_paid, paid)
    await tiers.settles(handle)
    return handle


async def feeding(tiers: Tiers) -> Handle:
    now = await tiers.later()
    tiers.lead_gen.answers[lg.EnrolBatch] = lambda asked: lg.Enrolled(
        count=0, in_flight=0, next_tick_at=now, paused=asked.tick == 1, finished=asked.tick > 1
    )
    handle = await tiers.client.start_workflow(
        Campaign.run, lg.CampaignInput(campaign_id=tiers.lead_id), id=ids.campaign(tiers.lead_id),
        task_queue=queues.LEAD_GEN,
    )  # fmt: skip
    await tiers.lead_gen.nth(lg.EnrolBatch)
    await tiers.settles(handle)
    return handle


async def says_no(tiers: Tiers) -> tuple[str, Message]:
    answer = lg.CallAnswered(
        **await tiers.answer("anna"), item_id="call", attempt=1, outcome=lg.CallOutcome.NOT_INTERESTED
    )
    return "call_answered", answer


async def calls_us(tiers: Tiers) -> tuple[str, Message]:
    return "inbound_called", InboundCall(**await tiers.answer(), inbound_call_id="first")


async def is_lost(tiers: Tiers) -> tuple[str, Message]:
    return "lost", cv.Lost(**await tiers.answer("manager-1"), reason="price")


async def is_won(tiers: Tiers) -> tuple[str, Message]:
    return "won", cv.Won(**await tiers.answer("manager-1"), order=await tiers.order())


async def leaves(tiers: Tiers) -> tuple[str, Message]:
    return "standing_changed", CustomerStatusChanged(**await tiers.answer(), standing="lost", reason="left")


async def has_nobody_left(tiers: Tiers) -> tuple[str, Message]:
    return "changed", lg.CampaignChanged(**await tiers.answer())


@dataclass(frozen=True)
class Late:
    """A signal that comes with the end, and the request of which tier shows that it was heard."""

    signal: str
    answer: type[Any]
    facts: Facts
    tier: str
    shown_by: type[Message]
    number: int = 1


@dataclass(frozen=True)
class End:
    """A way in which a workflow ends."""

    workflow: type
    brink: Callable[[Tiers], Awaitable[Handle]]
    answer: Callable[[Tiers], Awaitable[tuple[str, Message]]]
    late: tuple[Late, ...]


T1, T2, T3 = "lead_gen", "conversion", "account_mgmt"
ENDS = {
    "a lead that said no": End(ColdCall, ringing, says_no, (
        Late("inbound_called", InboundCall, a_call, T2, cv.OfferDeal),
        Late("call_answered", lg.CallAnswered, interest, T2, cv.OfferDeal),
        Late("do_not_call", DoNotCall, nothing, T1, lg.CloseLead, 2),
    )),
    "a lead handed over": End(ColdCall, ringing, calls_us, (
        Late("inbound_called", InboundCall, a_call, T2, cv.OpenInbound),
        Late("call_answered", lg.CallAnswered, interest, T2, cv.AddHandOver),
        Late("do_not_call", DoNotCall, nothing, T2, cv.CloseDeal),
        Late("cancel", Cancel, nothing, T2, cv.CloseDeal),
    )),
    "a deal lost": End(Conversion, negotiating, is_lost, (
        Late("inbound_called", InboundCall, a_call, T2, cv.OfferDeal, 2),
        Late("handed_over", cv.HandedOver, a_hand_over, T2, cv.OfferDeal, 2),
        Late("do_not_call", DoNotCall, nothing, T2, cv.CloseDeal),
    )),
    "a deal won": End(Conversion, negotiating, is_won, (
        Late("inbound_called", InboundCall, a_call, T3, cv.OpenInbound),
        Late("handed_over", cv.HandedOver, a_hand_over, T3, cv.OpenInbound),
        Late("do_not_call", DoNotCall, nothing, T3, am.CloseCustomer),
        Late("cancel", Cancel, nothing, T3, am.CloseCustomer),
    )),
    "a customer gone": End(CustomerCare, in_care, leaves, (
        Late("inbound_called", InboundCall, a_call, T2, cv.OpenInbound),
        Late("won_again", am.WonAgain, another_sale, T3, am.OpenAccount, 2),
        Late("order_placed", am.OrderPlaced, an_order, T3, am.RemindInvoice),
        Late("invoice_reopened", am.InvoiceReopened, a_debt, T3, am.RemindInvoice),
    )),
    "a campaign at its end": End(Campaign, feeding, has_nobody_left, (
        Late("changed", lg.CampaignChanged, nothing, T1, lg.EnrolBatch, 3),
    )),
}  # fmt: skip
# The tier's record refuses these once the end is written, or they say nothing that the record does not hold.
SETTLED = {
    ColdCall: set[str](),
    Conversion: {
        "accepted", "declined", "assigned", "returned", "reassigned", "playbook_planned", "moved", "won", "lost",
    },
    CustomerCare: {
        "invoice_paid", "invoice_voided", "money_moved", "nudge_answered", "standing_changed", "opted_in",
        "account_manager_changed", "do_not_call", "cancel", "merged", "nudge_moved",
    },
    Campaign: set[str](),
}  # fmt: skip


def test_every_signal_has_a_place_in_the_table() -> None:
    for kind, settled in SETTLED.items():
        heard = {late.signal for end in ENDS.values() if end.workflow is kind for late in end.late}
        definition = workflow._Definition.must_from_class(kind)
        assert heard | settled == set(definition.signals), kind.__name__
        assert not heard & settled, kind.__name__


HOME = {
    ColdCall: queues.LEAD_GEN, Campaign: queues.LEAD_GEN, Conversion: queues.CONVERSION,
    CustomerCare: queues.ACCOUNT_MGMT,
}  # fmt: skip
CASES = [
    pytest.param(end, late, away, id=f"{name}, {late.signal}, {away} away")
    for name, end in ENDS.items()
    for late in end.late
    for away in ALL
    if away != HOME[end.workflow]
]


@pytest.mark.parametrize(("end", "late", "away"), CASES)
async def test_a_signal_of_the_moment_of_the_end_is_not_swallowed(
    env: WorkflowEnvironment, end: End, late: Late, away: str
) -> None:
    tiers = Tiers(env)
    async with working(tiers, *ALL):
        handle = await end.brink(tiers)
    # Both are there before the workflow has its next turn.
    await handle.signal(*await end.answer(tiers))
    await handle.signal(late.signal, late.answer(**await tiers.answer(), **await late.facts(tiers)))
    async with working(tiers, *(name for name in ALL if name != away)):
        await tiers.settles(handle)
    async with working(tiers, *ALL):
        if late.shown_by is am.RemindInvoice:
            await tiers.pass_time(days=4)
        await getattr(tiers, late.tier).nth(late.shown_by, late.number)
