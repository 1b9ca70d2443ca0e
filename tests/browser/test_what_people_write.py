"""Whatever people write and import is text: markup, emoji, words from right to left, names without end. It is shown as
it was written, nothing of it runs, and no page runs out of its window."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.desks import PHONE, Desks, Person, somebody_new
from tests.browser.looks import ZOOMED, outside
from tests.browser.relay import LONG_NAME, make_relay
from tests.browser.test_call_desk import caller_before, caller_with, on_the_line, says
from tests.fixtures.house import House, until

# Each would say so if it ever ran; a policy that had to stop it fails the test, too.
MARKUP = "<script>window.ran=1</script><img src=x onerror=window.ran=1>{{7*7}}"
WORDS = f"🚚👩‍👩‍👧 שלום עולם {MARKUP}"
# As a company's name in an import: no comma, no blank, no way to break the line.
ENDLESS = ("<img/src=x/onerror=window.ran=1>🚚שלום" + "Ж" * 40)[:80]
_NUMBERS = count(1)


async def nothing_ran(page: Page) -> None:
    assert await page.evaluate("'ran' in window") is False


async def fits(page: Page) -> dict[str, list[str]]:
    """What runs out of the window, on a desk, on a phone and at 200 %."""
    wrong = {}
    for size in ((1280, 720), PHONE, ZOOMED):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        if found := await outside(page):
            wrong[f"{size[0]} px"] = found
    await page.set_viewport_size({"width": 1280, "height": 720})
    return wrong


async def test_what_a_caller_types_is_text_everywhere(desks: Desks, house: House) -> None:
    person = await caller_with(house, 3)
    page = await on_the_line(desks, person)
    company = await page.locator("#lead h1").inner_text()
    await page.locator("#note").fill(WORDS)
    await expect(page.locator("#saved")).to_have_text("saved")
    await page.reload()
    await expect(page.locator("#note")).to_have_value(WORDS)
    await page.keyboard.press("x")
    await page.get_by_label("Or in their own words").fill(WORDS)
    await page.get_by_label("Or in their own words").press("Enter")
    await says(page, "Not interested")
    await says(page, MARKUP.lower())
    await page.keyboard.press("h")
    await page.get_by_label("The question, in their words").fill(WORDS)
    await page.keyboard.press("Control+Enter")
    await says(page, "Hard question")
    await page.locator("#ask").fill(MARKUP)
    await expect(page.locator("#found")).to_contain_text("Nothing found")
    # What was noted of it comes back as it was written.
    await page.keyboard.press("Escape")
    await page.locator("#note").fill("x" * 9_990 + "the end ✔")
    await expect(page.locator("#saved")).to_have_text("saved")
    await page.reload()
    assert (await page.locator("#note").input_value()).endswith("the end ✔")
    assert await fits(page) == {}
    await page.keyboard.press("b")
    await says(page, "Busy")
    await nothing_ran(page)
    found = await house.get("lead_gen", f"/v1/leads?q={person.id}&limit=50")
    lead = next(one for one in found["items"] if one["company"] == company)
    calls = (await house.get("lead_gen", f"/v1/leads/{lead['id']}"))["calls"]
    assert [call["note"] for call in calls] == [WORDS]


async def test_a_name_without_end_and_ten_numbers_fit_a_phone(desks: Desks, house: House) -> None:
    person, campaign = await caller_before(house, 0)
    phones = [f"+38044977{next(_NUMBERS):04d}" for _ in range(10)]
    lead = {"company": "Ж" * 200, "contact_name": "W" * 200, "phones": phones, "industry": person.id, "city": "Lviv"}
    await house.post("lead_gen", "/v1/leads", lead)
    await house.post("lead_gen", f"/v1/campaigns/{campaign}/start")

    async def enrolled() -> bool:
        found = await house.get("lead_gen", "/v1/leads?stage=calling&limit=200")
        return any(one["company"] == lead["company"] for one in found["items"])

    await until(enrolled)
    page = await desks.open(person, "/lead-gen/desk/")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("#lead h1")).to_have_text("Ж" * 200)
    wrong = {"script": await fits(page)}
    for letter in "wyk":
        await page.keyboard.press(letter)
        await expect(page.get_by_role("button", name="Back to script")).to_be_visible()
        wrong[letter] = await fits(page)
        await page.get_by_role("button", name="Back to script").click()
        await expect(page.get_by_role("button", name="Back to script")).to_have_count(0)
    await page.keyboard.press("o")
    await says(page, "No answer")
    wrong["told"] = await fits(page)
    assert {place: found for place, found in wrong.items() if found} == {}


async def test_an_imported_name_is_text_in_every_tier(desks: Desks, house: House) -> None:
    relay = await make_relay(house, ENDLESS)
    deal, customer = f"/conversion/desk/deals/{relay.deal_id}", f"/accounts/desk/customers/{relay.customer_id}"
    walks: list[tuple[Person, list[str]]] = [
        (relay.manager, ["/conversion/desk/", deal, f"{deal}?do=note", "/conversion/desk/deals"]),
        (relay.account_manager, ["/accounts/desk/", customer, f"{customer}/story", "/accounts/desk/invoices"]),
    ]
    wrong: dict[str, Any] = {}
    for person, places in walks:
        page = await desks.open(person, places[0])
        for place in places:
            await page.goto(place)
            kind = re.sub(r"[0-9a-f-]{36}", "ID", place)
            wrong[kind] = await fits(page)
            if ENDLESS not in await page.locator("body").inner_text():
                wrong[f"{kind}, name"] = "not shown as it is"
            await nothing_ran(page)
    page = await desks.open(somebody_new("conversion", "supervisor"), f"{deal}?do=note")
    await page.locator("#ask-note textarea").fill(WORDS)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#part-history")).to_contain_text(MARKUP)
    await nothing_ran(page)
    assert {place: found for place, found in wrong.items() if found} == {}


async def test_a_colleague_with_a_name_without_end_fits_every_choice_of_people(desks: Desks, house: House) -> None:
    relay = await make_relay(house)
    for tier, path in (("conversion", "/v1/managers"), ("account_mgmt", "/v1/account-managers")):
        await house.post(tier, path, {"id": f"browser-{next(_NUMBERS)}", "name": LONG_NAME})
    lead = somebody_new("conversion", "supervisor")
    walks: list[tuple[Person, list[str]]] = [
        (lead, ["/conversion/desk/deals", "/conversion/desk/calendar", "/conversion/desk/commission"]),
        (relay.account_manager, ["/accounts/desk/customers", f"/accounts/desk/customers/{relay.customer_id}"]),
    ]
    wrong: dict[str, Any] = {}
    for person, places in walks:
        page = await desks.open(person, places[0])
        for place in places:
            await page.goto(place)
            wrong[place] = await fits(page)
    assert {place: found for place, found in wrong.items() if found} == {}
