"""Leads that may be one company, on their page: side by side, merged or kept apart, and either taken back."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest_asyncio

from services.lead_gen.repository import duplicates
from tests.fixtures.call_desk import Browser, browser
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_pairs", tier=Tier.LEAD_GEN)) as tier:
        yield tier


@pytest_asyncio.fixture
async def boss(house: Tier1) -> AsyncIterator[Browser]:
    async with browser(house, "boss", "supervisor") as window:
        yield window


def words(page: str) -> str:
    return " ".join(_TAGS.sub(" ", html.unescape(page)).split())


async def pair(house: Tier1) -> tuple[str, str, str]:
    """(pair, older lead, younger lead) of two leads that look alike."""
    one = await house.lead("+380441230001", "Viter Trans")
    other = await house.lead("+380441230002", "Viter-Trans LLC")
    await house.pool.execute("UPDATE leads SET email = 'info@viter.example' WHERE id = $1", other)
    async with house.pool.acquire() as conn:
        await duplicates.offer(conn, [(min(one, other), max(one, other), 0.9, "similar names")])
    return str(await house.pool.fetchval("SELECT id FROM lead_duplicates")), one, other


async def at(boss: Browser, query: str = "duplicates") -> str:
    page = await boss.look(query)
    boss.held = dict(re.findall(r'name="(csrf)" value="([^"]*)"', page))
    return words(page)


async def test_both_are_shown_side_by_side_merged_and_taken_apart_again(house: Tier1, boss: Browser) -> None:
    pair_id, one, other = await pair(house)
    page = await at(boss)
    assert "Viter Trans · Viter-Trans LLC" in page
    assert "names 90% alike" in page
    # What keeping the older one would do; numbers and addresses are masked.
    assert "it gets 1 number · 0 calls · e-mail" in page
    assert "+38044123" not in page
    await boss.press(f"duplicates/{pair_id}/merge", keep=one)
    assert "“Viter-Trans LLC” is part of “Viter Trans” now" in words(boss.page)
    assert await house.pool.fetchval("SELECT email FROM leads WHERE id = $1", one) == "info@viter.example"
    assert "Viter-Trans LLC" in await at(boss, "duplicates?state=merged")
    merge_id = await house.pool.fetchval("SELECT id FROM lead_merges")
    await boss.press(f"duplicates/merges/{merge_id}/undo")
    assert await house.pool.fetchval("SELECT stage FROM leads WHERE id = $1", other) == "new"
    assert "1 open" in await at(boss)


async def test_two_companies_stay_two_until_somebody_asks_again(house: Tier1, boss: Browser) -> None:
    pair_id, *_ = await pair(house)
    await at(boss)
    await boss.press(f"duplicates/{pair_id}/refuse")
    assert "stay two companies" in words(boss.page)
    assert "No two leads look alike" in await at(boss)
    assert "by boss" in await at(boss, "duplicates?state=refused")
    await boss.press(f"duplicates/{pair_id}/reconsider")
    assert "Viter Trans · Viter-Trans LLC" in words(boss.page)
    again = await house.http.post(f"/v1/duplicates/{pair_id}/reconsider")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


async def test_a_pair_that_a_colleague_decided_is_gone_from_the_list_and_the_page_says_who_it_was(
    house: Tier1, boss: Browser
) -> None:
    pair_id, one, other = await pair(house)
    async with browser(house, "anna", "supervisor") as anna:
        await at(anna)
        await at(boss)
        await anna.press(f"duplicates/{pair_id}/merge", keep=one)
        for act, fields in (("merge", {"keep": other}), ("refuse", {})):
            late = await boss.press(f"duplicates/{pair_id}/{act}", **fields)
            page = words(late.text.partition("<main")[2])
            assert late.status_code == 409
            assert "anna has merged this pair already" in page.lower()
            assert "0 open" in page
            assert "Keep this one" not in page
        merge_id = await house.pool.fetchval("SELECT id FROM lead_merges")
        await anna.press(f"duplicates/merges/{merge_id}/undo")
        again = await boss.press(f"duplicates/merges/{merge_id}/undo")
        assert again.status_code == 409
        assert "1 open" in words(again.text)
        await anna.press(f"duplicates/{pair_id}/refuse")
        lively = await boss.part(f"duplicates/{pair_id}/merge", keep=one)
        assert (lively.status_code, lively.headers["HX-Push-Url"]) == (409, "false")
        assert "anna has kept these two apart already" in words(boss.page).lower()


async def test_a_lead_in_work_is_not_swallowed_and_the_page_says_why(house: Tier1, boss: Browser) -> None:
    pair_id, one, other = await pair(house)
    await house.pool.execute("UPDATE leads SET tier = 'conversion', stage = 'offered' WHERE id = $1", other)
    page = await at(boss)
    assert "with tier 2" in page
    assert "That lead is being worked on: keep it, or close it first." in page
    refused = await boss.press(f"duplicates/{pair_id}/merge", keep=one)
    assert refused.status_code == 409
    assert await house.pool.fetchval("SELECT stage FROM leads WHERE id = $1", other) == "offered"
    # A ban of the one that goes would end what runs for the other: it is said before.
    await house.http.put("/v1/do-not-call/+380441230001", json={"scope": "company"})
    assert "Nobody may call it afterwards" in await at(boss)
    await house.pool.execute("UPDATE leads SET tier = 'lead_gen', stage = 'erased' WHERE id = $1", other)
    assert "nothing of it may be kept" in await at(boss)


async def test_ops_look_and_decide_nothing(house: Tier1) -> None:
    pair_id, *_ = await pair(house)
    async with browser(house, "operator", "ops", tier="ops") as window:
        page = await at(window)
        assert "Viter Trans" in page
        assert "Keep this one" not in page
        assert (await window.press(f"duplicates/{pair_id}/refuse")).status_code == 403
