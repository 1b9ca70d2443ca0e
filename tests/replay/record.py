"""Records stories that the coming release has no history of: `python -m tests.replay.record [STORY ...]`.

Into `histories/<version>/`. What earlier releases recorded stays as it is. After an intended, patched change, add or
name the story that goes through it; for a release, record all of them.
"""

from __future__ import annotations

import asyncio
import sys

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.replay import endings
from tests.replay.keeping import as_kept, first_run
from tests.replay.releases import HISTORIES, coming
from tests.workflows.conftest import TEST_SERVER, register_search_attributes
from tests.workflows.test_cold_call import call_ends
from tests.workflows.test_conversion import accept, win
from tests.workflows.test_customer_care import answer_nudge, pay
from tests.workflows.test_open_care import IMPORT, shelf
from tests.workflows.test_publish_catalogue import page, start
from tests.workflows.tiers import Tiers, open_tiers
from workflows.campaign import Campaign
from workflows.contracts import account_mgmt as am
from workflows.contracts import fit_timing as ft
from workflows.contracts import ids, queues
from workflows.contracts.base import Cancel, Money
from workflows.contracts.catalogue import CataloguePage, ReadCatalogue
from workflows.contracts.commission import MoneyEvent, MoneyKind
from workflows.contracts.conversion import (
    Accepted,
    AnsweredQuestion,
    Assigned,
    DealMoved,
    Lost,
    OfferDeal,
    OfferedDeal,
    PlaybookPlanned,
    Reassigned,
    Returned,
    Stage,
)
from workflows.contracts.customer_status import AccountManagerChanged, CustomerStatusChanged
from workflows.contracts.lead_gen import (
    CallOutcome,
    CampaignChanged,
    CampaignInput,
    EnrolBatch,
    Enrolled,
)
from workflows.contracts.open_care import AdoptAccount, OpenCareInput, ReadUnopened
from workflows.conversion.workflow import Conversion
from workflows.customer_care.workflow import CustomerCare
from workflows.fit_timing import FitTiming
from workflows.open_care import OpenCare


async def cold_call(tiers: Tiers) -> str:
    """Two calls in vain, a callback, interest, hand-over."""
    handle = await tiers.start_cold_call()
    await call_ends(tiers, 1, CallOutcome.NO_ANSWER)
    await call_ends(tiers, 2, CallOutcome.BUSY)
    await call_ends(tiers, 3, CallOutcome.CALLBACK, callback_at=await tiers.later(hours=2), personal=True)
    await call_ends(tiers, 4, CallOutcome.INTERESTED)
    await handle.result()
    return ids.cold_call(tiers.lead_id)


async def cold_call_wrong_number(tiers: Tiers) -> str:
    """A wrong number, then nobody at the other one; then interest."""
    handle = await tiers.start_cold_call()
    await call_ends(tiers, 1, CallOutcome.WRONG_NUMBER, other_number_left=True)
    await call_ends(tiers, 2, CallOutcome.NO_ANSWER)
    await call_ends(tiers, 3, CallOutcome.INTERESTED)
    await handle.result()
    return ids.cold_call(tiers.lead_id)


async def campaign(tiers: Tiers) -> str:
    """Two batches, a pause, the supervisor's word to go on, and no lead left."""
    ticks = [await tiers.later(minutes=5 * number) for number in (1, 2, 3, 4)]
    batches = [
        Enrolled(count=5, in_flight=5, next_tick_at=ticks[0]),
        Enrolled(count=5, in_flight=10, waiting=2, next_tick_at=ticks[1]),
        Enrolled(count=0, in_flight=10, next_tick_at=ticks[2], paused=True),
        Enrolled(count=1, in_flight=0, next_tick_at=ticks[3], finished=True),
    ]
    tiers.lead_gen.answers[EnrolBatch] = lambda asked: batches[asked.tick - 1]
    start = CampaignInput(campaign_id=tiers.lead_id, campaign_name="Spring freight")
    handle = await tiers.client.start_workflow(
        Campaign.run, start, id=ids.campaign(tiers.lead_id), task_queue=queues.LEAD_GEN
    )
    await tiers.lead_gen.nth(EnrolBatch)
    await tiers.pass_time(minutes=12)
    await tiers.lead_gen.nth(EnrolBatch, 3)
    await handle.signal(Campaign.changed, CampaignChanged(**await tiers.answer("boss")))
    await handle.result()
    return ids.campaign(tiers.lead_id)


async def conversion(tiers: Tiers) -> str:
    """A manager accepts, the deal sleeps, returns to the same manager and is won."""
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    sleep = Lost(**await tiers.answer("manager-1"), reason="next season", return_at=await tiers.later(days=30))
    await handle.signal(Conversion.lost, sleep)
    await tiers.shows(handle, stage="asleep")
    await tiers.pass_time(days=31)
    await accept(tiers, handle, 2)
    await win(tiers, handle)
    await handle.result()
    return ids.conversion(tiers.lead_id)


