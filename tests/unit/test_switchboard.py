"""The embedded stack's switchboard: what becomes of a call follows from its number, and is told in order."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from leadrelay.switchboard import SHARES, Exchange, Reporter, build_app, plan
from services.lead_gen.domain.telephony import HEADER, sign, verify
from tests.fixtures.http import api_client

SECRET = "a secret of this test"


def numbers(fate: str) -> Iterator[str]:
    return (number for number in (f"+38044{n:07d}" for n in range(1000)) if plan(number).fate == fate)


def test_every_fate_happens_as_often_as_it_is_said_to() -> None:
    found = Counter(plan(f"+38044{n:07d}").fate for n in range(2000))
    for fate, share in SHARES.items():
        assert found[fate] / 2000 == pytest.approx(share, abs=0.04), fate


def test_a_number_has_the_same_fate_every_time() -> None:
    assert plan("+380441112233") == plan("+380441112233")


class Told:
    """Keeps what was reported; time passes at once, or not at all."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.waiting = asyncio.Event()

    async def __call__(self, _call_id: str, _number: str, event: str) -> None:
        self.events.append(event)

    async def pass_(self, _: float) -> None:
        await asyncio.sleep(0)

    async def stand_still_when_talking(self, _: float) -> None:
        if "answered" in self.events:
            self.waiting.set()
            await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("fate", "told"),
    [
        ("answered", ["ringing", "answered", "completed"]),
        ("missed", ["ringing", "missed"]),
        ("busy", ["busy"]),
    ],
)
async def test_a_call_is_told_from_the_first_ring_to_its_end(fate: str, told: list[str]) -> None:
    heard = Told()
    exchange = Exchange(heard, wait=heard.pass_)
    exchange.originate("c", next(numbers(fate)))
    [call] = exchange.calls
    await call
    assert heard.events == told


async def test_hanging_up_ends_the_talk_and_an_unknown_call_is_over() -> None:
    heard = Told()
    exchange = Exchange(heard, wait=heard.stand_still_when_talking)
    exchange.originate("c", next(numbers("answered")))
    exchange.originate("c", next(numbers("answered")))
    [call] = exchange.calls
    await heard.waiting.wait()
    exchange.hang_up("c")
    exchange.hang_up("never heard of")
    await asyncio.gather(call, return_exceptions=True)
    assert heard.events == ["ringing", "answered", "completed"]


async def test_events_are_signed_and_sent_again_while_nobody_answers() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(503 if len(seen) < 3 else 200)

    async def at_once(_: float) -> None:
        return

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://house") as http:
        await Reporter(http, SECRET, wait=at_once)("dial:i:1", "+380441112233", "ringing")
    assert len(seen) == 3
    verify(SECRET.encode(), seen[-1].headers[HEADER], seen[-1].content, time.time())
    told = json.loads(seen[-1].content)
    assert (told["direction"], told["call_id"], told["event"]) == ("outbound", "dial:i:1", "ringing")


async def test_only_signed_requests_are_taken() -> None:
    body = json.dumps({"action": "hang_up", "call_id": "c"}).encode()
    async with api_client(build_app("http://127.0.0.1:9", SECRET)) as http:
        refused = await http.post("/calls", content=body)
        taken = await http.post("/calls", content=body, headers={HEADER: sign(SECRET.encode(), body, int(time.time()))})
        nonsense = b"{}"
        odd = await http.post(
            "/calls", content=nonsense, headers={HEADER: sign(SECRET.encode(), nonsense, int(time.time()))}
        )
    assert [refused.status_code, taken.status_code, odd.status_code] == [401, 202, 422]
