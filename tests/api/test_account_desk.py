"""The account desk: the day's list, and the card of whoever is chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str) -> AsyncIterator[Desk3]:
    async with desk_3(dsn) as desk:
        yield desk


async def test_an_empty_list_says_so(desk: Desk3) -> None:
    assert "Nothing is due" in await desk.page("")


async def test_the_first_of_the_list_is_chosen(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.nudge()
    page = await desk.page("")
    assert f'href="/accounts/desk/customers/{customer_id}" aria-current="true"' in page
