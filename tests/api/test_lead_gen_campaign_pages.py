"""Campaigns on their pages: the list, what each came to, who calls it, and a new one with whom it would call."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.call_desk import Browser, browser
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_campaigns", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


@pytest_asyncio.fixture
async def boss(house: Tier1) -> AsyncIterator[Browser]:
    async with browser(house, "boss", "supervisor") as window:
        yield window


def words(page: str) -> str:
    return " ".join(_TAGS.sub(" ", html.unescape(page)).split())


async def at(boss: Browser, query: str) -> str:
    page = await boss.look(query)
    boss.held = dict(re.findall(r'name="(csrf)" value="([^"]*)"', page))
    return words(page)


async def works_here(house: Tier1, person: str, *campaigns: str, language: str = "uk") -> None:
    body = {"id": person, "name": person.title(), "languages": [language], "campaigns": list(campaigns)}
    (await house.http.post("/v1/callers", json=body)).raise_for_status()


async def test_a_campaign_shows_its_funnel_how_its_calls_ended_and_by_whom(house: Tier1, boss: Browser) -> None:
    given = await house.leased("+380441110001", "anna")
    body = {"token": given["token"], "outcome": "interested", "needs": "weekly"}
    answer = await house.http.post(f"/v1/calls/{given['item_id']}/outcome", json=body, headers=caller())
    assert answer.status_code == 200, answer.text
    campaign_id = await house.pool.fetchval("SELECT id FROM campaigns")
    await works_here(house, "anna")
    page = await at(boss, f"campaigns/{campaign_id}?whole=1")
    assert "called 1 reached 1 100%" in page
    assert "handed to tier 2 1" in page
    assert "1 call ended with" in page
    assert "interested 1 100%" in page
    assert "Anna 1 1 1" in page
    assert "Nobody at this moment" in page
    part = await boss.http.get(f"/desk/campaigns/{campaign_id}/figures?days=ever")
    assert "interested 1" in words(part.text)


async def test_it_is_started_and_paused_there_and_its_list_leads_to_it(house: Tier1, boss: Browser) -> None:
    campaign_id = await house.campaign()
    assert f"/desk/campaigns/{campaign_id}" in await boss.look("campaigns")
    await at(boss, f"campaigns/{campaign_id}")
    await boss.press(f"campaigns/{campaign_id}/pause")
    assert "paused" in words(boss.page)
    await boss.press(f"campaigns/{campaign_id}/start")
    assert await house.pool.fetchval("SELECT state FROM campaigns") == "running"
    async with browser(house, "operator", "ops", tier="ops") as window:
        assert "Pause" not in await at(window, "campaigns")
        assert "Pause" not in await at(window, f"campaigns/{campaign_id}")
        assert (await window.press(f"campaigns/{campaign_id}/pause")).status_code == 403


async def test_it_is_started_and_paused_in_its_row_of_the_list(house: Tier1, boss: Browser) -> None:
    campaign_id = await house.campaign()
    await house.pool.execute("UPDATE campaigns SET state = 'draft'")
    assert "not started" in await at(boss, "campaigns")
    for act, shown, state in (
        ("start", "Pause", "running"),
        ("pause", "Start", "paused"),
        ("start", "Pause", "running"),
    ):
        answer = await boss.press(f"campaigns/{campaign_id}/{act}", seen="list")
        assert answer.headers["location"] == "/lead-gen/desk/campaigns"
        assert f"{shown} " in words(boss.page)
        assert await house.pool.fetchval("SELECT state FROM campaigns") == state
    assert (await boss.press(f"campaigns/{campaign_id}/start", seen="list")).status_code == 409


async def test_a_running_campaign_says_when_it_looks_for_leads_and_looks_now_if_told_so(
    house: Tier1, boss: Browser
) -> None:
    campaign_id = await house.campaign()
    assert "It looks for new leads by itself, once in 1 second" in await at(boss, f"campaigns/{campaign_id}")
    for _ in range(2):
        await boss.press(f"campaigns/{campaign_id}/look")
        assert "It looks for leads now" in words(boss.page)
    assert await house.signals(f"campaign:{campaign_id}") == ["changed", "changed"]
    await boss.press(f"campaigns/{campaign_id}/pause")
    assert "Let it look now" not in words(boss.page)
    assert (await boss.press(f"campaigns/{campaign_id}/look")).status_code == 409


async def test_leads_that_wait_for_their_first_call_are_said_to_wait_with_the_hours_and_until_when(
    house: Tier1, boss: Browser
) -> None:
    lead_id, campaign_id = await house.opened("+380441110021")
    await house.pool.execute("UPDATE work_items SET not_before = now() + interval '1 day' WHERE lead_id = $1", lead_id)
    page = await at(boss, f"campaigns/{campaign_id}")
    assert "1 lead was not called yet: its first call waits for its calling hours, at any hour. Next call due" in page
    assert "1 not called yet; next call due" in await at(boss, "campaigns")
    await house.pool.execute("UPDATE work_items SET not_before = now() WHERE lead_id = $1", lead_id)
    assert "not called yet" not in await at(boss, f"campaigns/{campaign_id}")


async def test_a_new_campaign_shows_whom_it_would_call_and_whom_nobody_could_speak_with(
    house: Tier1, boss: Browser
) -> None:
    await works_here(house, "olha", await house.campaign())
    await house.lead("+380441110011", "Vantazh Plus")
    polish = await house.lead("+48221234567", "Wiatr")
    await house.pool.execute("UPDATE leads SET language = CASE WHEN id = $1 THEN 'pl' ELSE 'uk' END", polish)
    rules = {"name": "Poles", "include": [{"field": "language", "op": "eq", "value": "pl"}]}
    criteria = (await house.http.post("/v1/criteria", json=rules)).raise_for_status().json()["id"]
    part = words((await boss.http.get("/desk/campaigns/selection?callers=olha")).text)
    assert "2 leads could be called" in part
    assert "None of its callers speaks Polish" in part
    chosen = words((await boss.http.get(f"/desk/campaigns/selection?criteria_id={criteria}")).text)
    assert ("1 lead could be called" in chosen, "Wiatr" in chosen, "Vantazh" in chosen) == (True, True, False)
    assert "Poles, version 1" in await at(boss, "campaigns/new")
    typed = {"name": " Baltic  route ", "criteria_id": criteria, "priority": "3", "callers": "olha"}
    await boss.press("campaigns/new", **typed)
    made = await house.pool.fetchrow("SELECT * FROM campaigns WHERE name = 'Baltic route'")
    assert made is not None
    assert (made["state"], made["priority"], str(made["criteria_id"])) == ("draft", 3, criteria)
    assert made["id"] in (await house.http.get("/v1/callers/olha")).json()["campaigns"]
    assert "not started" in words(boss.page)


async def test_what_is_refused_stands_at_its_field_and_what_was_typed_stays(house: Tier1, boss: Browser) -> None:
    await house.pool.execute("UPDATE campaigns SET name = 'Spring' WHERE id = $1", await house.campaign())
    await at(boss, "campaigns/new")
    twice = await boss.press("campaigns/new", name="Spring", priority="7")
    assert twice.status_code == 409
    assert "There is already a campaign named Spring" in words(twice.text)
    assert 'value="7" selected' in twice.text
    nameless = await boss.press("campaigns/new", name=" ")
    assert "Give it a name" in words(nameless.text)


async def test_who_may_call_it_is_chosen_and_nobody_is_left_with_everything_by_losing_their_last(
    house: Tier1, boss: Browser
) -> None:
    one, other = await house.campaign(), await house.campaign()
    await works_here(house, "olha", one)
    await works_here(house, "ihor", one, other)
    await works_here(house, "vira")
    page = await at(boss, f"campaigns/{one}")
    assert "Whoever may call every campaign: Vira" in page
    refused = await boss.press(f"campaigns/{one}/callers", callers="ihor")
    assert (refused.status_code, "Olha may call this campaign only" in words(refused.text)) == (409, True)
    await boss.press(f"campaigns/{other}/callers", callers="olha")
    known = {row["id"]: row["campaigns"] for row in await house.pool.fetch("SELECT id, campaigns FROM callers")}
    assert (sorted(map(str, known["olha"])), list(map(str, known["ihor"]))) == (sorted([one, other]), [one])


async def test_a_caller_whom_nobody_ticked_or_unticked_keeps_what_a_colleague_decided_meanwhile(
    house: Tier1, boss: Browser
) -> None:
    one, other = await house.campaign(), await house.campaign()
    await works_here(house, "olha", one)
    await works_here(house, "ihor", one, other)
    await works_here(house, "yeva", other)
    page = await boss.look(f"campaigns/{one}")
    old = html.unescape(re.findall(r'name="was" value="([^"]*)"', page)[0])
    assert sorted(old.split()) == ["ihor", "olha"]
    await at(boss, f"campaigns/{one}")
    await boss.press(f"campaigns/{one}/callers", callers=["olha"], was=old)
    await boss.press(f"campaigns/{one}/callers", callers=["olha", "ihor", "yeva"], was=old)
    known = {row["id"]: row["campaigns"] for row in await house.pool.fetch("SELECT id, campaigns FROM callers")}
    assert [str(one) in map(str, known[who]) for who in ("olha", "ihor", "yeva")] == [True, False, True]
