"""Ten years of one customer in seconds: every touch is seen, and no history grows long."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from tests.workflows.tiers import Tiers, open_tiers
from workflows.contracts import account_mgmt as am
from workflows.contracts import ids
from workflows.contracts.base import Answer
from workflows.customer_care.workflow import CustomerCare

YEARS = 10
BAR = 5_000
# Not a whole day: this server loses a timer that is cancelled in the instant in which it fires.
GAP = timedelta(days=30, minutes=17)
TERM = timedelta(days=14, minutes=5)
LATE = TERM + timedelta(days=1)


async def test_ten_years_of_one_customer_miss_no_nudge_and_no_history_is_long(env: WorkflowEnvironment) -> None:
    """A nudge every month, an order each time; every fifth invoice is paid only after a reminder."""
    async with open_tiers(env, max_cached_workflows=1000) as tiers:
        handle = await tiers.start_care()
        began = await env.get_current_time()
        touches: list[tuple[datetime, str]] = []
        await tiers.account_mgmt.nth(am.OpenAccount)
        await settle(tiers, handle, "invoice:deal-1")
        number = 0
        while await env.get_current_time() < began + timedelta(days=365 * YEARS):
            number += 1
            touches += await one_cycle(tiers, handle, number)
        kinds = Counter(what for _, what in touches)
        assert kinds == {"nudge": number, "reminder": number // 5}
        assert [at for at, _ in touches] == sorted(at for at, _ in touches)
        keys = [asked.key for asked in tiers.account_mgmt.of(am.OpenNudge)]
        assert len(keys) == len(set(keys)) == number
        lengths = await histories(tiers)
        assert len(lengths) > 1, "it must have begun anew on its way"
        assert max(lengths) < BAR
        per_cycle = sum(lengths) / number
        assert per_cycle < 60


async def one_cycle(tiers: Tiers, handle: WorkflowHandle[Any, Any], number: int) -> list[tuple[datetime, str]]:
    """The nudge, the order, the payment; what the customer noticed of it."""
    running = tiers.client.get_workflow_handle_for(CustomerCare.run, handle.id)
    # After a cycle with a late payment a part of the gap has passed.
    passed = LATE if number > 1 and (number - 1) % 5 == 0 else timedelta()
    await tiers.env.sleep(GAP - passed)
    nudge = await tiers.account_mgmt.nth(am.OpenNudge, number)
    noticed = [(await tiers.env.get_current_time(), "nudge")]
    invoice = f"invoice-{number}"
    ordered = am.NudgeAnswered(
        **await tiers.answer("am-1"),
        item_id=nudge.key,
        outcome=am.NudgeOutcome.ORDERED,
        order_id=f"order-{number}",
        invoice_id=invoice,
        due_at=await tiers.env.get_current_time() + TERM,
        next_nudge_at=await tiers.env.get_current_time() + GAP - timedelta(minutes=7),
    )
    await deliver(running, CustomerCare.nudge_answered, ordered)
    if number % 5 == 0:
        await tiers.env.sleep(LATE)
        await tiers.account_mgmt.nth(am.RemindInvoice, number // 5)
        noticed.append((await tiers.env.get_current_time(), "reminder"))
    await settle(tiers, running, invoice)
    return noticed


async def settle(tiers: Tiers, handle: WorkflowHandle[Any, Any], invoice_id: str) -> None:
    paid = am.InvoicePaid(**await tiers.answer(), invoice_id=invoice_id, settled=True)
    await deliver(handle, CustomerCare.invoice_paid, paid)


async def deliver(handle: WorkflowHandle[Any, Any], signal: Any, answer: Answer) -> None:
    """Send it, and again if this server refuses it in the instant between two runs, which the real one does not."""
    while True:
        try:
            await handle.signal(signal, answer)
            return
        except RPCError as error:
            if error.message != "Completed workflow":
                raise


async def histories(tiers: Tiers) -> list[int]:
    """How many events each run of the customer's care has."""
    found: list[int] = []
    run_id: str | None = None
    while True:
        handle = tiers.client.get_workflow_handle(ids.customer(tiers.lead_id), run_id=run_id)
        events = (await handle.fetch_history()).events
        found.append(len(events))
        run_id = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return found
