"""Answers that come too late on the account desk: its parts ask by themselves, and the page may have turned."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Route, expect

from tests.browser.accounts import HERE, OLEH, Accounts, accounts_at
from tests.browser.desks import Desks
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

_ASK = """customer => {
    for (const [part, name] of [["#today", "list:stale"], ["#about", "card:stale"], ["#say", "card:stale"],
                                ["#live", `about:${customer}`]]) htmx.trigger(document.querySelector(part), name);
}"""
"""Something happened to this customer: each part of the desk asks the server again."""
_TYPE_ON = """field => new Promise(done => {
    addEventListener("htmx:config:request", ({detail}) => detail.ctx.sourceElement === field && done());
    field.value = "3";
    field.dispatchEvent(new Event("input", {bubbles: true}));
})"""
"""Another digit, until the field asks for the sum."""


@pytest_asyncio.fixture(loop_scope="session")
async def accounts(fresh_database: FreshDatabase) -> AsyncIterator[Accounts]:
    async with accounts_at(await fresh_database("account_desk_late", tier=Tier.ACCOUNT_MGMT)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desks(accounts: Accounts, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(accounts.address)


async def test_what_is_heard_of_the_customer_before_never_lands_beside_the_card_of_the_next(
    desks: Desks, accounts: Accounts
) -> None:
    first = await accounts.due("Фабрика «Прикарпаття»", 40_000)
    second = await accounts.due("Агро-Центр", 30_000)
    page = await desks.open(OLEH, f"{HERE}customers/{first}")
    held: asyncio.Queue[Route] = asyncio.Queue()
    await page.route(re.compile(first), held.put)
    await page.evaluate(_ASK, first)
    late = [await held.get() for _ in range(4)]
    await page.keyboard.press("j")
    await expect(page.locator("#card h1")).to_have_text("Агро-Центр")
    asked = [route.request for route in late]
    for route in late:
        await route.continue_()
    for request in asked:
        answer = await request.response()
        assert answer
        await answer.finished()
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    for part in ("#today", "#about", "#say", "#money"):
        await expect(page.locator(part)).to_have_attribute("hx-get", re.compile(second))
    await expect(page.locator("#today [aria-current]")).to_contain_text("Агро-Центр")
    await expect(page.locator("#card h1")).to_have_text("Агро-Центр")


async def test_a_sum_asked_for_while_an_answer_is_on_its_way_does_not_take_its_place(
    desks: Desks, accounts: Accounts
) -> None:
    first = await accounts.due("Фабрика «Прикарпаття»", 40_000)
    await accounts.due("Агро-Центр", 30_000)
    page = await desks.open(OLEH, f"{HERE}customers/{first}")
    held: asyncio.Queue[Route] = asyncio.Queue()
    await page.route(re.compile("/said$"), held.put)
    await page.keyboard.press("1")
    quantity = page.locator("#say input[name=quantity]").first
    await expect(quantity).to_be_focused()
    await page.keyboard.press("Enter")
    answer = await held.get()
    await quantity.evaluate(_TYPE_ON)
    await answer.continue_()
    await expect(page.locator("#card h1")).to_have_text("Агро-Центр")
    assert await accounts.outcome(first) == "ordered"
