"""The managers' free times on tier 1's call desk: shown to callers, kept for the lead on the phone, nobody's data."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.one_origin import BROWSER
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_desk_slots", tier=Tier.CONVERSION, policy="demo")) as running:
        yield running


def times(page: str) -> list[str]:
    """The times that can be kept, in order."""
    return re.findall(r'name="starts_at" value="([^"]*)"', page)


async def keep(desk: Person, lead: str, at: str) -> str:
    """Keep this time for the lead; the part that comes."""
    answer = await desk.http.post(
        "/desk/slots",
        data={"lead": lead, "zone": "Europe/Kyiv", "starts_at": at},
        headers={**BROWSER, "X-Csrf-Token": desk._csrf, "HX-Request": "true"},
    )
    return answer.text


async def test_a_caller_sees_times_without_names_and_keeps_one(tier: Tier2) -> None:
    await tier.only("marta")
    lead = new_id()
    async with person(tier, "olia", "caller", Tier.LEAD_GEN) as desk:
        page = await desk.look("/desk/slots", lead=lead, zone="Europe/Kyiv")
        assert 0 < len(times(page)) <= 4
        assert "marta" not in page.lower()
        kept = await keep(desk, lead, times(page)[0])
        assert "Kept for them." in kept
        assert 'name="wished_meeting"' in kept
        # Another one instead: the first is free again.
        other = await keep(desk, lead, times(kept)[-1])
        assert "Kept for them." in other
        assert times(page)[0] in times(other)
    held = await tier.pool.fetch("SELECT created_by FROM meetings WHERE lead_id = $1 AND state = 'reserved'", lead)
    assert [row["created_by"] for row in held] == ["olia"]


async def test_a_time_that_is_gone_says_so_and_shows_others(tier: Tier2) -> None:
    await tier.only("nadia")
    async with person(tier, "olia", "caller", Tier.LEAD_GEN) as desk:
        page = await desk.look("/desk/slots", lead=new_id())
        first = times(page)[0]
        assert "Kept for them." in await keep(desk, new_id(), first)
        late = await keep(desk, new_id(), first)
        assert "That time is gone. These are free now." in late
        assert first not in times(late)


async def test_without_managers_the_part_says_what_to_do(tier: Tier2) -> None:
    await tier.pool.execute("UPDATE managers SET active = false")
    async with person(tier, "olia", "caller", Tier.LEAD_GEN) as desk:
        assert "No manager has a free time" in await desk.look("/desk/slots", lead=new_id())


async def test_others_of_another_tier_do_not_see_them(tier: Tier2) -> None:
    async with person(tier, "am", "account_manager", Tier.ACCOUNT_MGMT) as desk:
        answer = await desk.http.get("/desk/slots", params={"lead": new_id()})
    assert answer.status_code == 403
