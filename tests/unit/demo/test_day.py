from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from leadrelay.demo.day import Day, DayOver, Desk, Refused, keep_working


class House:
    """A service that answers from a list and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadrelay.demo.day._FIRST_WAIT", 0.001)


@pytest.fixture
def tokens() -> list[str]:
    return []


@pytest.fixture
def seat(tokens: list[str]) -> Callable[[House], Desk]:
    def mint(tier: str, role: str, person: str) -> str:
        tokens.append(f"{tier}/{role}/{person}/{len(tokens)}")
        return tokens[-1]

    def make(house: House) -> Desk:
        http = httpx.AsyncClient(transport=httpx.MockTransport(house))
        day = Day({"lead_gen": "http://house"}, mint, asyncio.Event(), http, seed=1, run="r")
        return day.desk("lead_gen", "caller", "ann")

    return make


async def test_an_unanswered_post_is_sent_again_under_the_same_key(seat: Callable[[House], Desk]) -> None:
    house = House(
        httpx.ConnectError("down"), httpx.ReadTimeout("slow"), httpx.Response(503), httpx.Response(201, json={"id": 1})
    )
    reply = await seat(house).post("/v1/things", {"a": 1}, key="k")
    assert reply.ok
    assert reply.body == {"id": 1}
    assert {request.headers["Idempotency-Key"] for request in house.asked} == {"k"}
    assert len({request.content for request in house.asked}) == 1
    assert len(house.asked) == 4


async def test_an_expired_token_is_renewed_once(seat: Callable[[House], Desk], tokens: list[str]) -> None:
    house = House(httpx.Response(401), httpx.Response(200, json={}))
    assert (await seat(house).post("/v1/things", {}, key="k")).ok
    assert tokens == ["lead_gen/caller/ann/0", "lead_gen/caller/ann/1"]
    refusal = {"code": "token_invalid"}
    with pytest.raises(Refused, match="401"):
        await seat(House(httpx.Response(401, json=refusal), httpx.Response(401, json=refusal))).post(
            "/v1/things", {}, key="k"
        )


async def test_a_request_that_is_still_running_is_waited_for(seat: Callable[[House], Desk]) -> None:
    house = House(httpx.Response(409, json={"code": "in_progress"}), httpx.Response(201, json={"id": 1}))
    assert (await seat(house).post("/v1/things", {}, key="k")).body == {"id": 1}


@pytest.mark.parametrize(
    ("status", "code"), [(404, "not_found"), (409, "already_closed"), (410, "gone"), (403, "not_owner")]
)
async def test_somebody_was_faster(seat: Callable[[House], Desk], status: int, code: str) -> None:
    reply = await seat(House(httpx.Response(status, json={"code": code}))).post("/v1/x", {}, key="k")
    assert reply.late
    assert not reply.ok


async def test_our_own_mistake_is_raised(seat: Callable[[House], Desk]) -> None:
    with pytest.raises(Refused, match=r"422 .*callback_at"):
        await seat(House(httpx.Response(422, json={"detail": "callback_at is missing"}))).post("/v1/x", {}, key="k")


async def test_lists_are_read_to_the_end(seat: Callable[[House], Desk]) -> None:
    house = House(
        httpx.Response(200, json={"items": [{"n": 1}], "next": "c"}),
        httpx.Response(200, json={"items": [{"n": 2}], "next": None}),
    )
    assert [item["n"] async for item in seat(house).items("/v1/things", state="open")] == [1, 2]
    assert house.asked[1].url.params["after"] == "c"
    assert house.asked[1].url.params["state"] == "open"


async def test_the_end_of_the_day_ends_a_wait_for_a_service_that_is_down(seat: Callable[[House], Desk]) -> None:
    desk = seat(House(httpx.ConnectError("down")))
    desk.day.stop.set()
    with pytest.raises(DayOver):
        await desk.post("/v1/things", {}, key="k")


async def test_a_mistake_spoils_one_turn_only(seat: Callable[[House], Desk]) -> None:
    day = seat(House()).day
    turns: list[int] = []

    async def turn() -> float:
        turns.append(len(turns))
        if len(turns) == 2:
            day.stop.set()
            return 0.0
        raise Refused("POST", "/v1/x", 422, "wrong")

    async def no_wait(seconds: float) -> None:
        if day.stop.is_set() or seconds < 0:
            raise DayOver

    day.pause = no_wait  # type: ignore[method-assign]
    await keep_working(day, "ann", turn)
    assert turns == [0, 1]
    assert day.done["refused"] == 1
