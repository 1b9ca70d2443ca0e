"""Whatever breaks in the middle of a call: a server that is killed or restarted, a tier that is away, a lease that
ends. Nothing typed is lost, and every call is written down once."""

from __future__ import annotations

import re
import signal
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.desks import Desks, Person, somebody_new
from tests.browser.test_call_desk import DESK, caller_before, caller_with, on_the_line, says
from tests.browser.watch import Watch
from tests.fixtures.house import POLICIES, House, until

OFFLINE = "[data-offline]"


async def lead_of(house: House, person: Person, company: str = "") -> Any:
    """The lead of this caller's that is called so, with its calls."""
    found = (await house.get("lead_gen", f"/v1/leads?q={person.id}&limit=50"))["items"]
    lead = next(one for one in found if one["company"] == (company or one["company"]))
    return await house.get("lead_gen", f"/v1/leads/{lead['id']}")


async def outcomes(house: House, person: Person, company: str) -> list[str]:
    """How the calls of this lead ended."""
    return [call["outcome"] for call in (await lead_of(house, person, company))["calls"]]


async def number_of(house: House, person: Person) -> str:
    lead = await lead_of(house, person)
    told = await house.post("lead_gen", f"/v1/leads/{lead['id']}/reveal", {"reason": "a test"})
    return str(told["phones"][0])


async def types_a_note(page: Page, text: str) -> None:
    await page.keyboard.press("t")
    await page.keyboard.type(text)


async def test_the_server_is_killed_while_an_outcome_is_typed(desks: Desks, house: House, watch: Watch) -> None:
    person = await caller_with(house, 1)
    page = await on_the_line(desks, person)
    company = await page.locator("#lead h1").inner_text()
    await page.keyboard.press("y")
    await expect(page.get_by_role("button", name="Hand over and go on")).to_be_visible()
    await types_a_note(page, "two trucks")
    await expect(page.locator("#saved")).to_have_text("saved")
    watch.expect_server_away()
    async with house.without("lead_gen_api"):
        await page.keyboard.type(" a week")
        await expect(page.locator(OFFLINE)).to_be_visible()
        # Not even a page that is loaded again meanwhile loses a letter.
        await page.reload()
        await expect(page.get_by_role("heading")).to_have_text("Lead generation is away for a moment")
    await expect(page.locator("#note")).to_have_value("two trucks a week")
    await page.keyboard.press("y")
    await expect(page.get_by_role("button", name="Hand over and go on")).to_be_visible()
    await page.keyboard.press("Enter")
    await says(page, "Interested")
    assert await outcomes(house, person, company) == ["interested"]


@pytest.mark.parametrize("is_written", [False, True], ids=["before it is written", "before it is answered"])
async def test_the_server_is_killed_while_an_outcome_is_sent(
    desks: Desks, house: House, watch: Watch, is_written: bool
) -> None:
    person = await caller_with(house, 2)
    page = await on_the_line(desks, person)
    company = await page.locator("#lead h1").inner_text()
    await types_a_note(page, "asks for Monday")
    await expect(page.locator("#saved")).to_have_text("saved")
    await page.keyboard.press("Escape")
    watch.expect_server_away()
    async with house.dying("lead_gen_api") as send:
        if is_written:

            async def lose_the_answer(route: Route) -> None:
                await route.fetch()
                send(signal.SIGKILL)
                await route.abort("connectionreset")

            await page.route("**/desk/outcome", lose_the_answer, times=1)
            await page.keyboard.press("b")
        else:
            send(signal.SIGSTOP)
            async with page.expect_request("**/desk/outcome"):
                await page.keyboard.press("b")
            send(signal.SIGKILL)
        await expect(page.locator("#line")).to_contain_text("waits here, and is sent when the connection is back")
        await expect(page.locator("#note")).to_have_value("asks for Monday")
    await says(page, "“Busy” was sent.")
    await expect(page.locator("#lead h1")).not_to_have_text(company)
    await expect(page.locator("#note")).to_have_value("")
    calls = (await lead_of(house, person, company))["calls"]
    assert [(call["outcome"], call["note"]) for call in calls] == [("busy", "asks for Monday")]
    assert await page.evaluate("Object.keys(localStorage)") == []