async def conversion_steered(tiers: Tiers) -> str:
    """The lead waits, is accepted, given back, warmed up by a playbook, answered a question, reassigned, and won."""
    waiting = OfferedDeal(deal_id="deal-1", item_id="item-1", waiting=True)
    tiers.conversion.answers[OfferDeal] = lambda asked: (
        waiting if asked.number == 1 else OfferedDeal(deal_id="deal-1", item_id=asked.key, manager="manager-2")
    )
    handle = await tiers.start_conversion()
    await tiers.conversion.nth(OfferDeal)
    until = await tiers.later(minutes=30)
    assigned = Assigned(**await tiers.answer(), item_id="item-1", manager="manager-1", accept_by=until)
    await handle.signal(Conversion.assigned, assigned)
    taken = Accepted(
        **await tiers.answer("manager-1"), item_id="item-1", next_action_at=await tiers.later(days=90),
        stale_at=await tiers.later(days=3),
    )  # fmt: skip
    await handle.signal(Conversion.accepted, taken)
    await tiers.pass_time(days=3, hours=1)
    back = Returned(**await tiers.answer("manager-1"), owner="manager-1", reason="not mine")
    await handle.signal(Conversion.returned, back)
    await accept(tiers, handle, 2, "manager-2")
    planned = PlaybookPlanned(**await tiers.answer("manager-2"), due_at=await tiers.later(hours=3))
    await handle.signal(Conversion.playbook_planned, planned)
    await tiers.pass_time(hours=4)
    answered = AnsweredQuestion(question="Who insures it?", answer="We do.", publish=True)
    moved = DealMoved(
        **await tiers.answer("manager-2"), what="question answered", stage=Stage.INFORMING,
        next_action_at=await tiers.later(days=5), answered=answered,
    )  # fmt: skip
    await handle.signal(Conversion.moved, moved)
    owner = Reassigned(**await tiers.answer("boss"), owner="manager-3", next_action_at=await tiers.later(days=4))
    await handle.signal(Conversion.reassigned, owner)
    await win(tiers, handle)
    await handle.result()
    return ids.conversion(tiers.lead_id)


async def customer_care_paid(tiers: Tiers) -> str:
    """Money comes and goes back: the commission ledger hears of it."""
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    event = MoneyEvent(
        key="payment:1", kind=MoneyKind.PAID, sale_id="deal-1", customer_id=tiers.lead_id,
        amount=Money(amount="50.00"), total=Money(amount="100.00"), at=await tiers.env.get_current_time(),
    )  # fmt: skip
    paid = am.InvoicePaid(**await tiers.answer("oleh"), invoice_id="invoice-1", settled=True, money=event)
    await handle.signal(CustomerCare.invoice_paid, paid)
    refund = event.model_copy(update={"key": "refund:1", "kind": MoneyKind.REFUNDED})
    await handle.signal(CustomerCare.money_moved, am.MoneyMoved(**await tiers.answer("boss"), money=refund))
    await tiers.settles(handle)
    await handle.signal(CustomerCare.cancel, Cancel(**await tiers.answer("ops")))
    await handle.result()
    return ids.customer(tiers.lead_id)


async def publish_catalogue(tiers: Tiers) -> str:
    """Two pages of products."""
    pages = {0: page(1, 2, more=True), 2: page(3)}
    tiers.account_mgmt.answers[ReadCatalogue] = lambda asked: pages.get(asked.since, CataloguePage(upto=asked.since))
    await (await start(tiers)).result()
    return ids.CATALOGUE


async def fit_timing(tiers: Tiers) -> str:
    """Two nights."""
    handle = await tiers.client.start_workflow(
        FitTiming.run, ft.FitTimingInput(), id=ids.FIT_TIMING, task_queue=queues.ACCOUNT_MGMT
    )
    await tiers.pass_time(days=1, hours=2)
    await tiers.account_mgmt.nth(ft.RunFit, 2)
    await handle.terminate()
    return ids.FIT_TIMING


async def customer_care(tiers: Tiers) -> str:
    """First invoice paid, a nudge answered with an order, the next one with leaving."""
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await tiers.pass_time(days=31)
    await answer_nudge(
        tiers,
        handle,
        1,
        am.NudgeOutcome.ORDERED,
        order_id="order-2",
        invoice_id="invoice-2",
        due_at=await tiers.later(days=14),
        next_nudge_at=await tiers.later(days=60),
    )
    await tiers.pass_time(days=62)
    await answer_nudge(tiers, handle, 2, am.NudgeOutcome.LEFT)
    await handle.result()
    return ids.customer(tiers.lead_id)


