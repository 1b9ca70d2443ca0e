"""What the tiers tell their own pages, heard in an operator's name and passed on to theirs.

A page of operators shows all tiers, and a browser opens six connections to a place: so it listens here once, and here
one stream of each tier is read for it with the token of whoever looks. What happened is not passed on, only that
something did, with the ids it is about: the page asks again for what it shows.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import httpx

GATHER_SECONDS = 0.25
"""What happens within so much is told at once."""
BEAT_SECONDS = 5.0
"""Pages take ten seconds of silence for a lost connection. With each beat they also ask for what nobody tells of."""
_RETRY_SECONDS = 2.0
# A tier's stream says something every fifteen seconds.
_PATIENCE = httpx.Timeout(5.0, read=40.0)
_ABOUT = ("lead_id", "customer_id")
_MOST_ABOUT = 20


class Hearing:
    """What one page hears of the tiers at these addresses."""

    def __init__(self, http: httpx.AsyncClient, addresses: Mapping[str, str], token: str) -> None:
        self._http = http
        self._addresses = addresses
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        self._heard: asyncio.Queue[Mapping[str, object]] = asyncio.Queue(1000)

    async def frames(self, until: float | None, stopping: asyncio.Event) -> AsyncIterator[str]:
        """Frames for the browser, until the token ends (seconds since 1970) or the process does."""
        listeners = [asyncio.create_task(self._listen(address)) for address in self._addresses.values()]
        try:
            yield _frame("beat", {"now": datetime.now(UTC).isoformat()})
            while not stopping.is_set() and (until is None or time.time() < until):
                try:
                    first = await asyncio.wait_for(self._heard.get(), BEAT_SECONDS)
                except TimeoutError:
                    yield _frame("beat", {"now": datetime.now(UTC).isoformat()})
                    yield _frame("relay.beat", {})
                    continue
                await asyncio.sleep(GATHER_SECONDS)
                yield _frame("relay.changed", self._about(first))
        finally:
            for one in listeners:
                one.cancel()
            # `gather` would cancel them again in the middle of closing, and their connections would stay open.
            await asyncio.wait(listeners)

    def _about(self, first: Mapping[str, object]) -> Mapping[str, str]:
        """The leads that this and whatever came since is about, each under a name of its own."""
        events = [first]
        while not self._heard.empty():
            events.append(self._heard.get_nowait())
        ids = dict.fromkeys(str(event[name]) for event in events for name in _ABOUT if event.get(name))
        return {f"about_{place}": one for place, one in enumerate(list(ids)[:_MOST_ABOUT])}

    async def _listen(self, address: str) -> None:
        """One tier's stream; a tier that is away is asked again. That it has gone, or is back, is told once."""
        is_there: bool | None = None
        while True:
            try:
                async with self._http.stream(
                    "GET", f"{address}/v1/events", headers=self._headers, timeout=_PATIENCE
                ) as stream:
                    stream.raise_for_status()
                    is_there = self._tell_turn(is_there, True)
                    async for line in stream.aiter_lines():
                        if line.startswith("data: "):
                            self._tell(json.loads(line.removeprefix("data: ")))
            except (httpx.HTTPError, ValueError):
                is_there = self._tell_turn(is_there, False)
            await asyncio.sleep(_RETRY_SECONDS)

    def _tell_turn(self, was: bool | None, now: bool) -> bool:
        if was is not now:
            self._tell({})
        return now

    def _tell(self, event: Mapping[str, object]) -> None:
        if not self._heard.full():
            self._heard.put_nowait(event)


def _frame(name: str, data: Mapping[str, str]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