async def test_a_deploy_while_a_page_is_open_leaves_its_forms_and_its_stream_alive(
    desks: Desks, house: House, watch: Watch
) -> None:
    person = await caller_with(house, 2)
    page = await on_the_line(desks, person)
    await page.evaluate("window.stayed = true")
    await types_a_note(page, "before and")
    watch.expect_server_away()
    async with house.without("lead_gen_api", signal.SIGTERM):
        await expect(page.locator(OFFLINE)).to_be_visible()
        await page.keyboard.type(" after")
    await expect(page.locator(OFFLINE)).to_be_hidden()
    await expect(page.locator("#note")).to_have_value("before and after")
    await expect(page.locator("#note")).to_be_focused()
    await expect(page.locator("#saved")).to_have_text("saved")
    await page.keyboard.press("Escape")
    await page.keyboard.press("v")
    await says(page, "Voicemail")
    assert await page.evaluate("window.stayed")
    # The stream is there again, too.
    lead = await page.locator("#lead").get_attribute("data-lead")
    told = await house.post("lead_gen", f"/v1/leads/{lead}/reveal", {"reason": "a test"})
    answer = await (await house.at("lead_gen")).put(f"/v1/do-not-call/{told['phones'][0]}", json={"scope": "company"})
    assert answer.status_code < 300, answer.text
    await expect(page.locator("#lost")).to_contain_text("must not be called any more")


async def test_tier_2_is_stopped_during_a_call_and_the_call_goes_on(desks: Desks, house: House, watch: Watch) -> None:
    await house.post("conversion", "/v1/managers", {"id": somebody_new("conversion", "manager").id, "name": "Marta"})
    person = await caller_with(house, 1)
    watch.expect_server_away()
    async with house.without("conversion_api"):
        page = await on_the_line(desks, person)
        company = await page.locator("#lead h1").inner_text()
        await expect(page.get_by_text("The managers' calendar does not answer.")).to_be_visible()
        # That tier is away, not this one.
        await expect(page.locator(OFFLINE)).to_be_hidden()
        await page.keyboard.press("y")
        await types_a_note(page, "two trucks")
        await page.keyboard.press("Control+Enter")
        await says(page, "Interested")
    lead = await lead_of(house, person, company)

    async def arrived() -> Any:
        page = await house.get("conversion", "/v1/hand-overs?state=open&limit=200")
        return [one for one in page["items"] if one["lead_id"] == lead["id"]]

    assert len(await until(arrived)) == 1


async def colleague_of(house: House, person: Person, campaign: str) -> Person:
    """Another caller on a shift, of the same campaign."""
    other = somebody_new("lead_gen", "caller")
    shift = (await house.get("lead_gen", f"/v1/shifts?caller_id={person.id}"))["items"][0]
    known = {"id": other.id, "name": "Nazar", "languages": ["uk"], "campaigns": [campaign], "daily_quota": 20}
    await house.post("lead_gen", "/v1/callers", known)
    times = {name: shift[name] for name in ("starts_at", "ends_at")}
    await house.post("lead_gen", "/v1/shifts", {"caller_id": other.id, **times})
    return other


@asynccontextmanager
async def leases_of(house: House, seconds: float) -> AsyncIterator[None]:
    """Leads are kept for so long while the block runs."""
    usual = POLICIES["lead_gen"]
    await house.post("lead_gen", "/v1/policies", {"body": {**usual, "lease": seconds}})
    try:
        yield
    finally:
        await house.post("lead_gen", "/v1/policies", {"body": usual})


