"""The sample department's staff waits while the workers are behind, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from leadrelay.demo import queue_age
from leadrelay.demo.day import Day, DayOver
from leadrelay.demo.queue_age import QueueAge

WORKERS = ("http://first", "http://second")


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_age, "_LOOK_EVERY", 0.001)


def page(*ages: float) -> httpx.Response:
    lines = [
        f'leadrelay_task_queue_oldest_seconds{{kind="workflow",task_queue="{n}"}} {age}' for n, age in enumerate(ages)
    ]
    return httpx.Response(200, text="\n".join(["# HELP leadrelay_task_queue_oldest_seconds Age", *lines, ""]))


def day_with(answer: Callable[[httpx.Request], httpx.Response]) -> Day:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Day({}, lambda *_: "token", asyncio.Event(), http, seed=1, run="r")


async def test_the_oldest_task_of_all_queues_counts() -> None:
    assert await QueueAge(day_with(lambda _: page(0.0, 12.5, 3.0)), WORKERS).oldest() == 12.5


async def test_the_next_worker_is_asked_when_one_is_down_or_has_not_looked_yet() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "first":
            raise httpx.ConnectError("down")
        return page(7.0)

    assert await QueueAge(day_with(answer), WORKERS).oldest() == 7.0
    not_yet = {"first": page(), "second": page(8.0)}
    assert await QueueAge(day_with(lambda request: not_yet[request.url.host]), WORKERS).oldest() == 8.0


async def test_an_unknown_age_stops_nobody() -> None:
    age = QueueAge(day_with(lambda _: httpx.Response(503)), WORKERS)
    await age.turn()
    assert await age.patient(turn)() == 3.0
    assert await QueueAge(day_with(lambda _: page(99.0)), ()).oldest() == 0.0


async def test_a_turn_waits_until_the_queues_are_level() -> None:
    ages = [11.0]
    day = day_with(lambda _: page(*ages))
    age = QueueAge(day, WORKERS)
    await age.turn()
    waiting = asyncio.create_task(age.patient(turn)())
    await day.pause(0.01)
    assert not waiting.done()
    ages[:] = [10.0]
    await age.turn()
    assert await waiting == 3.0


async def test_who_waits_goes_home_at_the_end_of_the_day() -> None:
    day = day_with(lambda _: page(60.0))
    age = QueueAge(day, WORKERS)
    await age.turn()
    waiting = asyncio.create_task(age.patient(turn)())
    day.stop.set()
    with pytest.raises(DayOver):
        await waiting


async def turn() -> float:
    return 3.0
