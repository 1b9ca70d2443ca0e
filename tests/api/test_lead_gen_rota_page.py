"""The rota's page: a week of callers, a day off, other hours on a day, weekly hours."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from tests.fixtures.call_desk import browser
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_rota_page", tier=Tier.LEAD_GEN)) as tier:
        (await tier.http.post("/v1/callers", json={"id": "olha", "name": "Olha R."})).raise_for_status()
        yield tier


def words(page: str) -> str:
    return " ".join(_TAGS.sub(" ", html.unescape(page.partition("<main")[2])).split())


async def test_hours_of_a_caller_are_set_for_every_week_and_for_one_day(house: Tier1) -> None:
    # Next week, at whatever hour this runs: nothing of it has begun.
    day = (datetime.now(UTC) + timedelta(days=8)).date()
    path = f"rota/olha/{day}"
    async with browser(house, "boss", "supervisor") as boss:

        async def press(what: str, status: int = 303, **fields: Any) -> str:
            await boss.look(f"rota?who=olha&day={day}")
            answer = await boss.press(f"{path}/{what}", **fields)
            assert answer.status_code == status, answer.text
            return words(boss.page if status == 303 else answer.text)

        refused = await press("weekly", 422, starts="14:00", ends="14:00")
        assert "ends must differ from starts" in refused.lower()
        page = await press("weekly", starts="14:00", ends="18:00")
        assert "14:00–18:00" in page
        assert await house.pool.fetchval("SELECT count(*) FROM shifts WHERE caller_id = 'olha' AND by_rota") >= 1
        page = await press("hours", starts="10:00", ends="12:00", reason="exam at two")
        assert "10:00–12:00 this day only exam at two" in page
        page = await press("off", reason="ill")
        assert "off ill" in page
        assert await house.pool.fetchval("SELECT count(*) FROM shifts WHERE starts_at::date = $1", day) == 0
        page = await press("usual")
        assert "14:00–18:00" in page.partition("Olha R.")[2].partition("Every")[0]
        line = await house.pool.fetchval("SELECT id FROM rota WHERE caller_id = 'olha'")
        assert "No weekly hours" in await press(f"weekly/{line}/remove")
    async with browser(house, "ops", "ops", tier="ops") as reader:
        page = await reader.look(f"rota?who=olha&day={day}")
        assert "Olha R." in page
        assert "Give the day off" not in page


async def test_a_day_that_a_colleague_settled_meanwhile_is_shown_before_it_is_replaced(house: Tier1) -> None:
    day = (datetime.now(UTC) + timedelta(days=8)).date()
    place, path = f"rota?who=olha&day={day}", f"rota/olha/{day}"
    async with browser(house, "anna", "supervisor") as anna, browser(house, "zoia", "supervisor") as zoia:

        def shown(page: str) -> str:
            return html.unescape(re.findall(r'name="was" value="([^"]*)"', page)[0])

        old = shown((await zoia.http.get(f"/desk/{place}")).text)
        await anna.look(place)
        await anna.press(f"{path}/off", reason="ill, says Anna", was=old)
        await zoia.look(place)
        for act, fields in (("off", {}), ("hours", {"starts": "10:00", "ends": "12:00"}), ("usual", {})):
            refused = await zoia.press(f"{path}/{act}", reason="ill, says Zoia", was=old, **fields)
            assert refused.status_code == 409
            assert "anna changed this meanwhile" in words(refused.text).lower()
            assert "A day off: ill, says Anna" in words(refused.text)
        refused = await zoia.press(f"{path}/off", reason="ill, says Zoia", was=old)
        assert 'value="ill, says Zoia"' in refused.text
        lively = await zoia.part(f"{path}/off", reason="ill, says Zoia", was=old)
        assert (lively.status_code, "HX-Reswap" in lively.headers) == (409, False)
        again = await zoia.press(f"{path}/off", reason="ill, says Zoia", was=shown(refused.text))
        assert again.status_code == 303
        assert "A day off: ill, says Zoia" in words(zoia.page)
