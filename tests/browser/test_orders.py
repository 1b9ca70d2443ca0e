"""Orders and invoices at the account desk in a browser: by keyboard, by right, beside a colleague, on a phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.accounts import BOSS, HERE, OLEH, Accounts, accounts_at
from tests.browser.desks import Desks, Person
from tests.browser.looks import flaws
from tests.browser.watch import Watch
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import boss
from workflows.contracts.base import Tier

COLLEAGUE = Person("petro", "account_mgmt", "account_manager")


@pytest_asyncio.fixture(loop_scope="session")
async def accounts(fresh_database: FreshDatabase) -> AsyncIterator[Accounts]:
    async with accounts_at(await fresh_database("orders_browser", tier=Tier.ACCOUNT_MGMT)) as running:
        crane = {"id": "crane", "name": "Crane", "unit": "hour", "price": {"amount": "1500.00", "currency": "UAH"}}
        await running.tier.post("/v1/products", crane | {"tax_percent": "20"}, headers=boss())
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desks(accounts: Accounts, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(accounts.address)


async def total(page: Page, amount: str) -> None:
    """The order comes to this."""
    await expect(page.locator("#order-total")).to_have_text(amount)


async def test_an_order_is_placed_by_keyboard_with_the_total_following(desks: Desks, accounts: Accounts) -> None:
    customer_id, _ = await accounts.tier.customer(company="Кахель Буд", email="olena@kahel.example")
    page = await desks.open(OLEH, f"{HERE}customers/{customer_id}")
    await page.evaluate("window.stayed = true")
    await page.keyboard.press("l")
    await page.keyboard.type("cran")
    await expect(page.locator("#order-found")).to_contain_text("Crane")
    await page.keyboard.press("Enter")
    quantity = page.get_by_label("Quantity, Crane")
    await expect(quantity).to_be_focused()
    await page.keyboard.type("2,5")
    await total(page, "4,500.00")
    await expect(quantity).to_have_value("2,5")
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await expect(page.get_by_text("The invoice is binding")).to_be_visible()
    await page.keyboard.press("Enter")
    placed = page.locator(".lr-ord-placed")
    await expect(placed).to_contain_text("On its way to olena@kahel.example")
    pdf = await placed.get_by_role("link", name="PDF").get_attribute("href")
    found = await page.request.get(pdf or "")
    assert found.headers["content-type"] == "application/pdf"
    assert await page.evaluate("window.stayed")


async def test_a_wrong_quantity_is_told_beside_its_line_and_kept(desks: Desks, accounts: Accounts) -> None:
    customer_id, _ = await accounts.tier.customer()
    page = await desks.open(OLEH, f"{HERE}customers/{customer_id}")
    await page.keyboard.press("r")
    quantity = page.get_by_label("Quantity, Full truck")
    await quantity.fill("a few")
    await expect(page.locator("#order")).to_contain_text("Write a number")
    await expect(page.locator("#order-ask")).to_have_count(0)
    await page.reload()
    await expect(quantity).to_have_value("a few")
    await quantity.fill("3")
    await total(page, "360.00")


async def test_money_is_booked_and_a_colleague_sees_it_at_once(desks: Desks, accounts: Accounts) -> None:
    customer_id, opened = await accounts.tier.customer()
    page = await desks.open(OLEH, f"{HERE}invoices/{opened.invoice_id}")
    other = await desks.open(BOSS, f"{HERE}customers/{customer_id}")
    await expect(other.locator("#money")).to_contain_text("due in")
    await other.evaluate("window.stayed = true")
    await expect(page.get_by_label("Amount, UAH").first).to_have_value("120.00")
    await page.get_by_label("Amount, UAH").first.fill("150")
    await page.get_by_label("The bank’s reference").first.fill("PB-1")
    await page.get_by_role("button", name="Book it").click()
    await expect(page.locator("#line")).to_contain_text("30.00 is too much")
    await expect(page.locator("#open-amount")).to_have_text(re.compile(r"UAH.0\.00"))
    await expect(other.locator("#money")).to_contain_text("paid")
    assert await other.evaluate("window.stayed")


async def test_a_refused_payment_stands_beside_its_field(desks: Desks, accounts: Accounts, watch: Watch) -> None:
    watch.expect(422, "/payments")
    _, opened = await accounts.tier.customer()
    page = await desks.open(OLEH, f"{HERE}invoices/{opened.invoice_id}")
    amount = page.get_by_label("Amount, UAH").first
    await amount.fill("a lot")
    await page.get_by_label("The bank’s reference").first.fill("PB-2")
    await page.get_by_role("button", name="Book it").click()
    await expect(page.locator("#payment")).to_contain_text("Write an amount")
    await expect(amount).to_have_value("a lot")
    await expect(amount).to_be_focused()


async def test_a_credit_note_is_the_account_managers_and_nobody_elses(desks: Desks, accounts: Accounts) -> None:
    _, opened = await accounts.tier.customer()
    stranger = await desks.open(COLLEAGUE, f"{HERE}invoices/{opened.invoice_id}")
    await expect(stranger.locator("#invoice")).to_contain_text("Oleh looks after this customer")
    await expect(stranger.locator("#ask-credit")).to_have_count(0)
    page = await desks.open(OLEH, f"{HERE}invoices/{opened.invoice_id}")
    await page.keyboard.press("n")
    await page.get_by_label("An amount").check()
    await page.locator("#credit-amount").fill("20")
    await page.get_by_label("Why, as it stands on the credit note").fill("a day late")
    await page.get_by_role("button", name="Write the credit note").click()
    await expect(page.locator("#story")).to_contain_text("a day late")
    await expect(page.locator("#open-amount")).to_have_text(re.compile(r"UAH.100\.00"))


async def test_only_a_supervisor_is_offered_to_give_money_back(desks: Desks, accounts: Accounts) -> None:
    _, opened = await accounts.tier.customer()
    paid = {"amount": {"amount": "150.00", "currency": "UAH"}, "reference": "PB-3"}
    await accounts.tier.post(f"/v1/invoices/{opened.invoice_id}/payments", paid)
    page = await desks.open(OLEH, f"{HERE}invoices/{opened.invoice_id}")
    await expect(page.locator("#invoice")).to_contain_text("A supervisor gives money back")
    page = await desks.open(BOSS, f"{HERE}invoices/{opened.invoice_id}")
    await page.get_by_text("Give money back").click()
    await expect(page.locator("#refund-amount")).to_have_value("30.00")
    await page.locator("#refund-reference").fill("R-1")
    await page.locator("#refund-reason").fill("too much came")
    await page.get_by_role("button", name="Book the refund").click()
    await expect(page.locator("#story")).to_contain_text("given back by a supervisor")


async def test_the_order_can_be_put_together_by_everybody(desks: Desks, accounts: Accounts) -> None:
    customer_id, _ = await accounts.tier.customer(email="olena@kahel.example")
    page = await desks.open(OLEH, f"{HERE}customers/{customer_id}")
    await page.keyboard.press("r")
    await total(page, "120.00")
    await page.keyboard.press("l")
    await page.keyboard.type("c")
    await expect(page.locator("#order-found")).to_contain_text("Crane")
    assert await flaws(page) == {}


async def test_the_pages_of_invoices_can_be_used_by_everybody(desks: Desks, accounts: Accounts) -> None:
    _, opened = await accounts.tier.customer(email="olena@kahel.example")
    paid = {"amount": {"amount": "50.00", "currency": "UAH"}, "reference": "PB-4"}
    await accounts.tier.post(f"/v1/invoices/{opened.invoice_id}/payments", paid)
    page = await desks.open(BOSS, f"{HERE}invoices/{opened.invoice_id}")
    await page.keyboard.press("n")
    await expect(page.get_by_text("It cannot be undone")).to_be_visible()
    assert await flaws(page) == {}
    await page.goto(f"{HERE}invoices?view=all")
    await expect(page.locator("#invoices table")).to_be_visible()
    assert await flaws(page) == {}
