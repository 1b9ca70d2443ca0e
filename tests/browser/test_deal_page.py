"""The page of one deal in a browser: a manager's way with a lead by keyboard, two people at one deal, nothing lost."""

from __future__ import annotations

import re
import uuid
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.desks import PHONE, Desks, Person
from tests.browser.looks import flaws
from tests.browser.watch import Watch
from tests.fixtures.house import House, until

QUESTION = "Who pays the demurrage if the broker holds the truck?"
ALWAYS = {"timezone": "Europe/Kyiv", "hours": {str(day): ["00:00", "24:00"] for day in range(7)}}
BOSS = Person("supervisor-andrii", "conversion", "supervisor")


async def fresh_deal(house: House, outcome: str = "interested", **told: Any) -> tuple[Person, str]:
    """A deal of a new lead, accepted by the manager whom it was offered to; who that is, and the deal's page."""
    name, number = f"Viter {uuid.uuid4().hex[:8]}", uuid.uuid4().int % 10_000_000
    await house.post("conversion", "/v1/managers", {"id": f"manager-{uuid.uuid4().hex[:8]}", "name": "Anna Melnyk"})
    client = await house.at("lead_gen")
    rows = f"Company name,Phone Number,Industry,Email\n{name},+38044{number:07d},{name},olena@{name[6:]}.example\n"
    answer = await client.post(
        "/v1/imports", files={"file": ("one.csv", rows.encode())}, data={"default_region": "UA", "mapping": "hubspot"}
    )
    assert answer.status_code == 202, answer.text

    async def imported() -> Any:
        return (await house.get("lead_gen", answer.headers["location"]))["state"] == "done"

    await until(imported)
    include = [{"field": "industry", "op": "eq", "value": name}]
    criteria = await house.post("lead_gen", "/v1/criteria", {"name": name, "include": include})
    campaign = await house.post("lead_gen", "/v1/campaigns", {"name": name, "criteria_id": criteria["id"]})
    await house.post("lead_gen", f"/v1/campaigns/{campaign['id']}/start")
    caller = await house.at("lead_gen", "caller", "caller-of-deals")

    async def leased() -> Any:
        found = await caller.post("/v1/calls/next", json={"campaign_id": campaign["id"]})
        return found.json() if found.status_code == 200 else None

    call = await until(leased)
    body = {"token": call["token"], "outcome": outcome, **told}
    path = f"/v1/calls/{call['item_id']}/outcome"
    await house.post("lead_gen", path, body, role="caller", person="caller-of-deals")

    async def offered() -> Any:
        page = await house.get("conversion", "/v1/hand-overs?state=open&limit=200")
        return next((one for one in page["items"] if one["lead_id"] == call["lead"]["id"] and one["manager"]), None)

    offer = await until(offered)
    manager = Person(offer["manager"], "conversion", "manager")
    await house.post("conversion", f"/v1/hand-overs/{offer['item_id']}/accept", role="manager", person=manager.id)
    return manager, f"/conversion/desk/deals/{offer['deal_id']}"


async def knows(house: House, manager: Person, page: str) -> None:
    """What an offer needs is known."""
    facts = {"need": "a truck a week", "authority": "the owner", "timing": "from next month"}
    deal = page.rpartition("/")[2]
    await house.post("conversion", f"/v1/deals/{deal}/qualify", facts, role="manager", person=manager.id)


async def typed(page: Page, text: str) -> None:
    """Write where the focus is, and send it."""
    await expect(page.locator("textarea:focus, input:focus")).to_be_visible()
    await page.keyboard.type(text)
    await page.keyboard.press("Control+Enter")


async def line_of_my_own(page: Page, name: str, price: str, off: str = "") -> None:
    """An offer's one line, in the editor that is open."""
    await page.get_by_role("button", name="Line of my own").click()
    await page.get_by_label("What it is").fill(name)
    await page.get_by_label(re.compile("^Price")).fill(price)
    if off:
        await page.get_by_label(re.compile("^Discount in percent")).fill(off)


