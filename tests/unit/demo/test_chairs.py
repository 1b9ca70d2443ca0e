"""The simulated people step aside for whoever takes their place, everybody else goes on, and they come back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from leadrelay.demo import account_managers, managers
from leadrelay.demo.callers import LONGEST_BREATHER, PLENTY, RESERVE, Caller, breather
from leadrelay.demo.chairs import Chairs
from leadrelay.demo.day import Day
from leadrelay.demo.people import ACCOUNT_MANAGERS, CALLERS, MANAGERS

TIERS = ("lead_gen", "conversion", "account_mgmt")
CALL = {"item_id": "i", "token": 1, "attempt": 1}
HAND_OVER = {"item_id": "h"}
NUDGES = [
    {"item_id": f"n{number}", "customer_id": f"c{number}", "number": 1}
    for number in range(account_managers.KEPT_NUDGES + 1)
]


class Tiers:
    """Three tiers in one, with something to do for everybody; keeps what was asked of it."""

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.present: list[dict[str, str]] = []
        self.on_next: Any = lambda: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "POST":
            self.posted.append(path)
            if path == "/v1/calls/next":
                self.on_next()
                return httpx.Response(200, json=CALL)
            return httpx.Response(200, json={"id": "s"})
        lists: dict[str, list[dict[str, Any]]] = {
            "/v1/presence": self.present,
            "/v1/hand-overs": [HAND_OVER],
            "/v1/nudges": NUDGES,
        }
        return httpx.Response(200, json={"items": lists.get(path, []), "next": None})


@pytest.fixture
def tiers() -> Tiers:
    return Tiers()


@pytest.fixture
def day(tiers: Tiers, monkeypatch: pytest.MonkeyPatch) -> Day:
    async def at_once(_: Day, _seconds: float) -> None:
        return

    monkeypatch.setattr(Day, "pause", at_once)
    http = httpx.AsyncClient(transport=httpx.MockTransport(tiers))
    return Day(dict.fromkeys(TIERS, "http://house"), lambda *_: "token", asyncio.Event(), http, seed=1, run="r")


def outcomes(tiers: Tiers) -> list[str]:
    return [path for path in tiers.posted if path.endswith("/outcome")]


async def test_a_caller_whose_place_is_taken_keeps_the_shift_and_takes_no_lead(day: Day, tiers: Tiers) -> None:
    day.taken = frozenset({("lead_gen", CALLERS[0].id)})
    taken, free = Caller(day, CALLERS[0]), Caller(day, CALLERS[1])
    await taken.turn()
    assert tiers.posted == ["/v1/shifts", "/v1/shifts/s/sign-on"]
    await free.turn()
    assert "/v1/calls/next" in tiers.posted


async def test_a_call_in_hand_is_left_to_whoever_sits_down(day: Day, tiers: Tiers) -> None:
    def sits_down() -> None:
        day.taken = frozenset({("lead_gen", CALLERS[0].id)})

    tiers.on_next = sits_down
    await Caller(day, CALLERS[0]).turn()
    assert outcomes(tiers) == []


async def test_a_caller_comes_back_from_whatever_break_the_guest_has_left(day: Day, tiers: Tiers) -> None:
    caller = Caller(day, CALLERS[0])
    day.taken = frozenset({("lead_gen", CALLERS[0].id)})
    await caller.turn()
    day.taken = frozenset()
    await caller.turn()
    assert tiers.posted[2:4] == ["/v1/shifts/s/resume", "/v1/calls/next"]
    assert len(outcomes(tiers)) == 1


async def test_a_manager_whose_place_is_taken_answers_no_hand_over(day: Day, tiers: Tiers) -> None:
    day.taken = frozenset({("conversion", MANAGERS[0].id)})
    await managers.Manager(day, MANAGERS[0]).turn()
    assert tiers.posted == []
    await managers.Manager(day, MANAGERS[1]).turn()
    assert [path.rpartition("/")[0] for path in tiers.posted] == ["/v1/hand-overs/h"]


async def test_an_account_manager_whose_place_is_taken_calls_nobody(day: Day, tiers: Tiers) -> None:
    day.taken = frozenset({("account_mgmt", ACCOUNT_MANAGERS[0].id)})
    await account_managers.AccountManager(day, ACCOUNT_MANAGERS[0]).turn()
    assert tiers.posted == []
    await account_managers.AccountManager(day, ACCOUNT_MANAGERS[1]).turn()
    assert outcomes(tiers) == [f"/v1/nudges/n{account_managers.KEPT_NUDGES}/outcome"]


async def test_a_list_as_short_as_what_is_left_for_people_is_left_as_it_is(
    day: Day, monkeypatch: pytest.MonkeyPatch, tiers: Tiers
) -> None:
    monkeypatch.setattr(account_managers, "KEPT_NUDGES", len(NUDGES))
    await account_managers.AccountManager(day, ACCOUNT_MANAGERS[0]).turn()
    assert tiers.posted == []


async def test_who_is_there_is_read_tier_by_tier(day: Day, tiers: Tiers) -> None:
    tiers.present = [{"person": "caller-olia", "role": "caller"}]
    await Chairs(day, "lead_gen").turn()
    tiers.present = []
    await Chairs(day, "conversion").turn()
    assert day.is_taken("lead_gen", "caller-olia")
    assert not day.is_taken("conversion", "caller-olia")
    await Chairs(day, "lead_gen").turn()
    assert day.taken == frozenset()


async def test_where_there_are_no_pages_nobody_is_at_them(day: Day) -> None:
    day.http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(404, text=json.dumps({}))))
    await Chairs(day, "lead_gen").turn()
    assert day.taken == frozenset()


def test_the_last_leads_are_kept_for_real_people() -> None:
    assert breather(None) == breather(PLENTY) == 0
    assert breather(RESERVE) == breather(0) == LONGEST_BREATHER
    assert 0 < breather((PLENTY + RESERVE) // 2) < LONGEST_BREATHER
