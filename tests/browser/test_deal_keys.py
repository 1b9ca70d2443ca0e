"""A manager's first day at a deal in a browser: keys that go on acting, an offer by keyboard, nothing off the page."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Page, expect

from services.conversion.domain.calendar import ALWAYS
from tests.browser.desks import Desks, Person
from tests.browser.watch import Watch
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, Tier2, hand_over
from tests.fixtures.tier_2_origin import Tier2Origin, tier_2_origin
from workflows.contracts.base import Money, Tier
from workflows.contracts.catalogue import CatalogueItem, CataloguePage, CataloguePrice

BOARD = "/conversion/desk/"
PRODUCTS = {"ftl-ua": "Full truck, 20 t, domestic", "reefer": "Refrigerated truck, 20 t"}


@pytest_asyncio.fixture(scope="module")
async def running(fresh_database: FreshDatabase) -> AsyncIterator[Tier2Origin]:
    async with tier_2_origin(await fresh_database("browser_deal_keys", tier=Tier.CONVERSION)) as running:
        price = CataloguePrice(price=Money(amount="28500", currency="UAH"))
        items = [
            CatalogueItem(product_id=id, version=1, names={"": name}, prices=[price]) for id, name in PRODUCTS.items()
        ]
        await running.tier.activities.take_catalogue(CataloguePage(items=items, upto=1))
        yield running


@pytest_asyncio.fixture
async def tier(running: Tier2Origin) -> Tier2:
    return running.tier


@pytest_asyncio.fixture
async def windows(running: Tier2Origin, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(running.address)


async def somebody(tier: Tier2) -> Person:
    """A manager who is always on duty, and the only one that gets leads from now on."""
    person = f"manager-{uuid.uuid4().hex[:8]}"
    await tier.only(person, hours=ALWAYS.model_dump(mode="json"), capacity=100)
    return Person(person, "conversion", "manager")


async def offered(tier: Tier2, who: Person) -> str:
    """A lead on offer to this manager; its item."""
    return str((await tier.offered(hand_over(sticky_manager=who.id))).item_id)


async def deal(tier: Tier2, who: Person) -> str:
    """The page of a deal of this manager about which enough is known for an offer."""
    item = await offered(tier, who)
    taken = await tier.post(f"/v1/hand-overs/{item}/accept", {}, who.id)
    await tier.post(f"/v1/deals/{taken['deal_id']}/qualify", FACTS, who.id)
    return f"/conversion/desk/deals/{taken['deal_id']}"


async def new_offer(tier: Tier2, windows: Desks) -> Page:
    """A deal's page with the editor of its first offer open."""
    who = await somebody(tier)
    page = await windows.open(who, await deal(tier, who))
    await page.keyboard.press("g")
    await expect(page.locator("#catalogue")).to_be_focused()
    return page


