"""The page of one deal: what stands on it, for whom, and what each of its forms does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier

ANNA, BORYS = "anna", "borys"


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_deal_page", tier=Tier.CONVERSION)) as running:
        await running.manager(ANNA, capacity=1000)
        await running.manager(BORYS, capacity=1000)
        yield running


@pytest_asyncio.fixture(scope="module")
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


def of(deal: dict[str, Any]) -> str:
    return f"/desk/deals/{deal['id']}"


async def test_the_page_says_who_it_is_and_what_comes_next(tier: Tier2, anna: Person) -> None:
    deal = await tier.accepted(ANNA)
    page = await anna.look(of(deal))
    assert "ТОВ «Вітер»" in page
    assert 'href="tel:+380441234567"' in page
    assert "first contact" in page.lower()
    assert "“asks for prices”" in page
