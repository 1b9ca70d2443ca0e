"""The supervisor's floor: who does what, what is late, how campaigns go, and the acts on it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest_asyncio

from tests.fixtures.call_desk import Browser, browser, shift
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

POLICY = {"always_open": True, "managers_per_hour": 2, "stock_limit": 20, "window": 50, "batch": 50}
_ROW = re.compile(r'<tr id="caller-\d+">(.*?)</tr>', re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_floor", tier=Tier.LEAD_GEN)) as tier:
        (await tier.http.post("/v1/policies", json={"body": POLICY})).raise_for_status()
        yield tier


@pytest_asyncio.fixture
async def boss(house: Tier1) -> AsyncIterator[Browser]:
    async with browser(house, "boss", "supervisor") as window:
        yield window


def words(page: str) -> str:
    """What a reader sees of a piece of the page."""
    return " ".join(_TAGS.sub(" ", html.unescape(page)).split())


def people(page: str) -> list[str]:
    return [words(row) for row in _ROW.findall(page)]


async def on_shift(house: Tier1, person: str) -> str:
    shift_id = await shift(house, person, -timedelta(minutes=1))
    (await house.http.post(f"/v1/shifts/{shift_id}/sign-on")).raise_for_status()
    return shift_id


async def holds(house: Tier1, person: str, phone: str) -> dict[str, Any]:
    """The call that this caller is given, at whatever hour it is."""
    _, campaign_id = await house.opened(phone)
    await house.pool.execute("UPDATE work_items SET not_before = now() WHERE kind = 'call'")
    answer = await house.http.post("/v1/calls/next", json={"campaign_id": campaign_id}, headers=caller(person))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_everybody_who_is_signed_on_stands_there_with_what_they_do(house: Tier1, boss: Browser) -> None:
    for name in ("anna", "boris", "clara"):
        shift_id = await on_shift(house, name)
    (await house.http.post(f"/v1/shifts/{shift_id}/break")).raise_for_status()
    held = await holds(house, "anna", "+380441110001")
    await house.pool.execute("UPDATE leads SET company = 'Vantazh Plus' WHERE id = $1", held["lead"]["id"])
    anna, boris, clara = people(await boss.look("floor"))
    assert "with a lead" in anna
    assert "Vantazh Plus" in anna
    assert "between calls" in boris
    assert "break" in clara


async def test_whoever_has_long_had_no_lead_is_shown_with_the_reason(house: Tier1, boss: Browser) -> None:
    shift_id = await on_shift(house, "anna")
    await house.pool.execute(
        "UPDATE shifts SET signed_on_at = signed_on_at - interval '10 minutes' WHERE id = $1", shift_id
    )
    await house.opened("+380441110002")
    await house.pool.execute("UPDATE campaigns SET state = 'paused'")
    (anna,) = people(await boss.look("floor"))
    assert "no lead" in anna
    assert "their campaigns are paused" in anna


async def test_a_late_callback_is_shown_and_given_to_whoever_is_free(house: Tier1, boss: Browser) -> None:
    await on_shift(house, "anna")
    await house.opened("+380441110003")
    item_id = await house.pool.fetchval(
        """UPDATE work_items SET assignee = 'anna', not_before = now() - interval '14 minutes'
            WHERE kind = 'call' RETURNING id"""
    )
    page = await boss.look("floor")
    assert "14 minutes" in words(page)
    assert "Anna promised" in words(page)
    boss.held = dict(re.findall(r'name="(csrf)" value="([^"]*)"', page))
    assert (await boss.press(f"floor/late/{item_id}/pool")).status_code == 303
    assert await house.pool.fetchval("SELECT assignee FROM work_items WHERE id = $1", item_id) is None
    assert "Every promise is kept" in words(boss.page)


async def test_a_call_that_somebody_is_making_is_not_given_away(house: Tier1, boss: Browser) -> None:
    await on_shift(house, "anna")
    held = await holds(house, "anna", "+380441110004")
    boss.held = dict(re.findall(r'name="(csrf)" value="([^"]*)"', await boss.look("floor")))
    refused = await boss.press(f"floor/late/{held['item_id']}/pool")
    assert refused.status_code == 409
    assert "is making this call" in words(refused.text)


async def test_a_campaign_is_paused_and_started_on_the_floor(house: Tier1, boss: Browser) -> None:
    campaign = await house.campaign()
    page = await boss.look("floor")
    assert "runs" in words(page)
    boss.held = dict(re.findall(r'name="(csrf)" value="([^"]*)"', page))
    await boss.press(f"floor/campaigns/{campaign}/pause")
    assert await house.pool.fetchval("SELECT state FROM campaigns WHERE id = $1", campaign) == "paused"
    assert "paused" in words(boss.page)
    await boss.press(f"floor/campaigns/{campaign}/start", idempotency_key="again")
    assert await house.pool.fetchval("SELECT state FROM campaigns WHERE id = $1", campaign) == "running"


async def test_supply_shows_stock_and_an_alarm_in_words(house: Tier1, boss: Browser) -> None:
    await house.pool.execute(
        """INSERT INTO leads (id, company, tier, stage)
           SELECT gen_random_uuid(), 'L' || n, 'conversion', 'handed_over' FROM generate_series(1, 25) n"""
    )
    page = words(await boss.look("floor"))
    assert "25 In stock for tier 2" in page or "In stock for tier 2 25" in page
    assert "too many" in page
    assert "Wait: without any new lead it is over" in page


async def test_beside_a_drought_stands_what_would_help_and_the_acts_are_there(house: Tier1, boss: Browser) -> None:
    await house.opened("+380441110005")
    await house.pool.execute("UPDATE campaigns SET state = 'paused', name = 'Baltic'")
    await house.pool.execute("UPDATE work_items SET not_before = now() - interval '1 minute'")
    await shift(house, "olha", -timedelta(minutes=30))
    page = words(await boss.look("floor"))
    assert "drought ahead" in page
    assert "Ring Olha: their shift has begun" in page
    assert "One more caller for 2 h" in page
    assert "Start Baltic: 1 call due now" in page
    assert "instead of" in page


async def test_figures_of_the_day_stand_beside_the_quota_also_of_those_who_are_gone(
    house: Tier1, boss: Browser
) -> None:
    shift_id = await on_shift(house, "anna")
    await house.http.patch("/v1/callers/anna", json={"daily_quota": 40})
    held = await holds(house, "anna", "+380441110006")
    body = {"token": held["token"], "outcome": "no_answer"}
    await house.http.post(f"/v1/calls/{held['item_id']}/outcome", json=body, headers=caller("anna"))
    assert "1 of 40" in people(await boss.look("floor"))[0]
    (await house.http.post(f"/v1/shifts/{shift_id}/sign-off")).raise_for_status()
    page = words(await boss.look("floor"))
    assert "signed off today calls 1 of 40" in page


async def test_all_late_calls_are_given_to_whoever_is_free_at_once(house: Tier1, boss: Browser) -> None:
    await on_shift(house, "anna")
    for phone in ("+380441110007", "+380441110008"):
        await house.opened(phone)
    await house.pool.execute("UPDATE work_items SET assignee = 'anna', not_before = now() - interval '14 minutes'")
    boss.held = dict(re.findall(r'name="(csrf)" value="([^"]*)"', await boss.look("floor")))
    assert "All to whoever is free" in boss.page
    await boss.press("floor/late/pool")
    assert await house.pool.fetchval("SELECT count(*) FROM work_items WHERE assignee IS NOT NULL") == 0


async def test_a_caller_is_not_shown_the_floor(house: Tier1) -> None:
    await on_shift(house, "anna")
    async with browser(house, "anna") as window:
        assert (await window.http.get("/desk/floor")).status_code == 403


async def test_ops_see_the_floor_without_its_acts(house: Tier1, boss: Browser) -> None:
    await house.campaign()
    assert "Pause" in await boss.look("floor")
    async with browser(house, "operator", "ops", tier="ops") as window:
        assert "Pause" not in await window.look("floor")
