"""Dialling: asked after the commit and once, told by events, kept with the call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.chassis.settings import DEV_TELEPHONY_SECRET
from services.lead_gen.actions.dials import dial_watch
from services.lead_gen.actions.switchboard import Switchboard
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.switchboard import Board, report, switchboard
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

FIRST, SECOND = "+380441119001", "+380441119002"


@dataclass
class House:
    """Tier 1 and its switchboard, with a caller who has a lead in hand."""

    tier: Tier1
    board: Board
    call: dict[str, Any]

    async def post(self, act: str, body: dict[str, Any] | None = None, who: str = "anna") -> httpx.Response:
        path = f"/v1/calls/{self.call['item_id']}/{act}"
        return await self.tier.http.post(path, json=body, headers=caller(who))

    async def dial(self, phone: str | None = None) -> httpx.Response:
        return await self.post("dial", {"token": self.call["token"], **({"phone": phone} if phone else {})})

    async def outcome(self, **told: Any) -> dict[str, Any]:
        answer = await self.post("outcome", {"token": self.call["token"], **told})
        assert answer.status_code == 200, answer.text
        row = await self.tier.pool.fetchrow("SELECT * FROM calls WHERE item_id = $1", self.call["item_id"])
        assert row is not None
        return dict(row)

    async def dials(self) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.tier.pool.fetch("SELECT * FROM dials ORDER BY number")]

    async def watch(self) -> None:
        """The worker's sweep, as if everything had happened a while ago."""
        await self.tier.pool.execute(
            "UPDATE dials SET asked_at = asked_at - interval '20 seconds', ended_at = ended_at - interval '20 seconds'"
        )
        await dial_watch(Switchboard(self.board.url, DEV_TELEPHONY_SECRET))(self.tier.pool)


@pytest_asyncio.fixture
async def board() -> AsyncIterator[Board]:
    async with switchboard() as running:
        yield running


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase, board: Board) -> AsyncIterator[House]:
    dsn = await fresh_database("lead_gen_dials", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn, switchboard_url=board.url) as tier:
        call = await tier.leased(FIRST, "anna")
        await tier.pool.execute("INSERT INTO lead_phones VALUES ($1, $2, 1)", SECOND, call["lead"]["id"])
        yield House(tier, board, call)


async def test_the_switchboard_is_asked_once_with_the_callers_extension_the_number_and_our_call_id(
    house: House,
) -> None:
    new = {"id": "anna", "name": "Anna", "languages": ["uk"], "extension": "204"}
    assert (await house.tier.http.post("/v1/callers", json=new)).status_code == 201
    answer = await house.dial()
    assert (answer.status_code, answer.json()["state"], answer.json()["phone"]) == (201, "asked", FIRST)
    [asked] = house.board.asked
    call_id = f"dial:{house.call['item_id']}:1"
    assert asked == {"action": "originate", "call_id": call_id, "to": FIRST, "person": "anna", "extension": "204"}


async def test_a_call_rings_is_answered_and_ends_and_its_record_says_number_and_seconds(house: House) -> None:
    call_id = (await house.dial(SECOND)).json()["call_id"]
    for event, ago, state in (("ringing", 90, "ringing"), ("answered", 80, "talking"), ("completed", 20, "ended")):
        told = await report(house.tier.http, call_id, event, ago)
        assert (told.status_code, told.json().get("state", told.text)) == (200, state)
    assert told.json()["talk_seconds"] == pytest.approx(60, abs=1)
    kept = await house.outcome(outcome="not_interested", reason="price")
    assert kept["dialled"] == SECOND
    assert kept["talk_seconds"] == pytest.approx(60, abs=1)
    lead = (await house.tier.http.get(f"/v1/leads/{house.call['lead']['id']}")).json()
    assert lead["calls"][0]["talk_seconds"] == kept["talk_seconds"]


async def test_a_refusal_is_the_dials_end_in_the_switchboards_own_words(house: House) -> None:
    house.board.status, house.board.detail = 503, "all lines are busy"
    assert (await house.dial()).status_code == 201
    [dial] = await house.dials()
    assert (dial["result"], dial["reason"]) == ("failed", "all lines are busy")
    house.board.status = 202
    assert (await house.dial()).status_code == 201
    assert [one["result"] for one in await house.dials()] == ["failed", None]


