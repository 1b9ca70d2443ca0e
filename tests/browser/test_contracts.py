"""A contract in a browser: agreed by keyboard with its next invoices beside it, mended, paused, ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Page, expect

from services.account_mgmt.actions.contract_invoices import issue_due
from tests.browser.accounts import HERE, OLEH, Accounts, accounts_at
from tests.browser.desks import Desks
from tests.browser.looks import flaws
from tests.fixtures.contracts_3 import after, states, today
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import boss
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(loop_scope="session")
async def accounts(fresh_database: FreshDatabase) -> AsyncIterator[Accounts]:
    async with accounts_at(await fresh_database("contracts_browser", tier=Tier.ACCOUNT_MGMT)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desks(accounts: Accounts, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(accounts.address)


async def says(page: Page, text: str) -> None:
    """The status line says so."""
    await expect(page.locator("#line")).to_contain_text(text)


async def test_a_contract_is_agreed_mended_paused_and_ended(desks: Desks, accounts: Accounts) -> None:
    customer_id = await accounts.due("Фабрика «Прикарпаття»", 40_000)
    page = await desks.open(OLEH, f"{HERE}customers/{customer_id}/story")
    await page.evaluate("window.stayed = true")
    await page.keyboard.press("t")
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("Storage, hall 3")
    await page.get_by_label("What for").first.fill("Storage {period}")
    # The next line comes with what is typed into the one before it.
    await expect(page.get_by_role("group", name="Line 2")).to_be_visible()
    await expect(page.get_by_role("group", name="Line 3")).to_be_hidden()
    await page.get_by_label("Price, net").first.fill("320")
    await page.get_by_label("First invoice").fill(today(1).isoformat())
    await page.get_by_label("How many").fill("4")
    await expect(page.locator("#coming tbody tr")).to_have_count(4)
    await expect(page.locator("#coming")).to_contain_text("384.00")
    await page.get_by_label("What for").nth(1).fill("Insurance")
    await page.get_by_label("Article").nth(1).fill("ftl")
    await expect(page.locator("#coming")).to_contain_text("504.00")
    await expect(page.locator("#coming")).to_contain_text("and 1 more")
    await page.keyboard.press("Control+Enter")
    await says(page, "The contract runs")
    assert await flaws(page) == {}
    [contract] = (await accounts.tier.get(f"/v1/customers/{customer_id}/contracts"))["items"]

    # The article is not sold any more when its day comes: it stands on today's list, and is mended from there.
    await accounts.tier.http.patch("/v1/products/ftl", json={"active": False}, headers=boss())
    await issue_due(accounts.tier.pool, after(today(1)))
    await page.goto(f"{accounts.address}{HERE}customers/{customer_id}")
    await expect(page.locator("#card")).to_contain_text("An invoice did not go out")
    await page.get_by_role("link", name="See to it").click()
    await expect(page.locator("#contract-head")).to_contain_text("not issued, ftl is not sold any more")
    assert await flaws(page) == {}
    await page.get_by_label("Article").nth(1).fill("")
    await page.get_by_role("button", name="Change it").click()
    await says(page, "Changed, from the next invoice on")
    await page.get_by_role("button", name="Issue it now").click()
    await says(page, "It is on its way")
    await expect(page.locator("#became tbody tr")).to_have_count(1)
    assert await states(accounts.tier, contract["id"]) == ["issued"]

    await page.get_by_text("Pause", exact=True).click()
    await page.get_by_label("Why").first.fill("the hall is rebuilt")
    await page.get_by_role("button", name="Pause it").click()
    await expect(page.locator("#contract-head")).to_contain_text("paused")
    await page.locator("#ask-resume > summary").click()
    await expect(page.locator("#ask-resume")).to_contain_text("The next invoice is that of")
    await page.locator("#ask-resume").get_by_role("button", name="Go on").click()
    await says(page, "It goes on")
    await page.locator("#ask-skip > summary").click()
    await page.get_by_role("button", name="Leave it out").click()
    await expect(page.locator("#became tbody tr")).to_have_count(2)
    await page.get_by_text("End", exact=True).click()
    await page.locator("#ask-end").get_by_label("Why").fill("they moved")
    await page.get_by_role("button", name="End it for good").click()
    await says(page, "The contract has ended")
    assert await flaws(page) == {}
    await page.keyboard.press("Escape")
    await expect(page.locator("#contracts")).to_contain_text("ended")
    assert await flaws(page) == {}