async def test_a_manager_answers_books_offers_and_wins_by_keyboard_alone(house: House, desks: Desks) -> None:
    manager, path = await fresh_deal(house, "hard_question", question=QUESTION)
    page = await desks.open(manager, path)
    await expect(page.get_by_text(f"“{QUESTION}”")).to_be_visible()
    await page.keyboard.press("q")
    await typed(page, "The shipper, after 24 hours.")
    await expect(page.get_by_text("Answered. Call them back")).to_be_visible()
    await expect(page.get_by_text("Hard question answered")).to_be_visible()

    await page.keyboard.press("n")
    await typed(page, "Prefers the morning.")
    await expect(page.locator("#history").get_by_text("Prefers the morning.")).to_be_visible()

    await page.keyboard.press("m")
    await expect(page.get_by_role("heading", name="Book a meeting")).to_be_visible()
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Booked. They get an invitation by mail.")).to_be_visible()

    await knows(house, manager, path)
    await expect(page.get_by_text("3 of 6")).to_be_visible()
    await page.keyboard.press("g")
    await expect(page.get_by_placeholder("+ line from the catalogue")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    name = page.get_by_label("What it is")
    await expect(name).to_be_focused()
    await page.keyboard.type("Groupage Lviv to Poznan")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("3 600,50")
    await expect(page.locator("#sums")).to_contain_text("4,320.60")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("The offer is made.")).to_be_visible()
    await page.keyboard.press("s")
    await expect(page.get_by_text("On its way, with the PDF.")).to_be_visible()

    await page.keyboard.press("w")
    await expect(page.get_by_role("heading", name="Close the sale")).to_be_visible()
    await typed(page, "confirmed on the phone")
    await expect(page.get_by_text("Won. Account management takes over.")).to_be_visible()
    await expect(page.get_by_text("Won: account management goes on from here.")).to_be_visible()
    assert (await house.get("conversion", f"/v1/deals/{path.rpartition('/')[2]}"))["stage"] == "won"


async def test_an_offer_above_the_limit_is_approved_in_the_supervisors_browser(house: House, desks: Desks) -> None:
    manager, path = await fresh_deal(house)
    await knows(house, manager, path)
    mine = await desks.open(manager, path)
    await mine.keyboard.press("g")
    await line_of_my_own(mine, "Groupage", "1000", "25")
    await expect(mine.locator("#sums")).to_contain_text("900.00")
    await mine.get_by_role("button", name="Make the offer").click()
    theirs = await desks.open(BOSS, path)
    await expect(theirs.get_by_text("waits for approval").first).to_be_visible()
    await theirs.keyboard.press("a")
    await expect(theirs.get_by_text("Approved. The offer may go out.")).to_be_visible()
    # The manager sees it without doing anything.
    await expect(mine.get_by_text("not sent yet")).to_be_visible()
    await expect(mine.get_by_role("button", name="Send by mail")).to_be_visible()


async def test_what_happens_elsewhere_appears_and_what_is_read_or_typed_stays(house: House, desks: Desks) -> None:
    manager, path = await fresh_deal(house)
    mine, theirs = await desks.open(manager, path), await desks.open(BOSS, path)
    await mine.keyboard.press("n")
    await mine.keyboard.type("half a thou")
    await theirs.keyboard.press("n")
    await typed(theirs, "Their director rang me.")
    await expect(mine.locator("#history").get_by_text("Their director rang me.")).to_be_visible()
    await expect(mine.get_by_label("Note")).to_have_value("half a thou")
    await mine.locator("#history").hover()
    await theirs.keyboard.press("n")
    await typed(theirs, "And once more.")
    await expect(mine.get_by_role("link", name="1 new")).to_be_visible()
    await expect(mine.get_by_text("And once more.")).to_have_count(0)
    await mine.get_by_role("link", name="1 new").click()
    await expect(mine.get_by_text("And once more.")).to_be_visible()


async def test_somebody_who_is_signed_out_in_mid_form_loses_nothing(house: House, desks: Desks, watch: Watch) -> None:
    manager, path = await fresh_deal(house)
    page = await desks.open(manager, path)
    watch.expect(401)
    await page.keyboard.press("n")
    await page.keyboard.type("what they said about the price")
    await page.context.clear_cookies()
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("You are signed out.")).to_be_visible()
    await expect(page.get_by_label("Note")).to_have_value("what they said about the price")


async def test_a_colleague_reads_and_is_told_whose_it_is(house: House, desks: Desks) -> None:
    _, path = await fresh_deal(house)
    page = await desks.open(Person("manager-of-others", "conversion", "manager"), path)
    await expect(page.get_by_text("You can read it; only they or a supervisor act on it.")).to_be_visible()
    await expect(page.get_by_role("link", name="Won")).to_have_count(0)
    assert await flaws(page, ["desktop"]) == {}


async def test_the_page_and_its_forms_can_be_used_by_everybody(house: House, desks: Desks) -> None:
    manager, path = await fresh_deal(house, "hard_question", question=QUESTION)
    await knows(house, manager, path)
    page = await desks.open(manager, path, size=PHONE)
    assert await flaws(page) == {}
    for ask in ("win", "book", "offer", "mail", "step", "qualify"):
        await page.goto(f"{path}?do={ask}")
        assert (ask, await flaws(page, ["desktop", "phone"])) == (ask, {})
