"""What a caller reads on the desk: one call in all their windows, times on the agreed clock, people by name."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from tests.fixtures.call_desk import PARTS, browser, caller_for
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_call_desk_windows", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as running:
        yield running


async def test_a_page_whose_call_ended_in_another_window_gets_the_whole_desk(tier: Tier1) -> None:
    await caller_for(tier, "uliana", "+380441118021", "+380441118022")
    async with browser(tier, "uliana") as desk:
        await desk.look()
        await desk.press("next")
        first = desk.held["item_id"]
        await desk.press("outcome", outcome="busy")
        second = desk.held["item_id"]
        assert second != first
        for path, target in ((f"look?item={first}", "#main"), (f"look?item={second}", "#lease")):
            answer = await desk.http.get(f"/desk/{path}", headers=PARTS)
            assert answer.headers["HX-Retarget"] == target
        stepped = await desk.part("step", item_id=first, go="callback")
        assert stepped.headers["HX-Retarget"] == "#main"


async def test_the_number_of_the_next_lead_never_comes_into_the_page_of_the_last(tier: Tier1) -> None:
    await caller_for(tier, "vira", "+380441118023", "+380441118024")
    async with browser(tier, "vira") as desk:
        await desk.look()
        await desk.press("next")
        first = desk.held["item_id"]
        await desk.press("outcome", outcome="busy")
        assert (await desk.http.get(f"/desk/dial?item={first}", headers=PARTS)).status_code == 204
        shown = await desk.http.get(f"/desk/dial?item={desk.held['item_id']}", headers=PARTS)
        assert "tel:" in shown.text


async def test_what_follows_an_outcome_is_told_on_the_clock_that_was_agreed(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "yana", "+380441118025")
    await tier.pool.execute("UPDATE leads SET timezone = 'Asia/Tokyo' WHERE id = $1", lead_id)
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    async with browser(tier, "yana") as desk:
        await desk.look()
        await desk.press("next")
        await desk.press("outcome", outcome="callback", callback_at=f"{day}T14:00")
        assert "14:00 Tokyo" in desk.page


async def test_a_time_that_a_manager_keeps_is_told_after_the_call(tier: Tier1) -> None:
    await caller_for(tier, "zoia", "+380441118027")
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    async with browser(tier, "zoia") as desk:
        await desk.look()
        await desk.press("next")
        await desk.press("outcome", outcome="interested", needs="two trucks", wished_meeting=f"{day}T11:00:00Z")
        assert re.search(r"a manager calls them \w+ \d+ \w+, \d\d:00", desk.page)


async def test_earlier_calls_name_their_callers_and_say_reasons_in_words(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "halia", "+380441118028")
    await tier.pool.execute("UPDATE callers SET name = 'Halyna B.' WHERE id = 'halia'")
    async with browser(tier, "halia") as desk:
        await desk.look()
        await desk.press("next")
        first = desk.held["item_id"]
        await desk.part("outcome", outcome="not_interested", reason="own_fleet")
        assert "they have trucks of their own" in desk.page and "own_fleet" not in desk.page
        await desk.part("undo", item_id=first)
        await tier.pool.execute(
            """INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome, reason)
               SELECT gen_random_uuid(), gen_random_uuid(), $1, 1, 'halia', 'not_interested', 'some_new_reason'""",
            lead_id,
        )
        await desk.look()
        assert "Halyna B." in desk.page and "some new reason" in desk.page and "· halia" not in desk.page
