"""An operator's first minute: a lead is found, its story read, an act done, all by keyboard; and the planner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Page, expect

from services.chassis.db import new_id
from services.chassis.outbox import signal
from tests.browser.desks import Desks, somebody_new
from tests.browser.looks import flaws
from tests.fixtures.ops_origin import OpsOrigin, ops_origin
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import hand_over
from workflows.contracts import ids
from workflows.contracts.base import Cancel

HOME = "/ops/desk/"
SIZES = ["desktop", "phone"]


@pytest_asyncio.fixture(scope="module")
async def running(fresh_database: FreshDatabase) -> AsyncIterator[OpsOrigin]:
    async with ops_origin(fresh_database, "browser_ops") as running:
        yield running


@pytest_asyncio.fixture
async def room(running: OpsOrigin, desks_at: Callable[[str], Desks]) -> Page:
    """The control room, where operators begin their day."""
    page = await desks_at(running.address).open(somebody_new("ops", "ops"))
    await expect(page.get_by_role("heading", name="The relay now")).to_be_visible()
    return page


_NEXT_NUMBER = "SELECT setval(pg_get_serial_sequence('outbox', 'id'), $1)"
_SET_ASIDE = "UPDATE outbox SET state = 'dead', last_error = 'no such run' WHERE event_id = $1"


async def set_aside(running: OpsOrigin, phone: str, company: str) -> str:
    """A lead of which an answer was set aside, in tier 1 and in tier 2, where it has the same number by chance."""
    lead_id = await running.floor.lead(phone, company)
    for pool in (running.floor.pool, running.board.pool):
        async with pool.acquire() as conn:
            answer = Cancel(event_id=new_id(), at=await conn.fetchval("SELECT now()"), by="boss")
            await conn.execute(_NEXT_NUMBER, int(phone[-9:]))
            await signal(conn, ids.cold_call(lead_id), "cancel", answer)
            await conn.execute(_SET_ASIDE, answer.event_id)
    return lead_id


async def offered(running: OpsOrigin, company: str) -> str:
    """A lead on offer to a manager who has not answered in time; its id."""
    await running.board.only("taras")
    given = hand_over()
    lead_id = given.contact.lead_id
    await running.board.offered(given)
    await running.board.pool.execute(
        "UPDATE hand_overs SET accept_by = now() - interval '20 minutes' WHERE state = 'open'"
    )
    await running.floor.pool.execute(
        """INSERT INTO leads (id, company, source, tier, stage, owner)
           VALUES ($1, $2, 'manual', 'conversion', 'offered', 'taras')""",
        lead_id,
        company,
    )
    return lead_id


async def test_what_is_stuck_is_found_and_understood_by_keyboard(room: Page, running: OpsOrigin) -> None:
    await set_aside(running, "+380445590001", "Льон України")
    # It comes by itself, but not under the hands of whoever already walks through the list.
    stuck = room.locator("#stuck tr[data-walk]", has_text="Льон України")
    await expect(stuck).to_have_count(2)
    assert await flaws(room, SIZES) == {}
    # It may have come above or below the row one stands on: to the first row, and from there down.
    chosen = room.locator("#stuck tr.is-on")
    rows = await room.locator("#stuck tr[data-walk]").count()
    for _ in range(rows):
        await room.keyboard.press("K")
    for _ in range(rows):
        if await chosen.filter(has_text="Льон України").count():
            break
        await room.keyboard.press("J")
    await expect(chosen).to_contain_text("Льон України")
    await room.keyboard.press("Enter")
    await expect(room.get_by_role("heading", name="Льон України")).to_be_visible()
    assert await flaws(room, SIZES) == {}


async def test_a_lead_is_sought_and_acted_on_by_keyboard_and_others_see_it(
    room: Page, running: OpsOrigin, desks_at: Callable[[str], Desks]
) -> None:
    lead_id = await offered(running, "Скло Буд")
    elsewhere = await desks_at(running.address).open(somebody_new("ops", "ops"), HOME)
    await room.keyboard.press("/")
    await room.keyboard.type("Скло Буд")
    await room.keyboard.press("Enter")
    await expect(room.get_by_text("What is wrong, and what is safe")).to_be_visible()
    assert room.url.endswith(lead_id)
    assert await flaws(room, SIZES) == {}
    await room.keyboard.press("S")
    await expect(room.get_by_text("Taras is not asked any more")).to_be_visible()
    assert await flaws(room, SIZES) == {}
    await room.keyboard.type("they are on a train")
    await room.keyboard.press("Enter")
    await expect(room.get_by_text("Done for 1 lead.")).to_be_visible()
    await expect(room.get_by_text("Why: they are on a train").first).to_be_visible()
    # Whoever looks at the room sees it by itself.
    await expect(elsewhere.locator(".lr-lately").get_by_text("passed over a step").first).to_be_visible()


async def test_the_lists_of_operators_can_be_used_by_everybody(room: Page, running: OpsOrigin) -> None:
    await set_aside(running, "+380445590009", "Борошно Плюс")
    for path in ("leads", "leads?late=1", "audit"):
        await room.goto(f"{HOME}{path}")
        assert await flaws(room, SIZES) == {}, path


async def test_the_head_of_sales_sees_both_departments_side_by_side(
    running: OpsOrigin, desks_at: Callable[[str], Desks]
) -> None:
    desks = desks_at(running.address)
    page = await desks.open(somebody_new("ops", "ops"), f"{HOME}planner")
    weeks = page.get_by_label("Weeks to look ahead")
    await weeks.fill("two")
    desks.watch.expect(422, "/planner")
    await page.keyboard.press("Control+Enter")
    await expect(weeks).to_be_focused()
    await expect(page.locator("[data-refused]")).to_have_text("This is not a number.")
    small = {"Weeks to look ahead": "2", "Leads in these weeks": "60", "Goal: first sales a month": "", "Runs": "4"}
    for label, few in small.items():
        await page.get_by_label(label, exact=True).fill(few)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", name="Same people, same leads, both ways")).to_be_visible()
    await expect(page.get_by_label("Leads in these weeks")).to_have_value("60")
    assert await flaws(page, SIZES) == {}
