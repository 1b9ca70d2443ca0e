"""Reminders of an invoice in a browser: they rest by keyboard, the card says so, and everybody can use the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.accounts import BOSS, HERE, Accounts, accounts_at
from tests.browser.desks import Desks
from tests.browser.looks import flaws
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(loop_scope="session")
async def accounts(fresh_database: FreshDatabase) -> AsyncIterator[Accounts]:
    async with accounts_at(await fresh_database("reminders_browser", tier=Tier.ACCOUNT_MGMT)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desks(accounts: Accounts, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(accounts.address)


async def test_reminders_rest_by_keyboard_and_the_card_says_so(desks: Desks, accounts: Accounts) -> None:
    customer_id = await accounts.due("Фабрика", 40_000)
    invoice_id = await accounts.tier.pool.fetchval(
        """UPDATE invoices SET due_at = now() - interval '140 days', dunning = 2, total = 1846800
            WHERE customer_id = $1 RETURNING id""",
        customer_id,
    )
    page = await desks.open(BOSS, f"{HERE}invoices/{invoice_id}")
    await page.keyboard.press("r")
    await page.get_by_label("Until").fill(f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%d}")
    await page.locator("#rest-reason").fill("they promised to pay")
    assert await flaws(page) == {}
    await page.keyboard.press("Enter")
    await expect(page.locator("#story")).to_contain_text("Reminders rest until")
    await page.goto(page.url.replace(f"invoices/{invoice_id}", f"customers/{customer_id}"))
    await expect(page.locator("#money")).to_contain_text("reminders rest until")
    assert (
        await page.evaluate("(right => right.scrollWidth - right.clientWidth)(document.querySelector('#right'))") == 0
    )
    await expect(page.get_by_role("cell", name="1,846,800.00")).to_be_in_viewport(ratio=1)
