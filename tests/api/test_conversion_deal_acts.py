"""What is done with a deal on its page: answers, facts, steps, meetings, and its end."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import LINE, Tier2
from tests.fixtures.tier_2_deals import (
    ANNA,
    deal_of,
    deal_tier,
    qualified,
    refused,
    rows,
)
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOverReason


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with deal_tier(await fresh_database("conversion_deal_acts", tier=Tier.CONVERSION)) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


async def test_a_hard_question_is_answered_from_the_page(tier: Tier2, anna: Person) -> None:
    promised = datetime.now(UTC) + timedelta(minutes=20)
    deal_id, page = await deal_of(
        tier, reason=HandOverReason.HARD_QUESTION, question="Who pays the demurrage?", promised_by=promised
    )
    shown = await anna.look(page)
    assert "“Who pays the demurrage?”" in shown
    assert 'role="timer"' in shown
    assert "Write something here." in await refused(anna, f"{page}/answer", 422, text=" ")
    await anna.press(f"{page}/answer", text="The shipper, after 24 hours.", publish="true")
    assert "Hard question to answer" not in anna.page
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["promise"], deal["stage"]) == ("kept", "informing")
    answers = (await tier.get("/v1/published-answers"))["items"]
    assert [one["answer"] for one in answers if one["question"] == "Who pays the demurrage?"][-1:] == [
        "The shipper, after 24 hours."
    ]


async def test_what_is_known_is_edited_and_opens_the_next_stage(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    assert "Informing" in await anna.look(page)
    await anna.press(f"{page}/qualify", need="a truck a week")
    assert "Qualified opens with who signs and the timing." in anna.page
    assert "a truck a week" in anna.page
    await anna.press(f"{page}/qualify", authority="the owner", timing="from next month")
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["stage"], deal["qualification"]["need"]) == ("qualified", "a truck a week")
    assert "Name at least one of" in await refused(anna, f"{page}/qualify", 422)


async def test_a_stage_that_lacks_something_is_refused_in_words(tier: Tier2, anna: Person) -> None:
    _, page = await deal_of(tier)
    await anna.look(page)
    told = await refused(anna, f"{page}/stage", 409, stage="qualified")
    assert "Before qualified, this is still missing: need, authority, timing (for qualified)." in told


async def test_the_next_step_is_planned_on_the_readers_clock(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    await anna.look(page, do="step")
    there = {"Cookie": f"{anna.http.headers['cookie']}; leadrelay_zone=America/New_York"}
    await anna.press(f"{page}/step", headers=there, what="call about the price list", at="2031-05-06T09:30")
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["next_action"], deal["next_action_at"]) == ("call about the price list", "2031-05-06T13:30:00Z")
    told = await refused(anna, f"{page}/step", 422, what="call them", at="2020-01-01T10:00")
    assert "Must be in the future." in told
    assert 'value="call them"' in told


async def test_a_deal_is_won_with_what_its_offer_says(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE]}, ANNA)
    asked = await anna.look(page, do="win")
    assert f"Offer {offer['number']} version 1 becomes an order of UAH\xa0102,601.80 with tax" in asked
    await anna.press(f"{page}/win", source="offer", note="confirmed by mail")
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["stage"], deal["value"]["amount"]) == ("won", "85501.50")
    assert "account management goes on from here" in anna.page


async def test_a_deal_without_an_offer_is_won_with_lines_of_the_catalogue(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier, products=["ftl-ua"])
    asked = await anna.look(page, do="win")
    assert "Full truck, Kyiv to Lviv" in asked
    told = await refused(anna, f"{page}/win", 409, source="lines", **rows(("ftl-ua", "Truck", "3", "10000", "")))
    assert "This is more than you may give away alone" in told
    await anna.press(f"{page}/win", source="lines", **rows(("ftl-ua", "Truck", "2", "28,500.50", "10")))
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["stage"], deal["value"]["amount"]) == ("won", "51300.90")


async def test_of_two_open_offers_the_page_asks_which_becomes_the_order(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier)
    first = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE]}, ANNA)
    await tier.post(f"/v1/offers/{first['id']}/accept", {}, ANNA)
    second = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [{**LINE, "quantity": "1"}]}, ANNA)
    asked = await anna.look(page, do="win")
    assert "By which offer do they order?" in asked
    assert all(f'name="offer" value="{one["id"]}"' in asked for one in (first, second))
    told = await refused(anna, f"{page}/win", 409, source="offer", note="by mail")
    assert "are open: say which of them they order by" in told and 'value="by mail"' in told
    await anna.press(f"{page}/win", source="offer", offer=second["id"])
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["stage"], deal["value"]["amount"]) == ("won", "28500.50")


async def test_the_editor_says_which_product_free_words_count_as(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier)
    shown = await refused(
        anna, f"{page}/win", 409, source="lines", **rows(("", "full TRUCK, Kyiv - Lviv", "1", "10000", ""))
    )
    assert "counts as ftl-ua at UAH\xa028,500.50" in shown
    assert "needs a supervisor's approval" in shown


async def test_a_deal_is_lost_for_a_reason_and_sleeps_until_a_day(tier: Tier2, anna: Person) -> None:
    lost_id, page = await deal_of(tier)
    asked = await anna.look(page, do="lose")
    assert "Needs what we do not sell" in asked
    await anna.press(f"{page}/lose", code="not_ours", reason="they want sea freight")
    assert (await tier.get(f"/v1/deals/{lost_id}", ANNA))["stage"] == "lost"

    asleep_id, page = await deal_of(tier)
    await anna.look(page, do="sleep")
    assert "Say until when." in await refused(anna, f"{page}/sleep", 422, reason="after the harvest")
    await anna.press(f"{page}/sleep", reason="after the harvest", until="2031-09-01")
    deal = await tier.get(f"/v1/deals/{asleep_id}", ANNA)
    assert (deal["stage"], deal["return_at"]) == ("asleep", "2031-09-01T06:00:00Z")


async def test_a_deal_is_given_back_with_the_reason(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    await anna.look(page, do="return")
    await anna.press(f"{page}/return", text="they need sea freight")
    deal = await tier.get(f"/v1/deals/{deal_id}")
    assert (deal["stage"], deal["owner"]) == ("offered", None)
    assert "Nobody has taken this deal yet" in anna.page


async def test_what_others_did_while_the_form_was_open_is_told_before_the_deal_is_closed(
    tier: Tier2, anna: Person
) -> None:
    deal_id, page = await deal_of(tier)
    asked = await anna.look(page, do="lose")
    seen = re.findall(r'name="seen" value="([^"]+)"', asked)[0]
    await tier.post(f"/v1/deals/{deal_id}/notes", {"text": "They rang: yes after all."})
    told = await refused(anna, f"{page}/lose", 409, code="price", reason="too dear", seen=seen)
    assert "This deal has changed since you opened the form" in told
    assert "They rang: yes after all." in told
    assert "too dear" in told
    assert (await tier.get(f"/v1/deals/{deal_id}", ANNA))["stage"] == "accepted"
    # The form that came back knows of it.
    fresh = re.findall(r'name="seen" value="([^"]+)"', told)[0]
    await anna.press(f"{page}/lose", code="not_ours", reason="too dear", seen=fresh)
    assert (await tier.get(f"/v1/deals/{deal_id}", ANNA))["stage"] == "lost"


async def test_a_meeting_is_booked_from_the_free_times_moved_and_held(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier)
    slots = re.findall(r'name="starts_at" value="([^"]+)"', await anna.look(page, do="book", week="1"))
    assert len(slots) > 4
    await anna.press(f"{page}/meetings", starts_at=slots[0], minutes="60", kind="visit", place="Lviv, Zelena 20")
    [meeting] = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["meetings"]
    assert (meeting["kind"], meeting["place"], meeting["state"]) == ("visit", "Lviv, Zelena 20", "booked")
    assert "Lviv, Zelena 20" in anna.page
    # Its time is not offered again.
    shown = await anna.look(page, do="book", week="1")
    assert f'value="{slots[0]}"' not in shown
    # What comes next is the meeting's beginning; only what is overdue counts from its end.
    assert f'datetime="{slots[0]}"' in shown
    path = f"{page}/meetings/{meeting['id']}"
    await anna.press(f"{path}/move", meeting=meeting["id"], starts_at=slots[2], minutes="45")
    await tier.began(meeting["id"])
    await anna.press(f"{path}/held", meeting=meeting["id"], note="volumes agreed")
    assert "“volumes agreed”" in anna.page
    told = await refused(anna, f"{path}/cancel", 409, meeting=meeting["id"])
    assert "This meeting is held." in told
    file = await anna.http.get(f"/desk/meetings/{meeting['id']}.ics")
    assert (file.status_code, file.text.startswith("BEGIN:VCALENDAR")) == (200, True)


async def test_a_time_that_was_taken_meanwhile_is_refused_with_what_was_chosen_kept(tier: Tier2, anna: Person) -> None:
    (first, _), (_, page) = await qualified(tier), await qualified(tier)
    at = re.findall(r'name="starts_at" value="([^"]+)"', await anna.look(page, do="book", week="1"))[0]
    await tier.post(f"/v1/deals/{first}/meetings", {"starts_at": at}, ANNA)
    told = await refused(anna, f"{page}/meetings", 409, other_at=at, place="their warehouse")
    assert "The manager has another meeting at that time." in told
    assert "their warehouse" in told
    assert "Choose a time." in await refused(anna, f"{page}/meetings", 422)


async def test_the_history_says_why_a_deal_was_lost_and_in_their_words(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier)
    await anna.look(page, do="lose")
    await anna.press(f"{page}/lose", code="price", reason="The other one is 10% cheaper")
    assert "Too expensive." in anna.page
    assert "“The other one is 10% cheaper”" in anna.page
