"""A supervisor of many callers: the floor and the rota in pages, found by name."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.api.test_lead_gen_floor import words
from tests.fixtures.call_desk import Browser, browser
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import tier_1
from workflows.contracts.base import Tier

CALLERS = """INSERT INTO callers (id, name)
             SELECT 'many-' || n, 'Name ' || lpad(n::text, 2, '0') FROM generate_series(1, 60) n"""
AT_WORK = """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at)
             SELECT gen_random_uuid(), id, now() - interval '1 hour', now() + interval '1 hour',
                    now() - interval '1 hour' FROM callers WHERE id LIKE 'many-%'"""


@pytest_asyncio.fixture
async def boss(fresh_database: FreshDatabase) -> AsyncIterator[Browser]:
    async with tier_1(await fresh_database("lead_gen_of_many", tier=Tier.LEAD_GEN)) as house:
        await house.pool.execute(CALLERS)
        await house.pool.execute(AT_WORK)
        async with browser(house, "boss", "supervisor") as window:
            yield window


async def test_the_floor_shows_fifty_people_and_stays_on_its_page_when_it_is_fetched_again(boss: Browser) -> None:
    assert "1 to 50 of 60" in words(await boss.look("floor"))
    assert 'hx-get="/lead-gen/desk/floor/parts?page=2"' in await boss.look("floor?page=2")
    assert "51 to 60 of 60" in words(await boss.look("floor/parts?page=2"))
    found = words(await boss.look("floor?q=07"))
    assert "Name 07" in found
    assert "Name 08" not in found


async def test_the_rota_is_turned_page_by_page_and_opens_on_whoever_was_chosen(boss: Browser) -> None:
    assert "1 to 25 of 60" in words(await boss.look("rota"))
    chosen = words(await boss.look("rota?who=many-55&day=2026-11-30"))
    assert "51 to 60 of 60" in chosen
    assert "Name 07" in words(await boss.look("rota?q=07&week=2026-11-30"))
