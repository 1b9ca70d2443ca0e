"""An account manager's day in a browser: by keyboard, beside a colleague, on a phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.accounts import BOSS, HERE, OLEH, Accounts, accounts_at
from tests.browser.desks import Desks
from tests.browser.looks import flaws
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(loop_scope="session")
async def accounts(fresh_database: FreshDatabase) -> AsyncIterator[Accounts]:
    async with accounts_at(await fresh_database("account_desk_browser", tier=Tier.ACCOUNT_MGMT)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desks(accounts: Accounts, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(accounts.address)


async def shows(page: Page, company: str) -> None:
    """The card is this customer's."""
    await expect(page.locator("#card h1")).to_have_text(company)


async def test_a_day_is_done_by_keyboard_without_loading_a_page(desks: Desks, accounts: Accounts) -> None:
    first = await accounts.due("Фабрика «Прикарпаття»", 40_000)
    second = await accounts.due("Агро-Центр", 30_000)
    third = await accounts.due("Кахель Буд", 20_000)
    page = await desks.open(OLEH, HERE)
    await page.evaluate("window.stayed = true")
    await shows(page, "Фабрика «Прикарпаття»")
    await page.keyboard.press("j")
    await shows(page, "Агро-Центр")
    await page.keyboard.press("k")
    await shows(page, "Фабрика «Прикарпаття»")
    # Not now, and why, by two digits; the next customer is there with the answer.
    await page.keyboard.press("3")
    await page.get_by_role("heading", name="Why not now?").wait_for()
    await page.keyboard.press("2")
    await shows(page, "Агро-Центр")
    assert await accounts.outcome(first) == "not_now"
    # A complaint in words: letters are only letters while somebody types.
    await page.keyboard.press("5")
    await expect(page.get_by_label("In their words")).to_be_focused()
    await page.keyboard.type("cargo jkcu 123 was wet")
    await page.keyboard.press("Control+Enter")
    await shows(page, "Кахель Буд")
    assert await accounts.outcome(second) == "complaint"
    # As last time, two instead of one.
    await page.keyboard.press("1")
    await expect(page.locator("#say input[name=quantity]").first).to_be_focused()
    await page.locator("#say input[name=quantity]").first.fill("2")
    await page.keyboard.press("Enter")
    await shows(page, "Агро-Центр")
    await expect(page.locator("#line")).to_contain_text("Кахель Буд ordered")
    assert await accounts.outcome(third) == "ordered"
    # What is left is the complaint; it is settled with one key.
    await expect(page.locator("#card")).to_contain_text("cargo jkcu 123 was wet")
    await page.keyboard.press("d")
    await expect(page.get_by_role("heading", name="Everybody is done for today")).to_be_visible()
    assert await page.evaluate("window.stayed")


async def test_a_quantity_is_typed_over_not_added_to(desks: Desks, accounts: Accounts) -> None:
    await accounts.due("Фабрика", 40_000)
    page = await desks.open(OLEH, HERE)
    await page.keyboard.press("1")
    quantity = page.locator("#say input[name=quantity]").first
    await expect(quantity).to_be_focused()
    await page.keyboard.type("5")
    await expect(quantity).to_have_value("5")


async def test_the_keys_of_the_outcomes_are_always_in_sight(desks: Desks, accounts: Accounts) -> None:
    """However much is known of a customer, only the card above the keys is scrolled."""
    customer_id = await accounts.due("Фабрика", 40_000)
    for text in ("the truck came late", "the truck came wet", "the truck came twice"):
        await accounts.complain(customer_id, text)
    page = await desks.open(OLEH, f"{HERE}customers/{customer_id}")
    for key in await page.locator("#say .lr-key").all():
        await expect(key).to_be_in_viewport(ratio=1)


async def test_what_is_open_of_a_late_invoice_can_be_read(desks: Desks, accounts: Accounts) -> None:
    """The state with its reminder takes a second line before it cuts an amount of millions."""
    customer_id = await accounts.due("Фабрика", 40_000)
    await accounts.tier.pool.execute(
        "UPDATE invoices SET due_at = now() - interval '140 days', dunning = 2, total = 1846800 WHERE customer_id = $1",
        customer_id,
    )
    page = await desks.open(OLEH, f"{HERE}customers/{customer_id}")
    await expect(page.locator("#money")).to_contain_text("reminder 2")
    assert (
        await page.evaluate("(right => right.scrollWidth - right.clientWidth)(document.querySelector('#right'))") == 0
    )
    await expect(page.get_by_role("cell", name="1,846,800.00")).to_be_in_viewport(ratio=1)


