"""The nightly analysis: every night once, and its history never grows long."""

from __future__ import annotations

from temporalio.exceptions import ApplicationError

from services.chassis.temporal.endless import EndlessWorkflow, ensure_running
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


async def test_files_of_orders_are_learned_from_at_once_and_once(tiers: Tiers) -> None:
    handle = await tiers.client.start_workflow(
        FitTiming.run, ft.FitTimingInput(life="imported"), id=ids.FIT_TIMING, task_queue=queues.ACCOUNT_MGMT
    )
    await tiers.account_mgmt.nth(ft.RunFit, 1)
    await tiers.pass_time(minutes=5)
    now = await tiers.later()
    for name in ("a", "b", "a"):
        await handle.signal(FitTiming.orders_imported, ft.OrdersImported(event_id=name, at=now, by="import"))
    await tiers.account_mgmt.nth(ft.RunFit, 2)
    await tiers.pass_time(hours=1)
    assert 2 <= len(tiers.account_mgmt.of(ft.RunFit)) <= 3
    await handle.terminate()


async def test_a_night_that_is_refused_is_told_and_tried_again(tiers: Tiers) -> None:
    def refuse(_: ft.RunFit) -> ft.FittedTiming:
        raise ApplicationError("there is no policy", type="not_found", non_retryable=True)

    tiers.account_mgmt.answers[ft.RunFit] = refuse
    handle = await tiers.client.start_workflow(
        FitTiming.run, ft.FitTimingInput(life="a"), id=ids.FIT_TIMING, task_queue=queues.ACCOUNT_MGMT
    )
    await tiers.pass_time(minutes=5)
    assert not tiers.account_mgmt.of(ft.RunFit)
    del tiers.account_mgmt.answers[ft.RunFit]
    await tiers.pass_time(hours=2)
    assert tiers.account_mgmt.of(ft.RunFit)
    await handle.terminate()


async def test_an_analysis_that_ended_is_started_again_with_keys_of_its_own(tiers: Tiers) -> None:
    endless = EndlessWorkflow(
        workflow="FitTiming", id=ids.FIT_TIMING, task_queue=queues.ACCOUNT_MGMT,
        input_of=lambda life: ft.FitTimingInput(life=life), summary="Learns when customers buy next",
    )  # fmt: skip
    handle = tiers.client.get_workflow_handle(ids.FIT_TIMING)
    for lives in (1, 2):
        for _ in range(2):  # as two workers ask
            await ensure_running(tiers.client, endless)
        await tiers.account_mgmt.nth(ft.RunFit, lives)
        await handle.terminate()
    first, second = tiers.account_mgmt.of(ft.RunFit)
    assert first.key != second.key
