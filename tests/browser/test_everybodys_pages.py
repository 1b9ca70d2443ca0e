"""The pages that are everybody's: signing in and out, home, refusals, and the parts that desks are made of."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.desks import CALLER, MANAGER, OPS, Desks, somebody_new
from tests.browser.looks import flaws
from tests.browser.watch import Watch


async def test_a_stranger_is_asked_who_they_are_and_led_to_the_page_they_wanted(desks: Desks) -> None:
    page = await desks.open(OPS, "/ops/components")
    await expect(page).to_have_url(re.compile(r"/ops/components$"))
    await expect(page.get_by_role("heading", name="Every component, in every state")).to_be_visible()


async def test_the_sign_in_page_can_be_used_by_everybody(desks: Desks) -> None:
    page = await desks.window()
    await page.goto("/")
    # In an organisation that is empty this is how one begins.
    await expect(page.get_by_label("Their id")).to_be_visible()
    assert await flaws(page) == {}


async def test_every_component_can_be_used_by_everybody(desks: Desks) -> None:
    page = await desks.open(OPS, "/ops/components")
    assert await flaws(page) == {}


async def test_home_sends_everybody_to_their_desk(desks: Desks) -> None:
    page = await desks.open(CALLER)
    await expect(page).to_have_url(re.compile(r"/lead-gen/desk/$"))


async def test_home_says_what_there_is_for_people_without_a_desk(desks: Desks) -> None:
    page = await desks.open(somebody_new("lead_gen", "supervisor"))
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await flaws(page) == {}


async def test_somebody_of_another_tier_is_refused_in_words_and_finds_their_way(desks: Desks, watch: Watch) -> None:
    watch.expect(403, "/lead-gen/desk/")
    page = await desks.open(MANAGER, "/lead-gen/desk/")
    await expect(page.get_by_role("heading", level=1)).to_have_text("This is not yours to do")
    assert await flaws(page, ["desktop"]) == {}
    await page.get_by_role("link", name="To your desk").click()
    await expect(page).not_to_have_url(re.compile("/lead-gen/"))


async def test_who_signs_out_is_asked_again_who_they_are(desks: Desks) -> None:
    page = await desks.open(OPS, "/ops/components")
    await page.get_by_role("button", name=re.compile("^You: ")).click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Who are you today?")).to_be_visible()
    await page.goto("/ops/components")
    await expect(page.get_by_role("heading", name="Who are you today?")).to_be_visible()


async def test_a_page_that_is_not_there_says_so(desks: Desks, watch: Watch) -> None:
    watch.expect(404)
    page = await desks.open(OPS, "/ops/components")
    answer = await page.goto("/ops/desk/nothing")
    assert answer is not None and answer.status == 404


async def test_light_and_dark_are_kept_for_the_next_page(desks: Desks) -> None:
    page = await desks.open(OPS, "/ops/components")
    await page.keyboard.press("Shift+L")
    await expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


async def test_a_question_asked_in_place_is_left_by_escape(desks: Desks) -> None:
    page = await desks.open(OPS, "/ops/components")
    asked = page.locator("#ask-light")
    await asked.locator("summary").click()
    await expect(asked.get_by_text("The deal ends.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(asked.get_by_text("The deal ends.")).to_be_hidden()


async def test_keys_are_shown_by_a_question_mark(desks: Desks) -> None:
    page = await desks.open(OPS, "/ops/components")
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#keys")).to_be_hidden()