async def test_what_is_typed_into_an_outcome_survives_a_reload(desks: Desks, accounts: Accounts) -> None:
    await accounts.due("Фабрика", 40_000)
    page = await desks.open(OLEH, HERE)
    await page.keyboard.press("4")
    await page.get_by_label("In their words").press_sequentially("containers from May on")
    await page.reload()
    await expect(page.get_by_label("In their words")).to_have_value("containers from May on")


async def test_what_was_pressed_by_mistake_is_taken_back_with_u(desks: Desks, accounts: Accounts) -> None:
    customer_id = await accounts.due("Фабрика", 40_000)
    await accounts.due("Агро-Центр", 30_000)
    page = await desks.open(OLEH, HERE)
    await page.keyboard.press("2")
    await page.get_by_role("heading", name="When shall we ask again?").wait_for()
    await page.keyboard.press("3")
    await shows(page, "Агро-Центр")
    assert await accounts.outcome(customer_id) == "later"
    await page.keyboard.press("u")
    await shows(page, "Фабрика")
    await expect(page.locator("#line")).to_contain_text("Taken back")
    assert await accounts.outcome(customer_id) is None


async def test_what_a_colleague_does_shows_at_once_and_what_is_typed_stays(desks: Desks, accounts: Accounts) -> None:
    mine = await accounts.due("Фабрика", 40_000)
    taken = await accounts.due("Агро-Центр", 30_000)
    page = await desks.open(OLEH, HERE)
    await page.keyboard.press("4")
    await page.get_by_label("In their words").fill("containers from May on")
    boss = await desks.open(BOSS, f"{HERE}customers/{taken}")
    await boss.keyboard.press("3")
    await boss.get_by_role("heading", name="Why not now?").wait_for()
    await boss.keyboard.press("1")
    await expect(boss.locator("#line")).to_contain_text("not now")
    await expect(page.locator(f"#pick-{taken}")).to_have_count(0)
    # A new task of the very customer whose card is open.
    await accounts.complain(mine, "the truck came late")
    await expect(page.locator("#card")).to_contain_text("the truck came late")
    await expect(page.get_by_label("In their words")).to_have_value("containers from May on")


async def test_a_need_is_written_down_and_answered_on_the_customers_page(desks: Desks, accounts: Accounts) -> None:
    await accounts.due("Фабрика", 40_000)
    page = await desks.open(OLEH, HERE)
    await page.keyboard.press("n")
    await page.get_by_label("What do they need?").fill("refrigerated trucks")
    await page.keyboard.press("Control+Enter")
    needs = page.locator("#needs")
    await expect(needs).to_contain_text("refrigerated trucks")
    await needs.get_by_text("Answer").click()
    await page.get_by_label("What became of it").fill("two a week")
    await page.get_by_role("button", name="Met").click()
    await expect(page.locator("#story")).to_contain_text("two a week")


async def test_a_customer_is_found_with_the_search_key(desks: Desks, accounts: Accounts) -> None:
    await accounts.due("Фабрика «Прикарпаття»", 40_000)
    found = await accounts.due("Зоряний шлях", 10_000)
    page = await desks.open(OLEH, HERE)
    await page.keyboard.press("/")
    await page.keyboard.type("зорян")
    await page.keyboard.press("Enter")
    await shows(page, "Зоряний шлях")
    await expect(page).to_have_url(re.compile(found))


async def test_the_account_desk_can_be_used_by_everybody(desks: Desks, accounts: Accounts) -> None:
    customer_id = await accounts.due("Фабрика «Прикарпаття»", 40_000)
    await accounts.due("Агро-Центр", 30_000)
    await accounts.complain(customer_id, "the truck came late")
    await accounts.refuse(customer_id)
    await accounts.need(customer_id)
    page = await desks.open(OLEH, HERE)
    wrong = {"desk": await flaws(page)}
    for outcome in ("ordered", "later", "not_now", "left"):
        await page.goto(f"{HERE}customers/{customer_id}?say={outcome}")
        wrong[outcome] = await flaws(page, ["desktop", "phone"])
    for path in (f"customers/{customer_id}/story", f"customers/{customer_id}/story?add=person", "customers", "calendar",
                 "find?q=нема", "done"):  # fmt: skip
        await page.goto(HERE + path)
        wrong[path] = await flaws(page, ["desktop", "phone"])
    assert {place: found for place, found in wrong.items() if found} == {}