async def test_a_switchboard_that_cannot_be_reached_is_told_in_words(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("lead_gen_no_board", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn, switchboard_url="http://127.0.0.1:9/calls") as tier:
        given = await tier.leased(FIRST, "anna")
        body = {"token": given["token"]}
        await tier.http.post(f"/v1/calls/{given['item_id']}/dial", json=body, headers=caller())
        row = await tier.pool.fetchrow("SELECT result, reason FROM dials")
        assert row is not None
        assert tuple(row) == ("failed", "it cannot be reached")


async def test_dialling_twice_is_refused_and_asks_once(house: House) -> None:
    first, again = await house.dial(), await house.dial()
    assert (first.status_code, again.status_code, again.json()["code"]) == (201, 409, "already_dialling")
    assert len(house.board.asked) == 1


async def test_dialling_keeps_the_lead_and_a_lost_one_cannot_be_dialled(house: House) -> None:
    before = await house.tier.pool.fetchval("SELECT lease_until FROM work_items")
    await house.dial()
    assert await house.tier.pool.fetchval("SELECT lease_until FROM work_items") > before
    stranger = await house.post("dial", {"token": house.call["token"]}, who="boris")
    assert (stranger.status_code, stranger.json()["code"]) == (409, "stale_lease")


async def test_only_numbers_of_the_lead_that_may_be_called_are_dialled(house: House) -> None:
    other = await house.dial("+380441119099")
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "phone")
    await house.tier.http.put(f"/v1/do-not-call/{SECOND}", json={"scope": "phone"})
    assert (await house.dial(SECOND)).status_code == 422
    assert house.board.asked == []


async def test_hanging_up_frees_the_caller_at_once_and_closes_the_line(house: House) -> None:
    call_id = (await house.dial()).json()["call_id"]
    await report(house.tier.http, call_id, "answered", 10)
    over = await house.post("hang-up")
    assert (over.status_code, over.json()["result"]) == (200, "talked")
    assert house.board.asked[-1] == {"action": "hang_up", "call_id": call_id}
    assert [dial["line_open"] for dial in await house.dials()] == [False]
    again = await house.post("hang-up")
    assert (again.status_code, again.json()["code"]) == (409, "not_dialling")


async def test_a_line_that_could_not_be_closed_is_closed_by_the_sweep(house: House) -> None:
    await house.dial()
    house.board.status = 500
    assert (await house.post("hang-up")).status_code == 200
    await house.watch()
    assert [dial["line_open"] for dial in await house.dials()] == [True]
    house.board.status = 202
    await house.watch()
    assert [dial["line_open"] for dial in await house.dials()] == [False]
    assert [asked["action"] for asked in house.board.asked] == ["originate", "hang_up", "hang_up", "hang_up"]


async def test_an_outcome_ends_the_call_and_the_line_is_closed(house: House) -> None:
    call_id = (await house.dial()).json()["call_id"]
    await report(house.tier.http, call_id, "answered", 30)
    kept = await house.outcome(outcome="no_answer")
    assert kept["talk_seconds"] == pytest.approx(30, abs=2)
    await house.watch()
    assert house.board.asked[-1] == {"action": "hang_up", "call_id": call_id}


async def test_a_dial_of_which_nothing_is_heard_is_over_and_never_rings_later(house: House) -> None:
    await house.dial()
    await house.watch()
    [dial] = await house.dials()
    assert (dial["result"], dial["reason"]) == ("failed", "the switchboard did not say what became of it")
    assert (await report(house.tier.http, dial["call_id"], "ringing")).json()["state"] == "ended"
    await house.watch()
    assert [asked["action"] for asked in house.board.asked] == ["originate", "hang_up"]


async def test_an_event_of_a_call_that_nobody_asked_for_is_unknown(house: House) -> None:
    assert (await report(house.tier.http, "dial:elsewhere:1", "ringing")).status_code == 404


async def test_a_wrong_number_is_the_one_that_was_dialled(house: House) -> None:
    await house.dial(SECOND)
    await house.outcome(outcome="wrong_number")
    bad = await house.tier.pool.fetch("SELECT phone FROM lead_phones WHERE bad")
    assert [row["phone"] for row in bad] == [SECOND]


async def test_erasing_a_lead_forgets_the_numbers_that_were_dialled(house: House) -> None:
    call_id = (await house.dial()).json()["call_id"]
    await report(house.tier.http, call_id, "busy")
    await house.outcome(outcome="busy")
    body = {"basis": "GDPR art. 17"}
    await house.tier.http.post(f"/v1/leads/{house.call['lead']['id']}/erase", json=body)
    assert [dial["phone"] for dial in await house.dials()] == [""]
    assert await house.tier.pool.fetchval("SELECT count(dialled) FROM calls") == 0


async def test_without_a_switchboard_the_number_is_kept_as_dialled_by_hand(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("lead_gen_by_hand", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as tier:
        given = await tier.leased(FIRST, "anna")
        path, body = f"/v1/calls/{given['item_id']}", {"token": given["token"]}
        told = (await tier.http.post(f"{path}/dial", json=body, headers=caller())).json()
        assert (told["way"], told["state"], told["result"]) == ("link", "ended", "by_hand")
        await tier.http.post(f"{path}/outcome", json={**body, "outcome": "busy"}, headers=caller())
        row = await tier.pool.fetchrow("SELECT dialled, talk_seconds FROM calls")
        assert row is not None
        assert tuple(row) == (FIRST, None)
