"""A caller's day in the browser: a whole shift by keyboard, and everything that may come between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.desks import Desks, Person, somebody_new
from tests.browser.looks import flaws
from tests.browser.watch import Watch
from tests.fixtures.house import House, until
from tests.fixtures.scripts import script

DESK = "/lead-gen/desk/"
_NUMBERS = count(1_000)
# How many pixels the page, and the card in the middle, would have to be scrolled.
TOO_HIGH = """
() => {
  const card = document.querySelector("#step > .card-body");
  return [document.documentElement.scrollHeight - innerHeight, card.scrollHeight - card.clientHeight];
}
"""


async def caller_with(house: House, leads: int, *, phones: int = 1) -> Person:
    """A new caller on a shift that has begun, with so many leads to call that nobody else is given."""
    person, campaign_id = await caller_before(house, leads, phones=phones)
    await house.post("lead_gen", f"/v1/campaigns/{campaign_id}/start")

    async def enrolled() -> bool:
        found = await house.get("lead_gen", f"/v1/leads?stage=calling&q={person.id}&limit=50")
        return len(found["items"]) == leads

    await until(enrolled)
    return person


async def caller_before(house: House, leads: int, *, phones: int = 1) -> tuple[Person, str]:
    """(the caller, their campaign, which has not begun)."""
    person = somebody_new("lead_gen", "caller")
    written = await house.post("lead_gen", "/v1/scripts", script(f"Script {person.id}"))
    made = await house.post(
        "lead_gen",
        "/v1/criteria",
        {"name": person.id, "include": [{"field": "industry", "op": "eq", "value": person.id}]},
    )
    body: dict[str, Any] = {"name": person.id, "criteria_id": made["id"], "script_id": written["id"], "priority": 0}
    campaign = await house.post("lead_gen", "/v1/campaigns", body)
    for number in range(leads):
        numbers = [f"+3804499{next(_NUMBERS):05d}" for _ in range(phones)]
        lead = {"company": f"{person.id} {number}", "phones": numbers, "industry": person.id, "city": "Lviv"}
        await house.post("lead_gen", "/v1/leads", lead)
    known = {"id": person.id, "name": "Sofia", "languages": ["uk"], "campaigns": [campaign["id"]], "daily_quota": 20}
    await house.post("lead_gen", "/v1/callers", known)
    now = datetime.now(UTC)
    times = {"starts_at": now - timedelta(minutes=5), "ends_at": now + timedelta(hours=4)}
    await house.post(
        "lead_gen", "/v1/shifts", {"caller_id": person.id, **{name: at.isoformat() for name, at in times.items()}}
    )
    return person, str(campaign["id"])


async def on_the_line(desks: Desks, person: Person) -> Page:
    """Signed on, with the first lead before them."""
    page = await desks.open(person, DESK)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("#lead h1")).to_contain_text(person.id)
    return page


async def says(page: Page, words: str) -> None:
    """The status line tells this, and the act that led to it is over: keys count again."""
    await expect(page.locator("#line")).to_contain_text(words)
    await expect(page.locator("html[data-acting]")).to_have_count(0)


async def test_a_whole_shift_by_keyboard_only(desks: Desks, house: House) -> None:
    person = await caller_with(house, 6)
    page = await on_the_line(desks, person)
    step = page.locator("#step")
    await page.keyboard.press("1")
    await expect(step).to_contain_text("ship from Lviv")
    await page.keyboard.press("4")
    await expect(step).to_contain_text("A second one helps.")
    await page.keyboard.press("Backspace")
    await expect(step).to_contain_text("ship from Lviv")
    await page.keyboard.press("t")
    await page.keyboard.type("12 pallets a month")
    await page.keyboard.press("Escape")
    await page.keyboard.press("y")
    await expect(step.get_by_role("button", name="Hand over and go on")).to_be_visible()
    await expect(step.locator("#note")).to_have_value("12 pallets a month")
    await page.keyboard.press("Enter")
    await says(page, "Interested")
    await page.keyboard.press("o")
    await says(page, "No answer")
    await page.keyboard.press("k")
    await expect(step).to_contain_text("Call back when?")
    await page.keyboard.press("3")
    await expect(page.locator("#when")).to_contain_text("Say:")
    await page.keyboard.press("Enter")
    await says(page, "Callback")
    await page.keyboard.press("x")
    await page.keyboard.press("2")
    await page.keyboard.press("Enter")
    await says(page, "Not interested")
    await page.keyboard.press("h")
    await page.keyboard.type("Who pays the demurrage?")
    await page.keyboard.press("Control+Enter")
    await says(page, "Hard question")
    await page.keyboard.press("d")
    await says(page, "Do not call")
    await expect(page.get_by_role("heading", name="Nothing is due")).to_be_visible()
    await page.keyboard.press("p")
    await expect(page.get_by_role("heading", name="You are on a break")).to_be_visible()
    await page.keyboard.press("p")
    await expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    await page.get_by_role("button", name="Sign off").click()
    await expect(page.get_by_role("heading", name="That was your shift. Thank you!")).to_be_visible()
    await expect(page.get_by_role("row", name="Calls made")).to_contain_text("6")


async def test_an_outcome_is_taken_back_by_u(desks: Desks, house: House) -> None:
    person = await caller_with(house, 2)
    page = await on_the_line(desks, person)
    company = await page.locator("#lead h1").inner_text()
    await page.keyboard.press("v")
    await says(page, "Voicemail")
    await expect(page.locator("#lead h1")).not_to_have_text(company)
    await page.keyboard.press("u")
    await expect(page.locator("#lead h1")).to_have_text(company)


async def test_a_browser_closed_in_mid_call_comes_back_to_the_same_lead_and_words(desks: Desks, house: House) -> None:
    person = await caller_with(house, 2)
    page = await on_the_line(desks, person)
    company = await page.locator("#lead h1").inner_text()
    await page.keyboard.press("1")
    await expect(page.locator("#step")).to_contain_text("ship from Lviv")
    await page.keyboard.press("t")
    await page.keyboard.type("in the middle of a word")
    await expect(page.locator("#saved")).to_have_text("saved")
    await page.context.close()
    again = await desks.open(person, DESK)
    await expect(again.locator("#lead h1")).to_have_text(company)
    await expect(again.locator("#note")).to_have_value("in the middle of a word")
    await expect(again.locator("#step")).to_contain_text("ship from Lviv")


async def test_a_lead_that_went_back_to_the_queue_is_taken_back_with_what_was_typed(desks: Desks, house: House) -> None:
    person = await caller_with(house, 1)
    page = await on_the_line(desks, person)
    await page.keyboard.press("t")
    await page.keyboard.type("decides on Monday")
    await expect(page.locator("#saved")).to_have_text("saved")
    # Another window of the same person gives it back.
    other = await desks.open(person, DESK)
    await other.get_by_role("button", name="Give back").click()
    await expect(page.locator("#lost")).to_contain_text("went back to the queue")
    await expect(page.get_by_text("decides on Monday")).to_be_visible()
    await expect(page.locator("#dial")).to_have_count(0)
    assert await flaws(page) == {}
    await page.keyboard.press("r")
    await expect(page.locator("#note")).to_have_value("decides on Monday")


async def test_do_not_call_arrives_while_the_page_is_open(desks: Desks, house: House) -> None:
    person = await caller_with(house, 1)
    page = await on_the_line(desks, person)
    found = (await house.get("lead_gen", f"/v1/leads?q={person.id}"))["items"][0]
    number = (await house.post("lead_gen", f"/v1/leads/{found['id']}/reveal", {"reason": "a test"}))["phones"][0]
    boss = await house.at("lead_gen")
    answer = await boss.put(f"/v1/do-not-call/{number}", json={"scope": "company"})
    assert answer.status_code < 300, answer.text
    await expect(page.locator("#lost")).to_contain_text("must not be called any more")
    assert number not in await page.content()


async def test_a_lead_that_calls_us_is_taken_from_the_page(desks: Desks, house: House) -> None:
    person = await caller_with(house, 1)
    page = await on_the_line(desks, person)
    found = (await house.get("lead_gen", f"/v1/leads?q={person.id}"))["items"][0]
    number = (await house.post("lead_gen", f"/v1/leads/{found['id']}/reveal", {"reason": "a test"}))["phones"][0]
    await house.post("lead_gen", "/v1/inbound-calls", {"from": number})
    await expect(page.locator("#lost")).to_contain_text("has just called us")


async def test_the_call_goes_on_while_tier_2_is_silent(desks: Desks, house: House, watch: Watch) -> None:
    person = await caller_with(house, 1)
    watch.expect_server_away()
    page = await desks.open(person, DESK)
    await page.route("**/conversion/desk/slots*", lambda route: route.fulfill(status=503, body="away"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The managers' calendar does not answer.")).to_be_visible()
    await page.keyboard.press("y")
    await page.keyboard.press("t")
    await page.keyboard.type("two trucks")
    await page.keyboard.press("Control+Enter")
    await says(page, "Interested")


async def test_a_free_time_of_a_manager_is_kept_and_goes_with_the_lead(desks: Desks, house: House) -> None:
    manager = somebody_new("conversion", "manager")
    known = {"id": manager.id, "name": "Marta", "languages": ["uk"], "regions": [], "segments": [], "weight": 1}
    await house.post("conversion", "/v1/managers", {**known, "capacity": 5, "active": True})
    person = await caller_with(house, 1)
    page = await on_the_line(desks, person)
    await page.keyboard.press("s")
    await expect(page.locator("#slots")).to_contain_text("Kept for them.")
    await page.keyboard.press("y")
    await expect(page.get_by_role("button", name="Hand over and go on")).to_be_visible()
    await page.keyboard.press("Enter")
    await says(page, "Interested")


async def test_instructions_are_searched_while_talking(desks: Desks, house: House) -> None:
    body = {"title": "They ask who we are", "text": "Say the name of the house, then go on.", "tags": []}
    await house.post("lead_gen", "/v1/instructions", body)
    page = await on_the_line(desks, await caller_with(house, 1))
    await page.keyboard.press("/")
    await page.keyboard.type("who we")
    await expect(page.locator("#found")).to_contain_text("They ask who we are")
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="why").click()
    await expect(page.locator("#why")).to_contain_text("Why this lead")


async def test_the_next_lead_appears_by_itself(desks: Desks, house: House) -> None:
    person, campaign_id = await caller_before(house, 1)
    page = await desks.open(person, DESK)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Nothing is due")).to_be_visible()
    assert await flaws(page) == {}
    await house.post("lead_gen", f"/v1/campaigns/{campaign_id}/start")
    await expect(page.locator("#lead h1")).to_contain_text(person.id)


async def test_every_state_of_a_call_can_be_used_by_everybody(desks: Desks, house: House) -> None:
    person = await caller_with(house, 2, phones=2)
    page = await on_the_line(desks, person)
    await expect(page.locator("#slots")).not_to_contain_text("Asking")
    found = {"script": await flaws(page)}
    for letter in "kxyhw":
        await page.keyboard.press("Escape")
        await page.keyboard.press(letter)
        await expect(page.get_by_role("button", name="Back to script")).to_be_visible()
        found[letter] = await flaws(page)
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Back to script")).to_have_count(0)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_nothing_scrolls_at_1280_by_720(desks: Desks, house: House) -> None:
    page = await on_the_line(desks, await caller_with(house, 1, phones=2))
    await page.keyboard.press("1")
    await expect(page.locator("#step")).to_contain_text("ship from Lviv")
    for letter in ("", "k", "x", "y", "h"):
        if letter:
            await page.keyboard.press(letter)
            await expect(page.get_by_role("button", name="Back to script")).to_be_visible()
        assert await page.evaluate(TOO_HIGH) == [0, 0], letter
        if letter:
            await page.keyboard.press("Escape")
            await page.keyboard.press("Escape")
            await expect(page.get_by_role("button", name="Back to script")).to_have_count(0)


async def test_on_a_phone_one_button_opens_the_outcomes(desks: Desks, house: House) -> None:
    person = await caller_with(house, 2)
    page = await on_the_line(desks, person)
    company = await page.locator("#lead h1").inner_text()
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="How did it end?").click()
    await page.locator("#ends").get_by_role("button", name="Busy").click()
    await says(page, "Busy")
    await expect(page.locator("#ends")).to_be_hidden()
    await expect(page.locator("#lead h1")).not_to_have_text(company)
