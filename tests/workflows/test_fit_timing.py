"""The house learns every night, and its history never grows long."""

from __future__ import annotations

from tests.workflows.house import House
from workflows.contracts import account_mgmt as am
from workflows.contracts import ids, queues
from workflows.fit_timing import FitTiming


async def test_it_fits_once_a_night_under_a_key_of_its_own_and_begins_anew_before_its_history_is_long(
    house: House,
) -> None:
    handle = await house.client.start_workflow(
        FitTiming.run, am.FitTimingInput(), id=ids.FIT_TIMING, task_queue=queues.ACCOUNT_MGMT
    )
    first_run = handle.first_execution_run_id
    # In parts: the server answers a sleep only when everything on its way is done.
    for _ in range(11):
        await house.pass_time(days=9, hours=10)
    fits = house.account_mgmt.of(am.RunFit)
    assert len(fits) >= 102
    assert len({fit.key for fit in fits}) == len(fits)
    now = await handle.describe()
    assert now.run_id != first_run
    assert now.history_length < 1_000
    await handle.terminate()
