"""Who is at a page: whoever asked for one a moment ago, or reads a live one."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.chassis.auth import Principal
from services.chassis.web.presence import AWAY_AFTER_SECONDS, Presence

OLIA = Principal(person="olia", tier="lead_gen", role="caller")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def frames() -> AsyncIterator[str]:
    yield "first"
    yield "last"


def test_somebody_who_asked_for_a_page_is_there_and_leaves_after_a_while() -> None:
    clock = Clock()
    presence = Presence(clock)
    presence.seen(OLIA)
    clock.now = AWAY_AFTER_SECONDS - 1
    assert presence.people() == [("olia", "caller")]
    clock.now = AWAY_AFTER_SECONDS
    assert presence.people() == []


async def test_somebody_who_reads_a_live_page_is_there_for_as_long_as_it_lives() -> None:
    clock = Clock()
    presence = Presence(clock)
    reading = presence.while_open(OLIA, frames())
    assert await anext(reading) == "first"
    clock.now = 10 * AWAY_AFTER_SECONDS
    assert presence.people() == [("olia", "caller")]
    assert [frame async for frame in reading] == ["last"]
    assert presence.people() == [("olia", "caller")]
    clock.now += AWAY_AFTER_SECONDS
    assert presence.people() == []


async def test_a_stream_that_breaks_off_is_no_longer_open() -> None:
    clock = Clock()
    presence = Presence(clock)
    reading = presence.while_open(OLIA, frames())
    await anext(reading)
    await reading.aclose()  # type: ignore[attr-defined]
    clock.now = AWAY_AFTER_SECONDS
    assert presence.people() == []
