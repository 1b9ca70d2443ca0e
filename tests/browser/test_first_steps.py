"""An organisation that begins: a manager hears what is missing, and the supervisor mends it by keyboard."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.desks import PHONE, Desks, Person
from tests.browser.looks import flaws
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2_origin import tier_2_origin
from workflows.contracts.base import Tier

MISSING = "Your supervisor adds you under Settings as “anna.k”."


@pytest_asyncio.fixture(scope="module")
async def begun(fresh_database: FreshDatabase) -> AsyncIterator[str]:
    """Where the pages are of a tier in which nobody works yet."""
    async with tier_2_origin(await fresh_database("browser_first_steps", tier=Tier.CONVERSION)) as running:
        yield running.address


async def test_a_manager_is_added_from_the_first_steps(begun: str, desks_at: Callable[[str], Desks]) -> None:
    desks = desks_at(begun)
    manager = await desks.open(Person("anna.k", "conversion", "manager"), "/conversion/desk/")
    await expect(manager.get_by_text(MISSING)).to_be_visible()
    assert await flaws(manager) == {}
    boss = await desks.open(Person("boss", "conversion", "supervisor"), "/", size=PHONE)
    await expect(boss.get_by_role("heading", name="First steps")).to_be_visible()
    assert await flaws(boss, ["phone", "desktop"]) == {}
    await boss.get_by_role("link", name="Add the managers").first.press("Enter")
    await boss.get_by_label("Name").fill("Anna K.")
    await boss.keyboard.press("Tab")
    await boss.keyboard.type("anna.k")
    assert await flaws(boss, ["phone", "desktop"]) == {}
    await boss.keyboard.press("Control+Enter")
    await expect(boss.get_by_role("status").get_by_text("Anna K. is on the list.")).to_be_visible()
    await expect(boss.get_by_role("heading", name=re.compile("^First steps"))).to_contain_text("1 of 3")
    await manager.reload()
    await expect(manager.get_by_role("heading", name="My week")).to_be_visible()
    await expect(manager.get_by_text(MISSING)).to_have_count(0)