async def test_a_lead_whose_lease_ends_goes_to_a_colleague_and_its_words_stay(desks: Desks, house: House) -> None:
    person, campaign = await caller_before(house, 1)
    other = await colleague_of(house, person, campaign)
    await house.post("lead_gen", f"/v1/campaigns/{campaign}/start")
    theirs = await desks.open(other, DESK)
    await theirs.keyboard.press("Enter")
    await expect(theirs.get_by_role("heading", name="Ready when you are")).to_be_visible()
    async with leases_of(house, 5):
        page = await on_the_line(desks, person)
        await types_a_note(page, "decides on Monday")
        await expect(page.locator("#saved")).to_have_text("saved")
        await page.context.close()
    # Nothing is due while it is mine; when my time is over it comes to them by itself.
    await theirs.keyboard.press("Enter")
    await expect(theirs.locator("#lead h1")).to_contain_text(person.id)
    await expect(theirs.locator("#note")).to_have_value("")
    again = await desks.open(person, DESK)
    await expect(again.locator("#lost")).to_contain_text("A colleague is calling")
    await expect(again.get_by_text("decides on Monday")).to_be_visible()
    await again.keyboard.press("g")
    await expect(again.locator("#lost")).to_have_count(0)
    given = await house.get("lead_gen", "/v1/call-notes")
    assert [one["typed"]["note"] for one in given["items"] if one["caller"] == person.id] == ["decides on Monday"]


async def test_an_open_page_whose_lease_ends_hides_the_number(desks: Desks, house: House) -> None:
    person = await caller_with(house, 1)
    async with leases_of(house, 3):
        page = await on_the_line(desks, person)
        number = await number_of(house, person)
        # Nobody touches anything: at zero the page asks, and the lead is back in the queue.
        await expect(page.locator("#lost")).to_contain_text("went back to the queue")
        assert number not in await page.content()
        await page.keyboard.press("r")
        await expect(page.locator("#lead h1")).to_contain_text(person.id)


async def test_a_finger_that_presses_twice_ends_one_call(desks: Desks, house: House) -> None:
    person = await caller_with(house, 3)
    page = await on_the_line(desks, person)
    first = await page.locator("#lead h1").inner_text()
    await page.keyboard.down("o")
    for _ in range(3):
        await page.keyboard.down("o")  # held: the keyboard repeats it
    await page.keyboard.up("o")
    await says(page, "No answer")
    second = await page.locator("#lead h1").inner_text()
    assert second != first
    await page.get_by_role("button", name="Busy").first.dblclick()
    await says(page, "Busy")
    third = await page.locator("#lead h1").inner_text()
    assert third not in {first, second}
    await page.keyboard.press("y")
    await expect(page.get_by_role("button", name="Hand over and go on")).to_be_visible()
    await page.get_by_role("button", name="Hand over and go on").dblclick()
    await expect(page.get_by_role("heading", name="Nothing is due")).to_be_visible()
    ended = [await outcomes(house, person, company) for company in (first, second, third)]
    assert ended == [["no_answer"], ["busy"], ["interested"]]


async def test_two_windows_of_one_caller_show_the_same_lead(desks: Desks, house: House) -> None:
    person = await caller_with(house, 2)
    page = await on_the_line(desks, person)
    other = await desks.open(person, DESK)
    company = await page.locator("#lead h1").inner_text()
    await expect(other.locator("#lead h1")).to_have_text(company)
    await page.keyboard.press("v")
    await says(page, "Voicemail")
    following = await page.locator("#lead h1").inner_text()
    assert following != company
    await expect(other.locator("#lead h1")).to_have_text(following)


async def test_drafts_of_a_call_are_gone_with_whoever_signs_out(desks: Desks, house: House, watch: Watch) -> None:
    person = await caller_with(house, 1)
    page = await on_the_line(desks, person)
    watch.expect_server_away()
    await page.context.set_offline(True)
    await types_a_note(page, f"private {uuid.uuid4()}")
    await page.keyboard.press("Escape")
    assert await page.evaluate("Object.keys(localStorage).length") == 1
    await page.context.set_offline(False)
    await expect(page.locator(OFFLINE)).to_be_hidden()
    await page.get_by_role("button", name=re.compile("^You: ")).click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Who are you today?")).to_be_visible()
    assert await page.evaluate("Object.keys(localStorage).length") == 0
