"""A supervisor of many account managers: their portfolios and their week in pages, found by name."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.api.test_account_desk_portfolio import words
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier

MORE = """INSERT INTO account_managers (id, name, capacity)
          SELECT 'more-' || n, 'Name ' || lpad(n::text, 2, '0'), 10 FROM generate_series(1, 45) n"""


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_of_many", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        await tier.pool.execute(MORE)
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:
    assert tier  # its people come first
    async with desk_3(dsn, "boss", "supervisor", "Olena Boss") as desk:
        yield desk


async def test_portfolios_come_in_pages_whose_parts_stay_as_they_were_asked_for(desk: Desk3) -> None:
    page = await desk.page("portfolio", q="name", page=2)
    assert "26 to 45 of 45" in words(page)
    assert 'hx-get="/accounts/desk/portfolio/parts?q=name&amp;page=2"' in page
    part = words(await desk.page("portfolio/parts", q="name", page=2))
    assert "Name 30" in part
    assert "Name 02" not in part
    assert "Nobody is called so." in words(await desk.page("portfolio", q="nobody"))


async def test_a_week_of_many_opens_on_the_page_of_whoever_was_chosen(desk: Desk3) -> None:
    here = "settings/hours"
    assert "1 to 25 of" in words(await desk.page(here))
    chosen = words(await desk.page(here, who="more-40"))
    assert "Name 40 is away" in chosen
    assert "26 to" in chosen
    assert "Name 07" in words(await desk.page(here, q="07"))
