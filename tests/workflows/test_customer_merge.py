"""Two customers who are one: one care goes on, the other passes on what comes late and ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from tests.workflows.tiers import Tiers
from workflows.contracts import account_mgmt as am
from workflows.contracts import ids, queues
from workflows.contracts.base import InboundCall
from workflows.contracts.conversion import OpenInbound
from workflows.customer_care.workflow import CustomerCare

Handle = WorkflowHandle[Any, Any]
OTHER = "11111111-1111-7111-8111-111111111111"


async def both(tiers: Tiers) -> tuple[Handle, Handle]:
    """(care that goes, care that stays), the first with an open invoice."""
    gone = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    start = am.CustomerCareInput(customer_id=OTHER, state=am.CareState(account_manager="am-1"), reports_itself=False)
    kept: Handle = await tiers.client.start_workflow(
        CustomerCare.run, start, id=ids.customer(OTHER), task_queue=queues.ACCOUNT_MGMT
    )
    return gone, kept


async def merge(tiers: Tiers, gone: Handle, kept: Handle) -> None:
    await gone.signal(CustomerCare.merged, am.CustomersMerged(**await tiers.answer(), into=OTHER))
    now = (await tiers.answer())["at"]
    takes = [am.OpenInvoice(invoice_id="invoice:deal-1", due_at=now + timedelta(days=14))]
    await kept.signal(CustomerCare.merged, am.CustomersMerged(**await tiers.answer(), takes=takes))


async def test_the_invoice_is_dunned_by_the_care_that_stays_alone(tiers: Tiers) -> None:
    gone, kept = await both(tiers)
    await merge(tiers, gone, kept)
    await tiers.pass_time(days=15)
    assert [step.customer_id for step in tiers.account_mgmt.of(am.RemindInvoice)] == [OTHER]
    await kept.terminate()


async def test_late_answers_reach_the_care_that_stays_and_the_other_ends(tiers: Tiers) -> None:
    gone, kept = await both(tiers)
    await merge(tiers, gone, kept)
    call = InboundCall(**await tiers.answer(), inbound_call_id="call-1")
    await gone.signal(CustomerCare.inbound_called, call)
    opened = await tiers.account_mgmt.nth(OpenInbound)
    assert opened.lead_id == OTHER
    paid = am.InvoicePaid(**await tiers.answer(), invoice_id="invoice:deal-1", settled=True)
    await gone.signal(CustomerCare.invoice_paid, paid)
    await tiers.pass_time(days=40)
    assert not tiers.account_mgmt.of(am.RemindInvoice)
    # Waiting for a result lets the clock run on for as long as anything else lives.
    await kept.terminate()
    assert (await gone.result()).stage == "merged"


async def test_a_merge_that_is_undone_gives_each_care_its_own_back(tiers: Tiers) -> None:
    gone, kept = await both(tiers)
    await merge(tiers, gone, kept)
    due = (await tiers.answer())["at"] + timedelta(days=14)
    left = am.CustomersMerged(**await tiers.answer(), leaves=["invoice:deal-1"])
    await kept.signal(CustomerCare.merged, left)
    takes = [am.OpenInvoice(invoice_id="invoice:deal-1", due_at=due)]
    await gone.signal(CustomerCare.merged, am.CustomersMerged(**await tiers.answer(), apart=True, takes=takes))
    await tiers.pass_time(days=15)
    assert [step.customer_id for step in tiers.account_mgmt.of(am.RemindInvoice)] == [tiers.lead_id]
    await kept.terminate()


async def test_a_sale_of_a_record_that_was_merged_long_ago_goes_on_in_the_other_care(tiers: Tiers) -> None:
    tiers.account_mgmt.merged_into = OTHER
    gone = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await tiers.pass_time(days=40)
    assert not tiers.account_mgmt.of(am.RemindInvoice)
    assert (await gone.result()).stage == "merged"
