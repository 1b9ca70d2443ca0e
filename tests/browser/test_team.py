"""A supervisor and their team: by keyboard, live, on a phone, and readable by everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import expect

from services.conversion.domain.calendar import ALWAYS
from tests.browser.desks import Desks, Person
from tests.browser.looks import flaws
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days
from tests.fixtures.tier_2_origin import Tier2Origin, tier_2_origin
from workflows.contracts.base import Tier

BOSS = Person("boss", "conversion", "supervisor")
TEAM = "/conversion/desk/team"
OPEN = ALWAYS.model_dump(mode="json")


@pytest_asyncio.fixture(scope="module")
async def running(fresh_database: FreshDatabase) -> AsyncIterator[Tier2Origin]:
    async with tier_2_origin(await fresh_database("browser_team", tier=Tier.CONVERSION)) as running:
        yield running


@pytest_asyncio.fixture
async def tier(running: Tier2Origin) -> Tier2:
    return running.tier


@pytest_asyncio.fixture
async def windows(running: Tier2Origin, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(running.address)


async def test_a_supervisor_asks_for_what_is_late_by_keyboard_and_hears_of_what_is_new(
    tier: Tier2, windows: Desks
) -> None:
    await tier.only("anna", name="Anna Lys", hours=OPEN)
    deal = await tier.accepted("anna")
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '2 days' WHERE id = $1", deal["id"])
    page = await windows.open(BOSS, TEAM)
    await expect(page.locator(".lr-waits .is-on")).to_contain_text("ТОВ «Вітер»")
    await page.keyboard.press("a")
    await expect(page.locator(".lr-waits")).to_contain_text("asked")
    assert await tier.pool.fetchval("SELECT assignee FROM work_items WHERE payload ? 'asked_by'") == "anna"
    await tier.offered(hand_over(sticky_manager="anna"))
    await expect(page.locator(".lr-waits")).to_contain_text("Lead to answer")


async def test_the_pages_of_the_team_can_be_used_by_everybody(tier: Tier2, windows: Desks) -> None:
    await tier.only("bohdan", name="Bohdan Kit", hours=OPEN)
    await tier.manager("yeva", name="Yeva Zoria", hours=OPEN, team="north")
    deal, offered, met = [await tier.accepted("bohdan") for _ in range(3)]
    await tier.pool.execute("UPDATE deals SET question = 'Who insures it?' WHERE id = $1", deal["id"])
    await tier.post(f"/v1/deals/{offered['id']}/qualify", FACTS, "bohdan")
    offer = {"lines": [LINE], "discount_percent": "20", "valid_until": in_days(5)}
    await tier.post(f"/v1/deals/{offered['id']}/offers", offer, "bohdan")
    meeting = {"starts_at": in_days(3), "duration_minutes": 30}
    await tier.post(f"/v1/deals/{met['id']}/meetings", meeting, "bohdan")
    away = {"starts_at": in_days(2), "ends_at": in_days(4), "reason": "holiday"}
    absence = await tier.post("/v1/managers/bohdan/absences", away)
    page = await windows.open(BOSS, TEAM)
    pages = ("", "/hand-on?manager=bohdan", "/absences", f"/absences/{absence['id']}", "/commission")
    wrong = {}
    for path in pages:
        await page.goto(f"{windows.origin}{TEAM}{path}")
        if found := await flaws(page, ["desktop", "phone"]):
            wrong[path] = found
    assert wrong == {}


async def test_a_team_of_many_is_searched_and_turned_and_names_are_typed(tier: Tier2, windows: Desks) -> None:
    await tier.only("maria", name="Maria Lys", hours=OPEN)
    await tier.pool.execute(
        """INSERT INTO managers (id, name, capacity)
           SELECT 'many-' || n, 'Name ' || lpad(n::text, 2, '0'), 50 FROM generate_series(1, 45) n"""
    )
    await tier.offered(hand_over(sticky_manager="maria"))
    page = await windows.open(BOSS, TEAM)
    await page.get_by_role("link", name="Next").click()
    await expect(page.locator("#people")).to_contain_text("21 to 40 of")
    assert await flaws(page, ["desktop", "phone"]) == {}
    await page.goto(f"{windows.origin}{TEAM}?of=maria")
    await page.locator(".lr-waits summary").first.click()
    await page.get_by_label("To whom?").first.fill("Name 07")
    await page.locator(".lr-waits .lr-ask").first.get_by_role("button").click()
    await expect(page.locator("body")).to_contain_text("It is their deal now.")
    await page.goto(f"{windows.origin}/conversion/desk/settings/hours?q=name")
    await expect(page.locator("main")).to_contain_text("1 to 25 of 45")
    assert await flaws(page, ["desktop", "phone"]) == {}
