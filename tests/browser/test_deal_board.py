"""A manager at the deal board, by keyboard: leads on offer, what is due, deals by stage, and two browsers at once."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from playwright.async_api import Page, Route, expect

from services.conversion.domain.calendar import ALWAYS
from tests.browser.desks import Desks, Person
from tests.browser.looks import flaws
from tests.browser.watch import Watch
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days
from tests.fixtures.tier_2_origin import Tier2Origin, tier_2_origin
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOverReason

BOSS = Person("boss", "conversion", "supervisor")
BOARD = "/conversion/desk/"


@pytest_asyncio.fixture(scope="module")
async def running(fresh_database: FreshDatabase) -> AsyncIterator[Tier2Origin]:
    async with tier_2_origin(await fresh_database("browser_deal_board", tier=Tier.CONVERSION)) as running:
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


async def offered(tier: Tier2, who: Person, company: str, **changes: object) -> str:
    """A lead of this company on offer to this manager; its item."""
    given = hand_over(sticky_manager=who.id, **changes)
    contact = given.contact.model_copy(update={"company": company})
    offer = await tier.offered(given.model_copy(update={"contact": contact}))
    assert offer.manager == who.id
    return str(offer.item_id)


async def board(windows: Desks, who: Person, path: str = BOARD) -> Page:
    """The board of this person, with its events coming in."""
    page = await windows.open(who, path)
    await expect(page.locator("#live")).to_be_attached()
    return page


async def test_a_manager_accepts_the_lead_they_have_walked_to(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    await offered(tier, who, "Перша", reason=HandOverReason.HARD_QUESTION, question="Who pays?")
    item = await offered(tier, who, "Друга")
    page = await board(windows, who)
    await expect(page.locator(".lr-offer.is-on")).to_contain_text("Перша")
    await page.keyboard.press("j")
    await expect(page.locator(".lr-offer.is-on")).to_contain_text("Друга")
    await page.keyboard.press("k")
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(page).to_have_url(re.compile(r"/desk/deals/[0-9a-f-]{36}"))
    state = await tier.pool.fetchval("SELECT state FROM hand_overs WHERE item_id = $1", item)
    assert state == "accepted"


async def test_a_manager_declines_by_a_number_and_in_their_words(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    item = await offered(tier, who, "Чужа мова")
    page = await board(windows, who)
    await page.keyboard.press("d")
    await page.keyboard.press("2")
    await page.get_by_label("In your words").fill("they speak Polish")
    await page.keyboard.press("Enter")
    await expect(page.locator(".lr-offer")).to_have_count(0)
    reason = await tier.pool.fetchval("SELECT decline_reason FROM hand_overs WHERE item_id = $1", item)
    assert reason == "speaks another language: they speak Polish"


async def test_declining_for_another_reason_asks_for_words_beside_their_field(
    tier: Tier2, windows: Desks, watch: Watch
) -> None:
    watch.expect(422, "/decline")
    who = await somebody(tier)
    await offered(tier, who, "Інша причина")
    page = await board(windows, who)
    await page.keyboard.press("d")
    await page.keyboard.press("5")
    await page.get_by_role("button", name="Give it on").click()
    await expect(page.get_by_label("In your words")).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("[data-refused]")).to_contain_text("Say in a few words why.")


async def test_a_number_counts_however_soon_it_follows_the_key_that_asks_for_it(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    await offered(tier, who, "Швидкі пальці")
    page = await board(windows, who)
    await expect(page.locator(".lr-offer.is-on")).to_be_visible()
    # Both within one turn of the page, before it hears that the question is open.
    await page.evaluate(
        """() => { for (const [key, code] of [["d", "KeyD"], ["5", "Digit5"]])
            document.body.dispatchEvent(new KeyboardEvent("keydown",
                { key, code, bubbles: true, cancelable: true })); }"""
    )
    await expect(page.locator("input[name=reason]").nth(4)).to_be_checked()


async def test_what_one_takes_fades_on_the_page_of_the_other_with_a_name(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    await offered(tier, who, "Спільний лід")
    page = await board(windows, who)
    theirs = await board(windows, Person(who.id, "conversion", "manager"))
    await expect(theirs.locator(".lr-offer")).to_have_count(1)
    offer = await offered(tier, who, "Щойно прийшов")
    await page.get_by_role("button", name="New leads on offer: 1").click()
    await expect(page.get_by_text("Щойно прийшов")).to_be_visible()
    await tier.post(f"/v1/hand-overs/{offer}/accept", {"manager": who.id})
    await expect(page.get_by_text("a supervisor has taken it")).to_be_visible()
    # Then it goes, and what was left stays.
    await expect(page.get_by_text("a supervisor has taken it")).to_be_hidden()
    await expect(page.locator(".lr-offer")).to_have_count(1)
    await expect(theirs.locator("#lanes").get_by_text("Щойно прийшов")).to_be_visible()


async def test_what_somebody_reads_does_not_move_when_leads_come_or_go(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    await tier.accepted(who.id)
    page = await board(windows, who)

    async def place() -> tuple[float, float]:
        boxes = [await page.locator(part).bounding_box() for part in ("#today-list", "#lanes")]
        return boxes[0]["y"], boxes[1]["y"]  # type: ignore[index]

    before = await place()
    items = [await offered(tier, who, company) for company in ("Перша новина", "Друга новина")]
    news = page.get_by_role("button", name="New leads on offer: 2")
    await expect(news).to_be_visible()
    assert await place() == before
    await news.click()
    await expect(page.locator(".lr-offer")).to_have_count(2)
    await expect(news).to_have_count(0)
    before = await place()
    for item in items:
        await tier.post(f"/v1/hand-overs/{item}/accept", {"manager": who.id})
    await expect(page.locator(".lr-offer")).to_have_count(0)
    assert (await place())[0] == before[0]


async def test_a_step_done_in_one_browser_is_gone_from_the_other(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    deal = await tier.accepted(who.id)
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '1 hour' WHERE id = $1", deal["id"])
    page, other = await board(windows, who), await board(windows, who)
    await expect(other.locator("#today-list [data-walk]")).to_have_count(1)
    await page.keyboard.press("f")
    await page.get_by_label("What comes next?").fill("Send the price list")
    await page.get_by_text("In a week").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#today-list [data-walk]")).to_have_count(0)
    await expect(other.locator("#today-list [data-walk]")).to_have_count(0)
    await expect(other.locator("#lanes")).to_contain_text("Send the price list")


async def test_what_is_typed_stays_while_others_change_the_page(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    deal = await tier.accepted(who.id)
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '1 hour' WHERE id = $1", deal["id"])
    page = await board(windows, who)
    await page.keyboard.press("f")
    field = page.get_by_label("What comes next?")
    await field.fill("Call the direc")
    other = await tier.accepted(who.id)
    await expect(page.locator(f"#deal-{other['id']}")).to_be_visible()
    await expect(field).to_have_value("Call the direc")


async def test_a_card_is_dragged_into_the_next_lane(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    deal = await tier.accepted(who.id)
    page = await board(windows, who)
    await page.locator(f"#deal-{deal['id']}").drag_to(page.locator("#lane-informing"))
    await expect(page.locator("#lane-informing .lr-deal")).to_have_count(1)
    await expect(page.locator("#lane-accepted .lr-deal")).to_have_count(0)
    await expect(page.locator("#lane-informing h3 + span")).to_have_text("1")
    assert (await tier.get(f"/v1/deals/{deal['id']}", who.id))["stage"] == "informing"


async def test_a_card_that_may_not_go_there_goes_back_and_says_what_is_missing(
    tier: Tier2, windows: Desks, watch: Watch
) -> None:
    watch.expect(409, "/stage")
    who = await somebody(tier)
    deal = await tier.accepted(who.id)
    page = await board(windows, who)
    await page.locator(f"#deal-{deal['id']}").drag_to(page.locator("#lane-qualified"))
    await expect(page.get_by_role("alert")).to_contain_text("still missing: need, authority, timing")
    await expect(page.locator("#lane-accepted .lr-deal")).to_have_count(1)
    await expect(page.locator("#lane-qualified .lr-deal")).to_have_count(0)


async def test_brackets_move_the_card_that_has_the_focus(tier: Tier2, windows: Desks, watch: Watch) -> None:
    watch.expect(409, "/stage")
    who = await somebody(tier)
    deal = await tier.accepted(who.id)
    page = await board(windows, who)
    await page.keyboard.press("j")
    await page.locator(f"#deal-{deal['id']}").focus()
    await page.keyboard.press("]")
    await expect(page.locator("#lane-informing .lr-deal")).to_have_count(1)
    await expect(page.locator("#lane-informing h3 + span")).to_have_text("1")
    await page.locator(f"#deal-{deal['id']}").focus()
    await page.keyboard.press("[")
    await expect(page.get_by_role("alert")).to_contain_text("a deal only moves forward")
    await expect(page.locator("#lane-informing .lr-deal")).to_have_count(1)


async def test_a_key_pressed_while_a_move_is_under_way_moves_its_card_once_it_is_over(
    tier: Tier2, windows: Desks
) -> None:
    who = await somebody(tier)
    first, second = [await tier.accepted(who.id) for _ in range(2)]
    page = await board(windows, who)
    answers, moves = asyncio.Event(), []

    async def hold(route: Route) -> None:
        moves.append(route.request.url)
        await answers.wait()
        await route.continue_()

    await page.route("**/stage", hold)
    await page.locator(f"#deal-{first['id']}").focus()
    async with page.expect_request("**/stage"):
        await page.keyboard.press("]")
    await page.keyboard.press("j")
    await page.locator(f"#deal-{second['id']}").focus()
    await page.keyboard.press("]")
    answers.set()
    await expect(page.locator("#lane-informing h3 + span")).to_have_text("2")
    await expect(page.locator("html[data-acting]")).to_have_count(0)
    assert len(moves) == 2, "each of them once"


async def test_board_and_list_are_one_key_apart_and_a_row_opens_its_deal(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    deal = await tier.accepted(who.id)
    page = await board(windows, who)
    await page.keyboard.press("l")
    await expect(page).to_have_url(re.compile(r"/desk/deals$"))
    await expect(page.locator(f"#row-{deal['id']}")).to_be_visible()
    await page.keyboard.press("b")
    await expect(page.locator("#lanes")).to_be_visible()
    await page.keyboard.press("l")
    await page.locator(f"#row-{deal['id']}").focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/desk/deals/{deal['id']}"))


async def test_a_deal_is_found_from_any_page(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    given = hand_over()
    contact = given.contact.model_copy(update={"company": f"Унікальна {who.id}"})
    deal = await tier.accepted(who.id, given.model_copy(update={"contact": contact}))
    page = await board(windows, who, "/conversion/desk/commission")
    await page.keyboard.press("/")
    await page.keyboard.type(f"унікальна {who.id}")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/desk/deals/{deal['id']}"))


async def test_a_break_is_two_keys_and_the_way_back_one(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    page = await board(windows, who)
    await page.keyboard.press("p")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Back from the break")).to_be_visible()
    await page.keyboard.press("p")
    await expect(page.get_by_role("button", name="On duty")).to_be_visible()


async def test_a_free_time_of_the_week_leads_to_a_deal(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    deal = await tier.accepted(who.id)
    page = await board(windows, who, "/conversion/desk/calendar")
    await page.keyboard.press("j")
    await expect(page).to_have_url(re.compile(r"day="))
    await page.get_by_role("link", name=re.compile("^Free: ")).first.click()
    await expect(page.get_by_role("heading", name="with whom?")).to_be_visible()
    await page.keyboard.press("1")
    await expect(page).to_have_url(re.compile(f"/desk/deals/{deal['id']}"))
    await expect(page.get_by_label("Or another time, on your clock")).to_have_value(re.compile(r"^\d{4}-\d\d-\d\dT"))


async def test_a_supervisor_decides_and_gives_by_keyboard(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    deal = await tier.accepted(who.id)
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, who.id)
    offer = {"lines": [LINE], "valid_until": in_days(5), "discount_percent": 20}
    made = await tier.post(f"/v1/deals/{deal['id']}/offers", offer, who.id)
    page = await board(windows, BOSS)
    row = page.locator(f"#today-list [data-walk]:has(form[action$='/{made['id']}'])")
    await row.focus()
    await page.keyboard.press("a")
    await expect(row).to_have_count(0)
    assert (await tier.get(f"/v1/deals/{deal['id']}", who.id))["offers"][0]["state"] == "sent"


async def test_figures_of_different_deals_stand_below_each_other(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    for price in ("28500.50", "1.00"):
        deal = await tier.accepted(who.id)
        line = {**LINE, "unit_price": {"amount": price, "currency": "UAH"}}
        await tier.won(deal["id"], who.id, lines=[line])
    page = await board(windows, who, "/conversion/desk/commission")
    places = await page.locator(".lr-entries > tbody > tr:first-child").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.getBoundingClientRect().left))"
    )
    assert len(places) == 2
    assert places[0] == places[1]


async def busy(tier: Tier2) -> Person:
    """A manager in the middle of a day: something of everything is on their pages."""
    who = await somebody(tier)
    asks = hand_over(reason=HandOverReason.HARD_QUESTION, question="Do you insure used machines?")
    deals = [await tier.accepted(who.id, asks), *[await tier.accepted(who.id) for _ in range(4)]]
    late, met, won, old = (str(deal["id"]) for deal in deals[1:])
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '1 hour' WHERE id = $1", late)
    await tier.pool.execute("UPDATE deals SET stage_since = now() - interval '90 days' WHERE id = $1", old)
    at = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    await tier.post(f"/v1/deals/{met}/meetings", {"starts_at": at, "duration_minutes": 30, "kind": "online"}, who.id)
    await tier.won(won, who.id)
    promised = datetime.now(UTC) + timedelta(minutes=20)
    await offered(tier, who, "Обіцяли", reason=HandOverReason.INBOUND, promised_by=promised)
    await offered(tier, who, "Цікаво")
    return who


async def test_the_pages_of_a_manager_can_be_used_by_everybody(tier: Tier2, windows: Desks) -> None:
    who = await busy(tier)
    page = await board(windows, who)
    assert await flaws(page) == {}
    await page.keyboard.press("d")
    assert await flaws(page, ["desktop", "phone"]) == {}
    for path in ("deals", "calendar", "commission", "search?q=zzz", "deals?state=lost"):
        await page.goto(f"/conversion/desk/{path}")
        assert await flaws(page, ["desktop", "phone"]) == {}, path


async def test_the_empty_board_says_what_comes_next(tier: Tier2, windows: Desks) -> None:
    who = await somebody(tier)
    page = await board(windows, who)
    await expect(page.get_by_text("The next lead that fits is announced here.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Nothing is due today")).to_be_visible()
    await expect(page.get_by_role("heading", name="No deals yet")).to_be_visible()
    assert await flaws(page) == {}


async def test_no_key_stands_for_two_things(tier: Tier2, windows: Desks) -> None:
    who = await busy(tier)
    page = await board(windows, who)
    await expect(page.locator(".lr-offer.is-on")).to_have_count(1)
    keys = await page.evaluate(
        "() => [...document.querySelectorAll('[data-key]')].filter((one) => one.checkVisibility())"
        ".map((one) => one.dataset.key)"
    )
    assert sorted(keys) == sorted(set(keys))
