"""The telephone of the call desk: call and hang up on one key, who is calling, and who is there."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest_asyncio

from services.chassis.settings import DEV_TELEPHONY_SECRET
from services.lead_gen.api import build_app
from services.lead_gen.domain.telephony import HEADER, sign
from tests.fixtures.http import auth, make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.switchboard import Board, report, switchboard
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

FIRST, SECOND = "+380441118001", "+380441118002"


@pytest_asyncio.fixture
async def board() -> AsyncIterator[Board]:
    async with switchboard() as running:
        yield running


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_telephone", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as running:
        yield running


@pytest_asyncio.fixture
async def desk(tier: Tier1, board: Board) -> AsyncIterator[httpx.AsyncClient]:
    """Anna's browser."""
    app = build_app(make_settings(tier.dsn, origin=ORIGIN, switchboard_url=board.url, policy="demo"))
    async with signed_in(app, "lead_gen", "caller", "anna") as http:
        yield http


async def block(desk: httpx.AsyncClient) -> str:
    answer = await desk.get("/desk/dial")
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


async def press(desk: httpx.AsyncClient, key: str) -> str:
    """Press a key of the telephone; the part of the page after it."""
    found = re.search(
        rf'<form method="post" action="/lead-gen(/desk/[^"]+)"((?!</form>).)*data-key="{key}"', await block(desk), re.S
    )
    assert found, await block(desk)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[0]))
    answer = await desk.post(found[1], data=fields)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


async def test_one_key_calls_and_hangs_up_and_the_next_number_has_its_own(
    tier: Tier1, desk: httpx.AsyncClient, board: Board
) -> None:
    call = await tier.leased(FIRST, "anna")
    await tier.pool.execute("INSERT INTO lead_phones VALUES ($1, $2, 1)", SECOND, call["lead"]["id"])
    assert f"Call {FIRST}" in await block(desk)
    assert "Calling" in await press(desk, "C")
    call_id = board.asked[0]["call_id"]
    await report(tier.http, call_id, "ringing")
    assert "Ringing" in await block(desk)
    await report(tier.http, call_id, "answered", ago=5)
    assert re.search(r'data-since="[^"]+">00:0\d</b>', await block(desk))
    assert "Talked 00:0" in await press(desk, "C")
    await press(desk, "N")
    assert [(asked["action"], asked.get("to")) for asked in board.asked] == [
        ("originate", FIRST),
        ("hang_up", None),
        ("originate", SECOND),
    ]
    await report(tier.http, board.asked[-1]["call_id"], "busy")
    page = await block(desk)
    assert "Busy" in page
    assert f"Call {SECOND}" in page


async def test_a_switchboard_that_refuses_is_told_and_ones_own_phone_is_the_way_out(
    tier: Tier1, desk: httpx.AsyncClient, board: Board
) -> None:
    await tier.leased(FIRST, "anna")
    board.status, board.detail = 503, "all lines are busy"
    await press(desk, "C")
    page = await block(desk)
    assert "The switchboard: all lines are busy." in page
    assert f'href="tel:{FIRST}"' in page


async def test_a_press_that_came_too_late_is_refused_in_words(tier: Tier1, desk: httpx.AsyncClient) -> None:
    call = await tier.leased(FIRST, "anna")
    answer = await desk.post("/desk/hang-up", data={"item_id": call["item_id"]})
    assert (answer.status_code, "This call is over already." in answer.text) == (409, True)


async def test_without_a_lead_in_hand_there_is_no_telephone(desk: httpx.AsyncClient) -> None:
    assert await block(desk) == '<section id="dial" hidden></section>'


async def test_without_a_switchboard_the_same_keys_follow_links(tier: Tier1) -> None:
    call = await tier.leased(FIRST, "anna")
    async with signed_in(build_app(make_settings(tier.dsn, origin=ORIGIN)), "lead_gen", "caller", "anna") as http:
        assert re.findall(r'href="tel:([^"]+)"[^>]*data-key="(\w)"', await block(http)) == [(FIRST, "C")]
        await tier.pool.execute("INSERT INTO lead_phones VALUES ($1, $2, 1)", SECOND, call["lead"]["id"])
        assert re.findall(r'href="tel:([^"]+)"[^>]*data-key="(\w)"', await block(http)) == [(FIRST, "C"), (SECOND, "N")]
        told = {"item_id": call["item_id"], "token": str(call["token"]), "phone": SECOND}
        assert (await http.post("/desk/dial", data=told)).status_code == 200
        assert re.findall(r'href="tel:([^"]+)"[^>]*data-key="(\w)"', await block(http)) == [(FIRST, "N"), (SECOND, "C")]
        assert "dialled" in await block(http)


