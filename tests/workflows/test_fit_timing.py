"""The house learns every night, and its history never grows long."""

from __future__ import annotations

from tests.workflows.house import House
from workflows.contracts import ids, learning, queues
from workflows.fit_timing import FitTiming


async def test_it_fits_once_a_night_under_a_key_of_its_own_and_begins_anew_before_its_history_is_long(
    house: House,
) -> None:
    handle = await house.client.start_workflow(
        FitTiming.run, learning.FitTimingInput(), id=ids.FIT_TIMING, task_queue=queues.ACCOUNT_MGMT
    )
    first_run = handle.first_execution_run_id
    # In parts: the server answers a sleep only when everything on its way is done.
    for _ in range(12):
        await house.pass_time(days=3, hours=10)
    fits = house.account_mgmt.of(learning.RunFit)
    assert len(fits) >= 40
    assert len({fit.key for fit in fits}) == len(fits)
    assert len(house.account_mgmt.of(learning.LearnPairs)) >= 40
    assert len(house.account_mgmt.of(learning.FindRisks)) >= 40
    now = await house.client.get_workflow_handle(ids.FIT_TIMING).describe()
    assert now.run_id != first_run
    assert now.history_length < 1_000
    await house.client.get_workflow_handle(ids.FIT_TIMING).terminate()
