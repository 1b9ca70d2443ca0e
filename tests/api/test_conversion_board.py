"""The deal board: what is offered, what today asks for, and the deals by stage."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_board", tier=Tier.CONVERSION, policy="standard")) as running:
        yield running


async def test_the_bar_says_how_many_of_my_deals_there_is_room_for(tier: Tier2) -> None:
    await tier.only("anna", capacity=20)
    await tier.accepted("anna")
    async with person(tier, "anna") as anna:
        await anna.look()
    assert "<b>1</b>" in anna.page
    assert "of 20 deals" in anna.page
