"""Debts outlive the care of their customer: reminders go on, rest, begin again, until the money is there."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.testing import WorkflowEnvironment

from tests.workflows.tiers import ALL, Tiers, working
from workflows.contracts import account_mgmt as am
from workflows.contracts import ids, queues
from workflows.contracts.base import Answer, Cancel, DoNotCall
from workflows.contracts.customer_status import CustomerStatusChanged
from workflows.customer_care.workflow import CustomerCare

Handle = WorkflowHandle[Any, Any]
INVOICE = "invoice:deal-1"


async def leaves(tiers: Tiers, handle: Handle) -> None:
    """A complaint, and then they are gone."""
    for standing in ("at_risk", "lost"):
        left = CustomerStatusChanged(**await tiers.answer("am-1"), standing=standing, reason="a complaint")
        await handle.signal(CustomerCare.standing_changed, left)


async def opts_out_and_leaves(tiers: Tiers, handle: Handle) -> None:
    await handle.signal(CustomerCare.do_not_call, DoNotCall(**await tiers.answer()))
    await leaves(tiers, handle)


async def is_given_up(tiers: Tiers, handle: Handle) -> None:
    """By ops, twice."""
    for _ in range(2):
        await handle.signal(CustomerCare.cancel, Cancel(**await tiers.answer("ops"), reason="insolvent"))


ENDS = {"left": leaves, "opted out and left": opts_out_and_leaves, "cancelled": is_given_up}


async def pays(tiers: Tiers, handle: Handle) -> None:
    paid = am.InvoicePaid(**await tiers.answer(), invoice_id=INVOICE, settled=True)
    await handle.signal(CustomerCare.invoice_paid, paid)


@pytest.mark.parametrize("end", ENDS.values(), ids=list(ENDS))
async def test_the_debt_of_a_customer_who_is_none_any_more_is_reminded_of_until_it_is_paid(
    tiers: Tiers, end: Any
) -> None:
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await end(tiers, handle)
    await tiers.pass_time(days=23)
    assert [one.level for one in tiers.account_mgmt.of(am.RemindInvoice)] == [1, 2]
    await pays(tiers, handle)
    assert (await handle.result()).stage in ("lost", "cancelled")
    assert [one.level for one in tiers.account_mgmt.of(am.RemindInvoice)] == [1, 2]


async def test_a_step_that_is_put_off_is_taken_when_the_rest_is_over(tiers: Tiers) -> None:
    tiers.account_mgmt.rhythm *= 20
    until = await tiers.later(days=40)
    tiers.account_mgmt.answers[am.RemindInvoice] = lambda _: am.RemindedInvoice(next_at=until, put_off=True)
    await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await tiers.pass_time(days=30)
    assert [one.level for one in tiers.account_mgmt.of(am.RemindInvoice)] == [1]
    del tiers.account_mgmt.answers[am.RemindInvoice]
    await tiers.pass_time(days=11)
    assert [one.level for one in tiers.account_mgmt.of(am.RemindInvoice)] == [1, 1]
    await tiers.pass_time(days=8)
    assert [one.level for one in tiers.account_mgmt.of(am.RemindInvoice)] == [1, 1, 2]


async def reopened(tiers: Tiers, level: int, **later: float) -> am.InvoiceReopened:
    return am.InvoiceReopened(
        **await tiers.answer("am-1"), invoice_id=INVOICE, due_at=await tiers.later(**later), level=level
    )


async def test_an_invoice_that_opens_again_is_reminded_of_at_the_level_it_had(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await tiers.account_mgmt.nth(am.OpenAccount)
    await tiers.pass_time(days=15)
    await pays(tiers, handle)
    await tiers.pass_time(days=10)
    again = await reopened(tiers, 1, days=2)
    for _ in range(2):
        await handle.signal(CustomerCare.invoice_reopened, again)
    await tiers.pass_time(days=3)
    assert [one.level for one in tiers.account_mgmt.of(am.RemindInvoice)] == [1, 2]


@pytest.mark.parametrize("stage", ["lost", "cancelled"])
async def test_an_invoice_that_opens_again_after_the_care_has_ended_is_reminded_of_until_it_is_paid(
    env: WorkflowEnvironment, stage: str
) -> None:
    """As the outbox delivers it: a signal with the workflow, which begins at its end."""
    tiers = Tiers(env)
    async with working(tiers, *ALL):
        handle = await tiers.start_care()
        await tiers.account_mgmt.nth(am.OpenAccount)
        await pays(tiers, handle)
        await (leaves if stage == "lost" else is_given_up)(tiers, handle)
        await handle.result()
        assert not tiers.account_mgmt.of(am.RemindInvoice)
        again = await signal_with_debt(tiers, stage, "invoice_reopened", await reopened(tiers, 2, days=1))
        await tiers.pass_time(days=2)
        assert [one.level for one in tiers.account_mgmt.of(am.RemindInvoice)] == [3]
        assert not tiers.account_mgmt.of(am.OpenNudge)
        await tiers.settles(again)
        assert (await again.describe()).status is WorkflowExecutionStatus.COMPLETED


async def signal_with_debt(tiers: Tiers, stage: str, name: str, answer: Answer) -> Handle:
    state = am.CareState(opened_by="debts:1", account_manager="account-manager-1", stage=stage)
    start = am.CustomerCareInput(customer_id=tiers.lead_id, state=state, reports_itself=False)
    return await tiers.client.start_workflow(
        CustomerCare.run, start, id=ids.customer(tiers.lead_id), task_queue=queues.ACCOUNT_MGMT,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING, start_signal=name, start_signal_args=[answer],
    )  # fmt: skip
