"""Slips of the hand at the call desk: words typed where no field is, a key held down, two windows."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desks import Desks, somebody_new
from tests.browser.test_call_desk import DESK, caller_with, on_the_line, says
from tests.fixtures.house import House


async def test_a_sentence_typed_beside_the_field_ends_no_call(desks: Desks, house: House) -> None:
    person = await caller_with(house, 4)
    page = await on_the_line(desks, person)
    company = await page.locator("#lead h1").inner_text()
    # It begins with a letter that is no key.
    await page.keyboard.type("Right, do you carry live fish by road?")
    await says(page, "Letters are keys here")
    await expect(page.locator("#lead h1")).to_have_text(company)
    await expect(page.get_by_role("heading", name="You are on a break")).to_have_count(0)


async def test_a_word_that_begins_with_a_key_ends_one_call_at_most(desks: Desks, house: House) -> None:
    person = await caller_with(house, 5)
    page = await on_the_line(desks, person)
    await page.keyboard.type("Do you carry wood or bricks, by any chance?")
    await expect(page.locator("#figures")).to_contain_text("1 of 20 calls")
    await page.keyboard.press("Escape")
    await expect(page.locator("#figures")).to_contain_text("1 of 20 calls")


async def test_h_leads_back_into_a_question_that_was_left(desks: Desks, house: House) -> None:
    page = await on_the_line(desks, await caller_with(house, 1))
    await page.keyboard.press("h")
    await expect(page.locator("#question")).to_be_focused()
    await page.keyboard.type("Who pays")
    await page.keyboard.press("Escape")
    await expect(page.locator("#question")).not_to_be_focused()
    await page.keyboard.press("h")
    await page.keyboard.type(" the demurrage?")
    await expect(page.locator("#question")).to_have_value("Who pays the demurrage?")


async def test_notes_go_on_behind_what_is_written(desks: Desks, house: House) -> None:
    page = await on_the_line(desks, await caller_with(house, 1))
    await page.keyboard.press("t")
    await page.keyboard.type("12 pallets")
    await expect(page.locator("#saved")).to_have_text("saved")
    await page.reload()
    await page.keyboard.press("t")
    await page.keyboard.type(" a month")
    await expect(page.locator("#note")).to_have_value("12 pallets a month")


async def test_a_key_held_down_is_one_press(desks: Desks, house: House) -> None:
    person = await caller_with(house, 3)
    page = await on_the_line(desks, person)
    await page.keyboard.down("o")
    await says(page, "No answer")
    await page.keyboard.down("o")
    await page.keyboard.down("o")
    await page.keyboard.up("o")
    await page.keyboard.press("Escape")
    await expect(page.locator("#figures")).to_contain_text("1 of 20 calls")


async def test_a_call_ended_in_one_window_is_over_in_the_other(desks: Desks, house: House) -> None:
    person = await caller_with(house, 2)
    page = await on_the_line(desks, person)
    company = await page.locator("#lead h1").inner_text()
    other = await desks.open(person, DESK)
    await expect(other.locator("#lead h1")).to_have_text(company)
    await other.keyboard.press("b")
    await says(other, "Busy")
    await expect(other.locator("#lead h1")).not_to_have_text(company)
    following = await other.locator("#lead h1").inner_text()
    await expect(page.locator("#lead h1")).to_have_text(following)
    number = await other.locator("#dial").inner_text()
    await expect(page.locator("#dial")).to_have_text(number)


async def test_the_kept_time_is_told_where_the_lead_is_handed_over(desks: Desks, house: House) -> None:
    manager = somebody_new("conversion", "manager")
    known = {"id": manager.id, "name": "Marta", "languages": ["uk"], "regions": [], "segments": [], "weight": 1}
    await house.post("conversion", "/v1/managers", {**known, "capacity": 5, "active": True})
    page = await on_the_line(desks, await caller_with(house, 1))
    await page.keyboard.press("s")
    kept = await page.locator("#slots [data-kept-time]").inner_text()
    await page.keyboard.press("y")
    await expect(page.locator("#step")).to_contain_text(f"at the time we agreed, {kept}")
    await expect(page.locator("#wish")).to_be_hidden()
    await page.keyboard.press("Enter")
    await says(page, "a manager calls them")
    await says(page, kept.split(", ")[-1])
