"""The browser's own Back and Forward: the page that comes is whole, about what it says, and its forms work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.accounts import HERE, OLEH, Accounts, accounts_at
from tests.browser.desks import Desks
from tests.browser.test_account_desk import shows
from tests.browser.watch import Watch
from tests.fixtures.house import until
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(loop_scope="session")
async def accounts(fresh_database: FreshDatabase) -> AsyncIterator[Accounts]:
    async with accounts_at(await fresh_database("back_and_forward", tier=Tier.ACCOUNT_MGMT)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desks(accounts: Accounts, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(accounts.address)


async def test_back_and_forward_lead_to_whole_pages_whose_forms_work(desks: Desks, accounts: Accounts) -> None:
    first = await accounts.due("Фабрика", 40_000)
    await accounts.due("Агро-Центр", 30_000)
    page = await desks.open(OLEH, HERE)
    await shows(page, "Фабрика")
    await page.keyboard.press("j")
    await shows(page, "Агро-Центр")
    await page.keyboard.press("5")
    await page.get_by_label("In their words").fill("half a complaint")
    await page.go_back()
    await expect(page.get_by_label("In their words")).to_have_count(0)
    await shows(page, "Агро-Центр")
    await page.go_back()
    await shows(page, "Фабрика")
    await page.go_forward()
    await shows(page, "Агро-Центр")
    await page.go_forward()
    # What was typed is there, and keys and forms are alive.
    await expect(page.get_by_label("In their words")).to_have_value("half a complaint")
    await page.go_back()
    await page.go_back()
    await shows(page, "Фабрика")
    await page.keyboard.press("3")
    await page.get_by_role("heading", name="Why not now?").wait_for()
    await page.keyboard.press("1")
    await shows(page, "Агро-Центр")
    assert await accounts.outcome(first) == "not_now"
    # Back to a form that was sent: it is not sent again.
    await page.go_back()
    assert await accounts.outcome(first) == "not_now"


async def test_what_was_written_without_a_connection_is_sent_in_order_each_once(
    desks: Desks, accounts: Accounts, watch: Watch
) -> None:
    companies = {
        "Фабрика": await accounts.due("Фабрика", 40_000),
        "Агро-Центр": await accounts.due("Агро-Центр", 30_000),
    }
    page = await desks.open(OLEH, f"{HERE}customers/{companies['Фабрика']}?say=complaint")
    other = await page.context.new_page()
    await other.goto(f"{HERE}customers/{companies['Агро-Центр']}?say=complaint")
    watch.expect_server_away()
    await page.context.set_offline(True)
    for tab, words in ((page, "the first"), (other, "the second")):
        await tab.bring_to_front()
        await tab.get_by_label("In their words").fill(words)
        await tab.keyboard.press("Control+Enter")
        await expect(tab.locator("#line")).to_contain_text("waits here")
        await expect(tab.get_by_label("In their words")).to_have_value(words)
    await page.context.set_offline(False)
    await expect(page.locator("[data-offline]")).to_be_hidden()
    await expect(other.locator("[data-offline]")).to_be_hidden()

    async def written() -> list[str]:
        rows = await accounts.tier.pool.fetch(
            "SELECT note FROM nudges WHERE outcome = 'complaint' ORDER BY answered_at"
        )
        return [row["note"] for row in rows]

    async def all_written() -> bool:
        return len(await written()) >= len(companies)

    await expect(page.get_by_label("In their words")).to_have_count(0)
    # Which of the two pages sends is theirs to agree on; the other's answer may come after this one's.
    await until(all_written)
    assert await written() == ["the first", "the second"]
    assert await page.evaluate("Object.keys(localStorage)") == []
