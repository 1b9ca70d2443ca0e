"""Background tasks: each is started again with backoff, counted, and never takes another down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
import pytest_asyncio

from services.chassis import background as module
from services.chassis.background import Background, wait
from services.chassis.db import Pool

NO_POOL = cast(Pool, None)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(module, "MAX_PAUSE_SECONDS", 0.04)


@pytest_asyncio.fixture
async def stop() -> AsyncIterator[asyncio.Event]:
    event = asyncio.Event()
    yield event
    event.set()


class Failing:
    """Fails so many times, then runs on until it is let go."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.runs = 0
        self.well = asyncio.Event()
        self.let_go = asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        if self._errors:
            raise self._errors.pop(0)
        self.well.set()
        await self.let_go.wait()


async def within(waiting: Any, seconds: float = 60) -> None:
    await asyncio.wait_for(waiting, seconds)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


async def restarts(background: Background) -> dict[str, float]:
    return (await figures(background))["leadrelay_part_restarts"]


async def figures(background: Background) -> dict[str, dict[str, float]]:
    """What Prometheus is told: by metric and by the part or task it is about. Not when a counter began."""
    return {
        metric.name: {
            next(iter(sample.labels.values())): sample.value
            for sample in metric.samples
            if not sample.name.endswith("_created")
        }
        for metric in await background.collect(NO_POOL)
    }


async def test_a_task_that_fails_is_started_again_and_counted(stop: asyncio.Event) -> None:
    background, task = Background(stop), Failing(ValueError("one"), OSError("two"), RuntimeError("three"))
    keeping = asyncio.create_task(background.keep("task", task))
    await within(task.well.wait())
    assert task.runs == 4
    assert await restarts(background) == {"task": 3}
    task.let_go.set()
    await within(keeping)


async def test_a_task_that_ends_by_itself_is_left_at_that(stop: asyncio.Event) -> None:
    background, task = Background(stop), Failing()
    task.let_go.set()
    await within(background.keep("task", task))
    assert (task.runs, await restarts(background)) == (1, {"task": 0})


async def test_the_pauses_double_up_to_the_longest(stop: asyncio.Event, caplog: pytest.LogCaptureFixture) -> None:
    task = Failing(*[OSError("gone") for _ in range(4)])
    task.let_go.set()
    with caplog.at_level(logging.WARNING):
        await within(Background(stop).keep("task", task))
    told = [record.getMessage() for record in caplog.records if "background_task_waits" in record.getMessage()]
    assert [text.rpartition("seconds=")[2].split()[0] for text in told] == ["0.01", "0.02", "0.04", "0.04"]


async def test_after_a_long_run_the_pause_is_short_again(
    stop: asyncio.Event, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEALTHY_AFTER_SECONDS", -1.0)
    task = Failing(*[OSError("gone") for _ in range(3)])
    task.let_go.set()
    with caplog.at_level(logging.WARNING):
        await within(Background(stop).keep("task", task))
    told = [record.getMessage() for record in caplog.records if "background_task_waits" in record.getMessage()]
    assert [text.rpartition("seconds=")[2].split()[0] for text in told] == ["0.01"] * 3


async def test_one_that_fails_does_not_hurt_another(stop: asyncio.Event) -> None:
    background, well = Background(stop), Failing()
    bad = Failing(*[ValueError(str(number)) for number in range(5)])
    both = [asyncio.create_task(background.keep("bad", bad)), asyncio.create_task(background.keep("well", well))]
    await within(bad.well.wait())
    assert well.well.is_set()
    assert (well.runs, await restarts(background)) == (1, {"bad": 5, "well": 0})
    bad.let_go.set()
    well.let_go.set()
    await within(asyncio.gather(*both))


async def test_a_stop_ends_the_pause(stop: asyncio.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 600.0)
    background, task = Background(stop), Failing(ValueError("bad"))
    keeping = asyncio.create_task(background.keep("task", task))
    await until(lambda: task.runs == 1)
    stop.set()
    await within(keeping)
    assert task.runs == 1


async def test_nothing_is_started_after_the_stop(stop: asyncio.Event) -> None:
    stop.set()
    task = Failing()
    await within(Background(stop).keep("task", task))
    assert task.runs == 0


async def test_a_cancelled_task_is_not_started_again(stop: asyncio.Event) -> None:
    task = Failing()
    keeping = asyncio.create_task(Background(stop).keep("task", task))
    await within(task.well.wait())
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert (keeping.cancelled(), task.runs) == (True, 1)


async def test_a_periodic_job_goes_on_after_a_failure_and_ends_with_the_stop(stop: asyncio.Event) -> None:
    background, runs = Background(stop), 0

    async def job(_: Pool) -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            raise ValueError("once")

    repeating = asyncio.create_task(background.repeat(("job", 0.01, job), NO_POOL))
    await until(lambda: runs >= 4)
    stop.set()
    await within(repeating)
    told = await figures(background)
    assert (told["leadrelay_part_restarts"], told["leadrelay_job_failures"]) == ({"job": 1}, {"job": 1})
    assert told["leadrelay_job_runs"] == {"job": runs}


@pytest.mark.parametrize(
    ("error", "event", "has_traceback"),
    [
        (ConnectionRefusedError("no database"), "background_task_waits", False),
        (RuntimeError("Failed client connect: refused"), "background_task_waits", False),
        (RuntimeError("a bug"), "background_task_failed", True),
        (KeyError("a bug"), "background_task_failed", True),
    ],
)
async def test_an_outage_is_no_bug_and_a_bug_is_told_with_its_place(
    stop: asyncio.Event, caplog: pytest.LogCaptureFixture, error: Exception, event: str, has_traceback: bool
) -> None:
    task = Failing(error)
    task.let_go.set()
    with caplog.at_level(logging.WARNING):
        await within(Background(stop).keep("dispatcher", task))
    [text] = [record.getMessage() for record in caplog.records if "background_task_" in record.getMessage()]
    assert event in text and "dispatcher" in text and type(error).__name__ in text
    assert ("Traceback" in text) is has_traceback


async def test_a_wait_is_cut_short_by_the_stop_and_ends_by_itself(stop: asyncio.Event) -> None:
    await within(wait(stop, 0.01))
    waiting = asyncio.create_task(wait(stop, 600))
    stop.set()
    await within(waiting)
