"""What all desks stand on, in a real browser: nothing typed is lost, nothing is done twice, and what changes elsewhere
appears by itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Page, expect

from services.chassis.db import create_pool
from tests.browser.desks import CALLER, Desks, Person, sign_in
from tests.browser.ground import HERE, Ground, ground_at
from tests.browser.watch import Watch
from tests.fixtures.postgres import FreshDatabase

NAZAR = Person("caller-nazar", "lead_gen", "caller")


@pytest_asyncio.fixture(loop_scope="session")
async def ground(fresh_database: FreshDatabase) -> AsyncIterator[Ground]:
    dsn = await fresh_database("ground", packages=["tests.api.toy_migrations"])
    pool = await create_pool(dsn, application_name="test", max_size=3)
    async with ground_at(dsn, pool) as running:
        yield running
    pool.terminate()


@pytest_asyncio.fixture(loop_scope="session")
async def desks(ground: Ground, desks_at: Callable[[str], Desks]) -> Desks:
    return desks_at(ground.address)


async def marked(page: Page) -> None:
    """Leave a mark that a page which is loaded anew would not have."""
    await page.evaluate("window.stayed = true")


async def test_what_was_sent_leads_on_without_loading_the_page(desks: Desks, ground: Ground) -> None:
    page = await desks.open(CALLER, HERE)
    await marked(page)
    await page.get_by_label("Text").fill("first")
    await page.get_by_label("More").fill("about the first")
    await page.keyboard.press("Escape")
    await page.keyboard.press("o")
    await expect(page.get_by_role("heading", name="Subject 1")).to_be_visible()
    await expect(page).to_have_title("Subject 1 · Leadrelay")
    await expect(page.locator("#line")).to_contain_text("Kept.")
    # Nothing that was typed about one subject stands in the fields of the next, and no button keeps the focus.
    await expect(page.get_by_label("Text")).to_have_value("")
    await expect(page.get_by_label("More")).to_have_value("")
    assert await page.evaluate("[window.stayed, document.activeElement.id]") == [True, "main"]
    assert page.url == f"{ground.address}{HERE}"
    assert await ground.notes() == ["first"]


async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    desks: Desks, ground: Ground, watch: Watch
) -> None:
    watch.expect(422)
    watch.expect(409)
    page = await desks.open(CALLER, HERE)
    await page.get_by_label("More").fill("kept")
    for wrong, where in (("wrong", "p[data-refused]"), ("taken", "#line")):
        await page.get_by_label("Text").fill(wrong)
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(where)).to_contain_text(
            "Must not be wrong." if wrong == "wrong" else "Somebody else has written this."
        )
        await expect(page.get_by_label("Text")).to_have_value(wrong)
        await expect(page.get_by_label("More")).to_have_value("kept")
    await page.get_by_label("Text").fill("right")
    await expect(page.locator("p[data-refused]")).to_have_count(0)
    await page.get_by_label("Text").press("Control+Enter")
    await expect(page.get_by_role("heading", name="Subject 1")).to_be_visible()
    assert await ground.notes() == ["right"]


async def test_a_draft_outlives_the_page_until_the_server_has_it(desks: Desks) -> None:
    page = await desks.open(CALLER, HERE)
    await page.get_by_label("More").fill("half a sentence")
    await page.reload()
    await expect(page.get_by_label("More")).to_have_value("half a sentence")
    await page.get_by_label("Text").fill("whole")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Subject 1")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("More")).to_have_value("")
    assert await page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('draft:')).length") == 0


async def test_what_saves_itself_while_it_is_typed_leaves_the_form_alone(desks: Desks, ground: Ground) -> None:
    page = await desks.open(CALLER, HERE)
    await page.get_by_label("Text").fill("still here")
    for typed in ("one", "one two"):
        async with page.expect_response("**/desk/draft"):
            await page.get_by_label("More").fill(typed)
        await expect(page.get_by_label("More")).to_be_focused()
        await expect(page.get_by_label("More")).to_have_value(typed)
    await expect(page.get_by_label("Text")).to_have_value("still here")
    assert await ground.drafts() == ["one", "one two"]


async def test_signing_out_leaves_no_draft_behind(desks: Desks) -> None:
    page = await desks.open(CALLER, HERE)
    await page.get_by_label("More").fill("private")
    await page.get_by_role("button", name=re.compile("^You: ")).click()
    await page.get_by_role("button", name="Sign out").click()
    await sign_in(page, NAZAR, HERE)
    assert await page.evaluate("Object.keys(localStorage).length") == 0
    await expect(page.get_by_label("More")).to_have_value("")


async def test_an_impatient_finger_sends_once(desks: Desks, ground: Ground) -> None:
    page = await desks.open(CALLER, HERE)
    ground.answers.clear()
    await page.get_by_label("Text").fill("once")
    await page.keyboard.press("Escape")
    for _ in range(3):
        await page.keyboard.press("o")
    ground.answers.set()
    await expect(page.get_by_role("heading", name="Subject 1")).to_be_visible()
    assert await ground.notes() == ["once"]


async def test_a_change_that_goes_unanswered_waits_and_its_answer_still_counts(desks: Desks, ground: Ground) -> None:
    page = await desks.open(CALLER, HERE)
    ground.answers.clear()
    await page.get_by_label("Text").fill("slow")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#line")).to_contain_text("“Send” waits here")
    await expect(page.locator("[data-offline]")).to_be_visible()
    await expect(page.get_by_label("Text")).to_have_value("slow")
    ground.answers.set()
    await expect(page.get_by_role("heading", name="Subject 1")).to_be_visible()
    await expect(page.locator("[data-offline]")).to_be_hidden()
    assert await ground.notes() == ["slow"]
    assert await page.evaluate("localStorage.getItem('queue:caller-olia')") is None


async def test_what_was_sent_while_the_server_was_down_is_sent_when_it_is_back(
    desks: Desks, ground: Ground, watch: Watch
) -> None:
    watch.expect_server_away()
    page = await desks.open(CALLER, HERE)
    await page.get_by_label("Text").fill("patient")
    await ground.stop()
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#line")).to_contain_text("waits here, and is sent when the connection is back")
    await expect(page.locator("#conn")).to_contain_text("No connection")
    await ground.write("meanwhile")
    await ground.start()
    await expect(page.locator("#line")).to_contain_text("was sent.")
    await expect(page.get_by_role("heading", name="Subject 2")).to_be_visible()
    await expect(page.locator("#list")).to_contain_text("meanwhile")
    await expect(page.locator("[data-offline]")).to_be_hidden()
    assert await ground.notes() == ["meanwhile", "patient"]


async def test_whoever_is_signed_out_under_an_open_page_goes_on_where_they_were(
    desks: Desks, ground: Ground, watch: Watch
) -> None:
    watch.expect(401)
    page = await desks.open(CALLER, HERE)
    await page.get_by_label("Text").fill("long thought")
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#signed-out")).to_be_visible()
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Sign in").click()
    other = await opened.value
    await other.locator(f'form:has(input[value="{CALLER.id}"]) button').first.click()
    await expect(other.get_by_role("heading", name="You are signed in")).to_be_visible()
    await page.bring_to_front()
    await expect(page.locator("#signed-out")).to_be_hidden()
    await expect(page.get_by_label("Text")).to_have_value("long thought")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Subject 1")).to_be_visible()
    assert await ground.notes() == ["long thought"]


async def test_two_browsers_see_each_others_acts(desks: Desks) -> None:
    mine, theirs = await desks.open(CALLER, HERE), await desks.open(NAZAR, HERE)
    await mine.get_by_label("More").fill("still typing")
    await theirs.get_by_label("Text").fill("from Nazar")
    await theirs.get_by_role("button", name="Send").click()
    await expect(mine.locator("#list")).to_contain_text("from Nazar", timeout=2_000)
    await expect(mine.get_by_label("More")).to_have_value("still typing")


async def test_a_list_that_is_being_read_waits_with_what_is_new(desks: Desks, ground: Ground) -> None:
    await ground.write("old")
    page = await desks.open(CALLER, HERE)
    await page.get_by_text("old").hover()
    await ground.write("one")
    await expect(page.get_by_role("button", name="1 new")).to_be_visible()
    await expect(page.locator("#list li")).to_have_count(1)
    await page.get_by_role("button", name="1 new").click()
    await expect(page.locator("#list li")).to_have_count(2)
    await ground.write("two")
    await expect(page.get_by_role("button", name="1 new")).to_be_visible()
    # Whoever looks away finds it there.
    await page.get_by_label("Text").hover()
    await expect(page.locator("#list li")).to_have_count(3)


async def test_a_row_that_somebody_else_took_fades_with_their_name(desks: Desks, ground: Ground) -> None:
    page = await desks.open(CALLER, HERE)
    await expect(page.locator("#live[data-htmx-powered]")).to_have_count(1)
    await ground.write("theirs")
    await expect(page.locator("#list")).to_contain_text("theirs")
    await ground.write("mine")
    await expect(page.locator("#list")).to_contain_text("mine")
    await ground.take("theirs", "caller-nazar")
    await expect(page.locator("[data-taken='taken by caller-nazar']")).to_have_text("theirs")
    await expect(page.locator("#list li")).to_have_count(1)


async def test_what_somebody_works_on_is_kept_for_them_without_moving_anything(desks: Desks) -> None:
    page = await desks.open(CALLER, HERE)
    async with page.expect_request(lambda request: request.url.endswith("/desk/keep")) as asked:
        await page.goto(f"{HERE}?seconds=60")
        await page.get_by_label("More").press_sequentially("at work")
    assert (await asked.value).method == "POST"
    await expect(page.locator("form[data-extend]")).to_have_count(0)
    assert await page.evaluate("document.activeElement.id") == "more"
    await expect(page.get_by_label("More")).to_have_value("at work")


async def test_a_server_that_is_silent_is_noticed_and_what_was_missed_is_fetched(
    desks: Desks, ground: Ground, watch: Watch
) -> None:
    watch.expect_server_away()
    page = await desks.open(CALLER, HERE)
    await expect(page.locator("#live[data-htmx-powered]")).to_have_count(1)
    await ground.stop()
    await expect(page.locator("[data-offline]")).to_be_visible()
    await page.get_by_label("Text").fill("goes on")
    await ground.write("missed")
    await ground.start()
    await expect(page.locator("[data-offline]")).to_be_hidden()
    await expect(page.locator("#list")).to_contain_text("missed")
    await expect(page.get_by_label("Text")).to_have_value("goes on")


async def test_a_stream_without_events_beats(desks: Desks) -> None:
    page = await desks.open(CALLER, HERE)
    beat = await page.evaluate(
        "new Promise((heard) => document.addEventListener('beat', (event) => heard(event.detail.data), { once: true }))"
    )
    assert '"now"' in beat
    await expect(page.locator("[data-offline]")).to_be_hidden()


async def test_at_zero_the_page_asks_the_server(desks: Desks, ground: Ground) -> None:
    page = await desks.open(CALLER, HERE)
    async with page.expect_request(f"{ground.address}{HERE}list"):
        await page.goto(f"{HERE}?seconds=1")


async def test_single_letters_can_be_switched_off(desks: Desks, ground: Ground) -> None:
    page = await desks.open(CALLER, HERE)
    await page.keyboard.press("?")
    await page.get_by_label("Single letters press buttons").uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    await page.get_by_label("Text").fill("by hand")
    await page.keyboard.press("Escape")
    await page.keyboard.press("o")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Subject 1")).to_be_visible()
    assert await ground.notes() == ["by hand"]