async def test_letters_act_again_after_a_form_was_closed_with_esc(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    page = await windows.open(who, await deal(tier, who))
    for key, title in (("x", "Close as lost"), ("w", "Close the sale"), ("z", "Let it sleep")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
        # Once out of a text field, and once out of the form.
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("heading", name=title)).to_have_count(0)


async def test_enter_in_the_search_of_an_offer_adds_what_was_found(tier: Tier2, windows: Desks) -> None:
    page = await new_offer(tier, windows)
    await page.keyboard.type("refri")
    await expect(page.locator("#found button")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator("#lines")).to_contain_text("Refrigerated truck, 20 t")
    await expect(page.get_by_label("Quantity, Refrigerated truck")).to_be_focused()
    # The next search begins anew.
    await expect(page.locator("#catalogue")).to_have_value("")
    await expect(page.locator("#found button")).to_have_count(0)


async def test_the_arrows_walk_through_what_was_found(tier: Tier2, windows: Desks) -> None:
    page = await new_offer(tier, windows)
    await page.keyboard.type("truck")
    await expect(page.locator("#found button")).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    chosen = await page.locator("#found button:focus span").first.inner_text()
    await page.keyboard.press("Enter")
    await expect(page.locator("#lines")).to_contain_text(chosen)


async def test_enter_in_a_line_takes_no_line_away(tier: Tier2, windows: Desks) -> None:
    page = await new_offer(tier, windows)
    await page.keyboard.type("domestic")
    await expect(page.locator("#found button")).to_have_count(1)
    await page.keyboard.press("Enter")
    quantity = page.get_by_label("Quantity, Full truck")
    await expect(quantity).to_be_focused()
    await quantity.fill("3")
    await page.keyboard.press("Enter")
    await expect(page.locator("#sums")).to_contain_text("85,500.00")
    await expect(page.locator(".lr-line-row")).to_have_count(1)


async def test_an_offer_is_sent_by_keyboard_after_a_line_was_taken_out(
    tier: Tier2, windows: Desks, watch: Watch
) -> None:
    watch.expect(422, "/offer")
    page = await new_offer(tier, windows)
    await page.keyboard.type("domestic")
    await expect(page.locator("#found button")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator(".lr-line-row")).to_have_count(1)
    await page.get_by_role("button", name="Line of my own").click()
    await expect(page.locator(".lr-line-row")).to_have_count(2)
    # A line without a name is in the way: that is where one goes on.
    await page.get_by_label("Discount on everything").click()
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_label("What it is")).to_be_focused()
    await page.locator("#lines button[name=drop]").last.click()
    await expect(page.locator(".lr-line-row")).to_have_count(1)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("The offer is made.")).to_be_visible()


async def test_whoever_reloads_while_they_write_finds_the_form_open_with_their_words(
    tier: Tier2, windows: Desks
) -> None:
    who = await somebody(tier)
    page = await windows.open(who, await deal(tier, who))
    await page.keyboard.press("n")
    await expect(page.get_by_label("Note")).to_be_focused()
    await page.keyboard.type("a truck a month, to Poznan")
    await page.reload()
    await expect(page.get_by_label("Note")).to_have_value("a truck a month, to Poznan")


async def test_every_question_and_sheet_of_the_board_stands_within_the_page(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    for _ in range(3):
        await offered(tier, who)
    page = await windows.open(who, BOARD)
    await expect(page.locator(".lr-offer")).to_have_count(3)
    for number in range(3):
        await page.locator(".lr-offer summary").nth(number).click()
        box = await page.locator(".lr-offer .lr-ask").nth(number).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
    await page.keyboard.press("Escape")
    await page.keyboard.press("p")
    sheet = page.locator("#break")
    await expect(sheet).to_be_visible()
    assert await sheet.evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")


async def test_enter_opens_what_the_board_has_marked(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    path = await deal(tier, who)
    page = await windows.open(who, BOARD)
    await expect(page.locator(".is-on")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(re.escape(path)))


async def test_a_form_of_the_whole_deal_opens_over_the_page_and_keeps_what_was_typed(
    tier: Tier2, windows: Desks
) -> None:
    who = await somebody(tier)
    page = await windows.open(who, await deal(tier, who))
    # Below its own head: a long form may scroll the whole page.
    place = "() => ['part-history', 'part-head'].map((id) => document.getElementById(id).getBoundingClientRect().top)"

    async def below() -> float:
        history, head = await page.evaluate(place)
        return float(history - head)

    before = await below()
    for key, form in (("z", "#ask-sleep"), ("w", "#ask-win"), ("m", "#ask-book"), ("x", "#ask-lose")):
        await page.keyboard.press(key)
        await expect(page.locator(form)).to_be_visible()
        assert await below() == before, form
        if form != "#ask-lose":
            await page.locator(form).get_by_role("link", name=re.compile("^Not now")).click()
            await expect(page.locator(form)).to_have_count(0)
    await page.get_by_label("In their words").fill("too dear by a third")
    await page.locator("#ask-lose").get_by_role("radio").nth(1).check()
    await page.reload()
    await expect(page.get_by_label("In their words")).to_have_value("too dear by a third")
    await expect(page.locator("#ask-lose").get_by_role("radio").nth(1)).to_be_checked()