async def customer_care_kept(tiers: Tiers) -> str:
    """At risk and well again, another account manager, a reminder by mail, and gone after a complaint."""
    tiers.account_mgmt.answers[am.OpenNudge] = lambda asked: am.OpenedNudge(item_id=asked.key, mailed=True)
    handle = await tiers.start_care()
    await pay(tiers, handle)
    head = {"standing": "at_risk", "reason": "a complaint"}
    await handle.signal(CustomerCare.standing_changed, CustomerStatusChanged(**await tiers.answer(), **head))
    later = {"due_at": await tiers.later(days=14), "next_nudge_at": await tiers.later(days=44)}
    placed = am.OrderPlaced(**await tiers.answer(), order_id="o-2", invoice_id="i-2", stage="active", **later)
    await handle.signal(CustomerCare.order_placed, placed)
    settled = am.InvoicePaid(**await tiers.answer(), invoice_id="i-2", settled=True)
    await handle.signal(CustomerCare.invoice_paid, settled)
    changed = AccountManagerChanged(**await tiers.answer("boss"), account_manager="larysa")
    await handle.signal(CustomerCare.account_manager_changed, changed)
    await tiers.pass_time(days=46)
    await answer_nudge(tiers, handle, 1, am.NudgeOutcome.COMPLAINT, next_nudge_at=await tiers.later(days=30))
    gone = {"standing": "lost", "reason": "the customer left after a complaint"}
    await handle.signal(CustomerCare.standing_changed, CustomerStatusChanged(**await tiers.answer(), **gone))
    await handle.result()
    return ids.customer(tiers.lead_id)


async def customer_care_imported(tiers: Tiers) -> str:
    """An existing customer, introduced to the register, nudged once, and given up."""
    start = am.CustomerCareInput(customer_id=tiers.lead_id, imported=True)
    handle = await tiers.client.start_workflow(
        CustomerCare.run, start, id=ids.customer(tiers.lead_id), task_queue=queues.ACCOUNT_MGMT
    )
    await tiers.pass_time(days=31)
    await answer_nudge(tiers, handle, 1, am.NudgeOutcome.NOT_NOW, next_nudge_at=await tiers.later(days=45))
    await handle.signal(CustomerCare.cancel, Cancel(**await tiers.answer("ops")))
    await handle.result()
    return ids.customer(tiers.lead_id)


async def customer_care_regular(tiers: Tiers) -> str:
    """A nudge every month, an order and its payment each time, until care goes on in a new run."""
    handle = await tiers.start_care()
    await pay(tiers, handle)
    running = tiers.client.get_workflow_handle_for(CustomerCare.run, handle.id)
    number = 0
    while (await running.describe()).run_id == handle.first_execution_run_id:
        number += 1
        await tiers.pass_time(days=31)
        order = {"order_id": f"order-{number}", "invoice_id": f"invoice-{number}"}
        later = {"due_at": await tiers.later(days=14), "next_nudge_at": await tiers.later(days=30)}
        await answer_nudge(tiers, running, number, am.NudgeOutcome.ORDERED, **order, **later)
        settled = am.InvoicePaid(**await tiers.answer(), invoice_id=f"invoice-{number}", settled=True)
        await running.signal(CustomerCare.invoice_paid, settled)
    return handle.id


async def open_care(tiers: Tiers) -> str:
    """Two batches of an import's customers."""
    tiers.account_mgmt.answers[ReadUnopened] = shelf(5, 3)
    handle = await tiers.client.start_workflow(
        OpenCare.run, OpenCareInput(import_id=IMPORT), id=ids.open_care(IMPORT), task_queue=queues.ACCOUNT_MGMT
    )
    await tiers.account_mgmt.nth(AdoptAccount, 1)
    await tiers.pass_time(minutes=1)
    await handle.result()
    return ids.open_care(IMPORT)


async def fit_timing_and_more(tiers: Tiers) -> str:
    """Two nights with pairs of products and customers at risk."""
    return await fit_timing(tiers)


STORIES = {
    "campaign-0001": campaign,
    "cold_call-0001": cold_call,
    "cold_call-0003": cold_call_wrong_number,
    "conversion-0001": conversion,
    "conversion-0002": conversion_steered,
    "customer_care-0001": customer_care,
    "customer_care-0002": customer_care_paid,
    "publish_catalogue-0001": publish_catalogue,
    "customer_care-0003": customer_care_kept,
    "customer_care-0004": customer_care_imported,
    "customer_care_long-0001": customer_care_regular,
    "customer_care_long-0002": customer_care_regular,
    "open_care-0001": open_care,
    "fit_timing-0001": fit_timing,
    "fit_timing-0002": fit_timing_and_more,
}
# These bring workers of their own, who come and go.
ENDINGS = {
    "cold_call-0002": endings.cold_call,
    "conversion-0003": endings.conversion,
    "customer_care-0005": endings.customer_care,
    "customer_care-0006": endings.customer_care_debts,
}


async def main(*names: str) -> None:
    """Record these stories, by default every one that the coming release has no history of, each on its own server."""
    folder = HISTORIES / coming()
    folder.mkdir(exist_ok=True)
    known = STORIES | ENDINGS
    for name in names or known:
        if (folder / f"{name}.json").exists():
            continue
        env = await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=str(TEST_SERVER), data_converter=pydantic_data_converter
        )
        await register_search_attributes(env)
        if name in ENDINGS:
            tiers = Tiers(env)
            workflow_id = await known[name](tiers)
        else:
            async with open_tiers(env) as tiers:
                workflow_id = await known[name](tiers)
        history = await first_run(tiers, workflow_id)
        (folder / f"{name}.json").write_text(as_kept(history))
        await env.shutdown()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
