"""Imported customers get their care gradually, each once."""

from __future__ import annotations

from typing import Any

from tests.workflows.tiers import Tiers
from workflows.contracts import account_mgmt as am
from workflows.contracts import ids, queues
from workflows.contracts.open_care import (
    AdoptAccount,
    ImportedCustomer,
    OpenCareInput,
    ReadUnopened,
    Unopened,
)
from workflows.customer_care.workflow import CustomerCare
from workflows.open_care import OpenCare

IMPORT = "import-1"


def shelf(customers: int, batch: int) -> Any:
    """The tier with so many imported customers, read so many at once; every third time it says that it is full."""
    names = [f"customer-{n:03}" for n in range(customers)]
    asked = 0

    def read(request: ReadUnopened) -> Unopened:
        nonlocal asked
        asked += 1
        left = [name for name in names if request.after is None or name > request.after]
        if left and asked % 3 == 0:
            return Unopened(full=True, pause=0.3)
        return Unopened(
            customers=[ImportedCustomer(customer_id=name, segment="steel") for name in left[:batch]], pause=0.1
        )

    return read


def adopted(tiers: Tiers) -> set[str]:
    """Keys of what was asked for: a request may come twice, its effect happens once."""
    return {asked.key.removeprefix("customer:") for asked in tiers.account_mgmt.of(AdoptAccount)}


async def test_every_customer_gets_its_care_once_also_across_runs(tiers: Tiers) -> None:
    tiers.account_mgmt.answers[ReadUnopened] = shelf(20, 4)
    start = OpenCareInput(import_id=IMPORT, starts_per_run=8)
    handle = await tiers.client.start_workflow(
        OpenCare.run, start, id=ids.open_care(IMPORT), task_queue=queues.ACCOUNT_MGMT
    )
    first_run = handle.first_execution_run_id
    # The clock of this server stands while children run that nobody waits for: it is moved on in small steps.
    for _ in range(40):
        if len(adopted(tiers)) >= 20:
            break
        await tiers.pass_time(seconds=1)
    assert adopted(tiers) == {f"customer-{n:03}:adopt" for n in range(20)}
    ended = tiers.client.get_workflow_handle(ids.open_care(IMPORT))
    assert await ended.result() == 20
    assert (await ended.describe()).run_id != first_run


async def test_an_imported_customer_is_nudged_by_its_reorder_cycle(tiers: Tiers) -> None:
    start = am.CustomerCareInput(customer_id=tiers.lead_id, imported=True)
    handle = await tiers.client.start_workflow(
        CustomerCare.run, start, id=ids.customer(tiers.lead_id), task_queue=queues.ACCOUNT_MGMT
    )
    await tiers.pass_time(days=31)
    nudge = await tiers.account_mgmt.nth(am.OpenNudge)
    answer = am.NudgeAnswered(**await tiers.answer("am-1"), item_id=nudge.key, outcome=am.NudgeOutcome.LEFT)
    await handle.signal(CustomerCare.nudge_answered, answer)
    assert (await handle.result()).stage == "lost"
    assert not tiers.account_mgmt.of(am.OpenAccount)
