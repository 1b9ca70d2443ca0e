"""What is read at the call desk stays where it is, what is typed last is kept, and no tab is one too many."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.desks import Desks, sign_in, somebody_new
from tests.browser.test_call_desk import DESK, caller_with, on_the_line
from tests.fixtures.house import House, until

# Where everything is that somebody reads or presses.
PLACES = """
() => Object.fromEntries(["#lead h1", "#dial", "#lease", "#about", "#step", "#help", "#foot nav"].map((name) => {
  const box = document.querySelector(name).getBoundingClientRect();
  return [name, [Math.round(box.top), Math.round(box.bottom)]];
}))
"""
# What lies above a control, so that a finger hits it instead.
COVERED = """
() => [...document.querySelectorAll("main button, main a, #foot button, header button")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!one.checkVisibility({visibilityProperty: true}) || box.bottom > innerHeight || box.top < 0) return false;
  const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return hit?.closest("#ringing");
}).map((one) => one.textContent.trim())
"""
HIDE = """
(hidden) => {
  Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
  Object.defineProperty(document, "visibilityState", {value: hidden ? "hidden" : "visible", configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


async def somebody_calls(house: House, number: str, call_id: str, company: str) -> None:
    """A company that is known by this number calls."""
    await house.post("lead_gen", "/v1/leads", {"company": company, "phones": [number]})
    await house.post("lead_gen", "/v1/inbound-calls", {"from": number, "call_id": call_id}, role="switchboard")


async def test_the_telephone_moves_nothing_whatever_it_says(desks: Desks, house: House) -> None:
    page = await on_the_line(desks, await caller_with(house, 1))
    await expect(page.locator("#slots form, #slots > p, #slots-else:not([hidden])").first).to_be_visible()
    before = await page.evaluate(PLACES)
    await page.keyboard.press("c")
    await expect(page.locator("#dial")).to_contain_text("Hang up")
    assert await page.evaluate(PLACES) == before
    await page.keyboard.press("c")
    await expect(page.locator("#dial")).not_to_contain_text("Hang up")
    assert await page.evaluate(PLACES) == before


async def test_who_is_calling_covers_nothing_and_is_closed_for_good(desks: Desks, house: House) -> None:
    person = somebody_new("lead_gen", "caller")
    page = await desks.open(person, DESK)
    ringing = page.locator("#ringing")
    await somebody_calls(house, "+380449871001", f"{person.id}-1", "Vantazh Odyn")
    row = ringing.locator("[data-ring]").filter(has_text="Vantazh Odyn")
    await expect(row).to_be_attached()
    assert await page.evaluate(COVERED) == []
    await page.keyboard.press("Escape")
    await expect(row).not_to_be_attached()
    await page.reload()
    await somebody_calls(house, "+380449871002", f"{person.id}-2", "Vantazh Dva")
    other = ringing.locator("[data-ring]").filter(has_text="Vantazh Dva")
    await expect(other).to_be_visible()
    await expect(row).not_to_be_attached()
    await other.get_by_role("button", name="Close").click()
    await expect(other).not_to_be_attached()


async def test_words_of_the_last_moment_are_there_in_another_browser(desks: Desks, house: House) -> None:
    person = await caller_with(house, 1)
    page = await on_the_line(desks, person)
    await page.keyboard.press("t")
    await page.locator("#note").press_sequentially("two trucks")
    await page.goto("about:blank")
    other = await desks.window()
    await sign_in(other, person, DESK)

    async def are_there() -> bool:
        await other.reload()
        return await other.locator("#note").input_value() == "two trucks"

    await until(are_there)


async def test_an_eighth_tab_opens_as_fast_as_the_first(desks: Desks) -> None:
    person = somebody_new("lead_gen", "caller")
    page = await desks.open(person, DESK)
    tabs: list[Page] = [page]
    for _ in range(7):
        await tabs[-1].evaluate(HIDE, True)
        tab: Any = await page.context.new_page()
        await tab.goto(DESK)
        await expect(tab.locator("#live")).to_be_attached()
        tabs.append(tab)
    await expect(tabs[-1].locator("#conn")).to_contain_text("Live")
    # Whoever comes back to one of them finds it at work.
    await tabs[-1].evaluate(HIDE, True)
    async with tabs[1].expect_request("**/desk/events"):
        await tabs[1].evaluate(HIDE, False)
    await expect(tabs[1].locator("html[data-lost]")).to_have_count(0)