async def ring(tier: Tier1, number: str, event: str = "ringing") -> None:
    body = {"from": number, "call_id": f"in-{number}", "event": event, "at": datetime.now(UTC).isoformat()}
    content = json.dumps(body).encode()
    signature = sign(DEV_TELEPHONY_SECRET.encode(), content, int(time.time()))
    headers = {HEADER: signature, "Content-Type": "application/json"}
    assert (await tier.http.post("/v1/telephony/events", content=content, headers=headers)).status_code == 200


async def test_a_known_company_that_calls_is_shown_with_whom_it_goes_to_until_it_is_answered(
    tier: Tier1, desk: httpx.AsyncClient
) -> None:
    lead_id = await tier.lead(SECOND, "Vantazh Plus")
    await tier.pool.execute(
        "UPDATE leads SET tier = 'account_mgmt', stage = 'active', owner = 'roman' WHERE id = $1", lead_id
    )
    await ring(tier, SECOND)
    await ring(tier, "+380441118099")
    page = html.unescape((await desk.get("/desk/ringing")).text)
    assert page.count("lr-ring") == 1
    assert "Vantazh Plus" in page
    assert "Put through to their account manager." in page
    await ring(tier, SECOND, "answered")
    assert "Vantazh Plus" not in (await desk.get("/desk/ringing")).text


async def test_whoever_talks_is_told_only_of_calls_by_leads_of_their_own(tier: Tier1, desk: httpx.AsyncClient) -> None:
    await tier.lead(SECOND, "Somebody else's")
    earlier = await tier.leased(FIRST, "anna")
    told = {"token": earlier["token"], "outcome": "busy"}
    await tier.http.post(f"/v1/calls/{earlier['item_id']}/outcome", json=told, headers=caller("anna"))
    await tier.leased("+380441118003", "anna")
    await ring(tier, SECOND)
    assert "is calling" not in (await desk.get("/desk/ringing")).text
    await ring(tier, FIRST)
    assert (await desk.get("/desk/ringing")).text.count("is calling") == 1


async def test_a_caller_whose_own_phone_rings_types_the_number_and_sees_who_it_is(
    tier: Tier1, desk: httpx.AsyncClient
) -> None:
    lead_id = await tier.lead(SECOND, "Vantazh Plus")
    assert (await desk.get("/desk/who-calls")).status_code == 200
    page = html.unescape((await desk.post("/desk/who-calls", data={"number": "044 111 80 02"})).text)
    assert "Vantazh Plus" in page
    assert "Put through to conversion" in page
    assert await tier.pool.fetchval("SELECT tier FROM leads WHERE id = $1", lead_id) == "conversion"
    wrong = await desk.post("/desk/who-calls", data={"number": "12"})
    assert wrong.status_code == 422


async def test_whoever_has_a_page_open_is_there_for_the_sample_department(tier: Tier1, desk: httpx.AsyncClient) -> None:
    asked = await desk.get("/v1/presence", headers=auth())
    assert asked.json() == {"items": []}
    await desk.get("/desk/dial")
    asked = await desk.get("/v1/presence", headers=auth())
    assert asked.json() == {"items": [{"person": "anna", "role": "caller"}]}
    assert (await tier.http.get("/v1/presence")).status_code == 404


async def test_a_simulated_colleague_is_refused_at_the_last_moment_and_only_then(
    tier: Tier1, desk: httpx.AsyncClient
) -> None:
    call = await tier.leased(FIRST, "anna")
    simulated = {"Leadrelay-Simulated": "yes"}
    outcome = f"/v1/calls/{call['item_id']}/outcome"
    told = {"token": call["token"], "outcome": "busy"}
    await desk.get("/desk/dial")
    refused = await desk.post(outcome, json=told, headers=caller("anna") | simulated)
    assert (refused.status_code, refused.json()["code"]) == (409, "place_taken")
    assert (await desk.post("/v1/calls/next", headers=caller("boris") | simulated)).status_code < 300
    assert (await desk.post(outcome, json=told, headers=caller("anna"))).status_code == 200


async def test_a_notice_of_the_settings_stands_on_every_page(tier: Tier1) -> None:
    app = build_app(make_settings(tier.dsn, origin=ORIGIN, notice="A working day lasts 6 s here."))
    async with signed_in(app, "lead_gen", "caller", "anna") as http:
        assert "A working day lasts 6 s here." in (await http.get("/desk/who-calls")).text
