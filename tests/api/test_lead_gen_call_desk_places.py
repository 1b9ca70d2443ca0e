"""The call desk of a lead whose local time nobody knows: the page says so, and promises nothing that it cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fixtures.call_desk import browser, caller_for
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_call_desk_places", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as running:
        yield running


@pytest.mark.parametrize(
    ("person", "phone", "says"),
    [
        ("olia", "+80012345678", "Their local time is not known. Ask where they are."),
        ("petro", "+61412345678", "they may be in 6 time zones"),
    ],
)
async def test_an_unknown_local_time_is_said(tier: Tier1, person: str, phone: str, says: str) -> None:
    await caller_for(tier, person, phone)
    await tier.pool.execute("UPDATE callers SET languages = '{uk,en}' WHERE id = $1", person)
    async with browser(tier, person) as desk:
        await desk.look()
        await desk.press("next")
        assert says in desk.page
        assert "Times on this page are those of Kyiv." in desk.page
        shown = await desk.part("step", item_id=desk.held["item_id"], go="callback")
        assert shown.status_code == 200
        assert "on the clock in Kyiv" in shown.text
