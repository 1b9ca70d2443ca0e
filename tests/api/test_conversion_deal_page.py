"""The page of one deal: what stands on it, for whom, and how it comes again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import LINE, Tier2, in_days
from tests.fixtures.tier_2_deals import (
    ANNA,
    BORYS,
    PART,
    deal_of,
    deal_tier,
    qualified,
    refused,
)
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOverReason

ASKS = (
    "win", "lose", "sleep", "return", "qualify", "book", "note", "mail", "step", "start", "done", "shift", "add",
    "offer", "reject", "move", "held", "no_show", "cancel", "give", "contact",
)  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with deal_tier(await fresh_database("conversion_deal_page", tier=Tier.CONVERSION)) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module")
async def borys(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, BORYS) as browser:
        yield browser


async def test_the_page_says_who_it_is_what_was_said_and_what_comes_next(tier: Tier2, anna: Person) -> None:
    _, page = await deal_of(tier)
    shown = await anna.look(page)
    for text in ("ТОВ «Вітер»", "Олена Коваль", 'href="tel:+380441234567"', "“trucks to Lviv”", "“asks for prices”"):
        assert text in shown
    assert "first contact" in shown.lower()
    assert shown.index("Next: first contact") < shown.index("Hand-over accepted") < shown.index("1 call by lead gen")


@pytest_asyncio.fixture(scope="module")
async def full(tier: Tier2) -> tuple[str, dict[str, str]]:
    """The page of a deal with a meeting and an offer, and what its forms are about."""
    deal_id, page = await qualified(tier)
    booked = await tier.post(f"/v1/deals/{deal_id}/meetings", {"starts_at": in_days(100), "outside_hours": True}, ANNA)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE]}, ANNA)
    return page, {"meeting": booked["id"], "offer": offer["id"]}


@pytest.mark.parametrize("ask", ASKS)
async def test_every_form_opens_in_the_page_and_as_a_part_of_it(
    anna: Person, full: tuple[str, dict[str, str]], ask: str
) -> None:
    page, about = full[0], {"do": ask, **full[1]}
    whole = await anna.look(page, **about)
    part = await anna.http.get(page, params=about, headers=PART)
    assert part.status_code == 200, part.text
    # No mail can be written to somebody without an address.
    forms = re.findall(r'id="(ask-[\w-]+)"', part.text)
    assert forms == ([] if ask == "mail" else [f"ask-{ask}"])
    assert all(f'id="{one}"' in whole for one in forms)
    assert "<html" not in part.text
    # A day's work needs no second page.
    assert len(whole.encode()) < 60_000


async def test_no_key_is_on_the_page_twice(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier, reason=HandOverReason.HARD_QUESTION, question="Who pays the demurrage?")
    keys = re.findall(r'data-key="([^"]+)"', await anna.look(page))
    assert {"N", "E", "M", "G", "F", "Q", "C", "W", "X", "Z"} <= set(keys)
    assert sorted(keys) == sorted(set(keys))


async def test_a_colleague_reads_the_deal_without_its_numbers_and_is_told_why_they_cannot_act(
    tier: Tier2, borys: Person
) -> None:
    _, page = await deal_of(tier)
    shown = await borys.look(page)
    assert "This is Anna's deal" in shown
    assert "+380•••••4567" in shown
    assert "+380441234567" not in shown
    assert "?do=" not in shown
    told = await refused(borys, f"{page}/note", 403, text="mine now")
    assert "This deal is another manager's." in told
    assert "mine now" in told


async def test_nobody_else_gets_in(tier: Tier2) -> None:
    _, page = await deal_of(tier)
    async with person(tier, "ops", "caller") as caller:
        assert (await caller.http.get(page)).status_code == 403


async def test_a_deal_that_is_not_there_is_a_page_that_says_so(anna: Person) -> None:
    answer = await anna.http.get(f"/desk/deals/{new_id()}")
    assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)


async def test_a_long_history_comes_in_pages_and_can_be_narrowed(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    for number in range(45):
        await tier.post(f"/v1/deals/{deal_id}/notes", {"text": f"note number {number}."}, ANNA)
    shown = await anna.look(page)
    assert "note number 44." in shown
    assert "note number 2." not in shown
    older = re.search(r'href="/conversion(/desk/deals/[^"]*before=[^"]*)"', shown)
    assert older is not None
    past = await anna.http.get(older[1].replace("&amp;", "&"), headers=PART)
    assert "note number 2." in past.text
    assert "note number 44." not in past.text
    notes = await anna.look(page, show="notes")
    assert "Hand-over accepted" not in notes
    assert "note number 44." in notes
    assert "Nothing of this kind yet" in await anna.look(page, show="offers")


async def test_an_act_answers_a_page_that_is_there_with_the_parts_that_changed(tier: Tier2, anna: Person) -> None:
    _, page = await deal_of(tier)
    await anna.look(page)
    done = await anna.press(f"{page}/note", status=200, headers=PART, text="prefers the morning")
    assert {"#part-head", "#part-history", "#part-next", "#place-compose"} <= set(
        re.findall(r'hx-target="([^"]+)"', done.text)
    )
    assert "prefers the morning" in done.text
    assert "Noted." in done.text
    assert "<html" not in done.text
    refusal = await anna.http.post(f"{page}/note", data={"csrf": "wrong", "text": "x"}, headers=PART)
    assert refusal.status_code == 403


async def test_the_living_parts_come_again_and_the_history_waits_while_somebody_reads_it(
    tier: Tier2, anna: Person
) -> None:
    deal_id, page = await deal_of(tier)
    shown = await anna.look(page)
    seen = re.findall(r'data-latest="([^"]+)"', shown)[0]
    await tier.post(f"/v1/deals/{deal_id}/notes", {"text": "a note from elsewhere"}, "")
    fresh = await anna.http.get(f"{page}/fresh", headers=PART)
    assert "a note from elsewhere" in fresh.text
    quiet = await anna.http.get(f"{page}/fresh", params={"reading": "true", "seen": seen}, headers=PART)
    assert "a note from elsewhere" not in quiet.text
    assert "1 new" in quiet.text
