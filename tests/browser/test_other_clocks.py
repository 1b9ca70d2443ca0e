"""A browser whose clock is wrong, or on another continent: what is left of a time is right all the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.desks import Desks, sign_in
from tests.browser.test_call_desk import DESK, caller_with, on_the_line
from tests.fixtures.house import House

SLACK = timedelta(seconds=5)


async def left(page: Page) -> timedelta:
    """What the page says is left of the lease."""
    minutes, seconds = (await page.locator("#lease [data-until]").inner_text()).split(":")
    return timedelta(minutes=int(minutes), seconds=int(seconds))


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(hours=-1)], ids=["fast", "slow"])
async def test_a_clock_that_is_an_hour_off_counts_down_right(desks: Desks, house: House, off: timedelta) -> None:
    person = await caller_with(house, 1)
    await on_the_line(desks, person)
    other = await desks.window()
    await other.clock.install(time=datetime.now(UTC) + off)
    await sign_in(other, person, DESK)
    await expect(other.locator("#lease [data-until]")).to_have_text(re.compile(r"^0\d:\d\d$"))
    until = datetime.fromisoformat(str(await other.locator("#lease [data-until]").get_attribute("data-until")))
    shown = await left(other)
    assert abs(until - datetime.now(UTC) - shown) < SLACK
    await expect(other.locator("#lost")).to_have_count(0)


async def test_a_caller_in_another_zone_is_told_their_own_time_and_the_leads(desks: Desks, house: House) -> None:
    person = await caller_with(house, 1)
    page = await desks.open(person, DESK, timezone_id="Asia/Tokyo")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("#lead h1")).to_contain_text(person.id)
    await expect(page.locator("#lead")).to_contain_text("h behind")
    await page.keyboard.press("k")
    await page.keyboard.press("3")
    # What they hear is on their clock; what it means here stands beside it.
    await expect(page.locator("#when")).to_contain_text("for you")
