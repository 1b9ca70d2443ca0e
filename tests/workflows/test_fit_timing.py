"""The nightly analysis: every night once, and its history never grows long."""

from __future__ import annotations

from tests.workflows.tiers import Tiers
from workflows.contracts import fit_timing as ft
from workflows.contracts import ids, queues
from workflows.fit_timing import FitTiming


async def test_it_fits_once_a_night_under_a_key_of_its_own_and_begins_anew_before_its_history_is_long(
    tiers: Tiers,
) -> None:
    handle = await tiers.client.start_workflow(
        FitTiming.run, ft.FitTimingInput(), id=ids.FIT_TIMING, task_queue=queues.ACCOUNT_MGMT
    )
    first_run = handle.first_execution_run_id
    # In parts: the server answers a sleep only when everything on its way is done.
    for _ in range(12):
        await tiers.pass_time(days=3, hours=10)
    fits = tiers.account_mgmt.of(ft.RunFit)
    assert len(fits) >= 40
    assert len({fit.key for fit in fits}) == len(fits)
    assert len(tiers.account_mgmt.of(ft.LearnPairs)) >= 40
    assert len(tiers.account_mgmt.of(ft.FindRisks)) >= 40
    now = await tiers.client.get_workflow_handle(ids.FIT_TIMING).describe()
    assert now.run_id != first_run
    assert now.history_length < 1_000
    await tiers.client.get_workflow_handle(ids.FIT_TIMING).terminate()
