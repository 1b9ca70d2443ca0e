"""What the call desk says: of what was taken back, of what is new, of what comes next, and of what is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from tests.fixtures.call_desk import browser, caller_for, shift
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_call_desk_words", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as running:
        yield running


async def instruction(tier: Tier1, title: str, text: str) -> str:
    made = await tier.http.post("/v1/instructions", json={"title": title, "text": text, "tags": []})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_an_undo_says_what_was_taken_back_and_where_one_stands_with_script_and_without(tier: Tier1) -> None:
    await caller_for(tier, "nina", "+380441119001")
    async with browser(tier, "nina") as desk:
        for undo in (desk.part, desk.press):
            await desk.look()
            await desk.press("next")
            await desk.press("outcome", outcome="no_answer")
            answer = await undo("undo")
            assert answer.status_code in (200, 303)
            assert "“No answer” is taken back: Company is yours again, with what you wrote." in desk.page
        # It is said once.
        assert "is taken back" not in await desk.look()


async def test_a_lead_without_a_score_is_not_said_to_have_one(tier: Tier1) -> None:
    await caller_for(tier, "oksana", "+380441119002")
    async with browser(tier, "oksana") as desk:
        await desk.look()
        await desk.press("next")
        assert "score 0" not in desk.page and "why them?" in desk.page


async def test_hours_are_written_once_and_hatched_ones_are_named_only_where_there_are_some(tier: Tier1) -> None:
    await caller_for(tier, "polina", "+380441119003")
    async with browser(tier, "polina") as desk:
        await desk.look()
        await desk.press("next")
        await desk.part("step", go="callback")
        assert "<span>8:00</span>" not in desk.page and ">9:00</label>" in desk.page
        closed = "lr-hour is-closed" in desk.page
        assert ("hatched hours" in desk.page) is closed


async def test_a_promise_that_is_kept_within_seconds_names_no_minute(tier: Tier1) -> None:
    await caller_for(tier, "raisa", "+380441119004")
    async with browser(tier, "raisa") as desk:
        await desk.look()
        await desk.press("next")
        assert "Hard question? A manager calls back in a moment" in desk.page
        await desk.part("step", go="hard_question")
        assert "<b>in a moment</b>" in desk.page


async def test_an_instruction_is_new_when_it_came_after_ones_last_shift(tier: Tier1) -> None:
    new = '<span class="lr-chip is-info">'
    before = await instruction(tier, "Seen before", "It was there.")
    await caller_for(tier, "sofia", "+380441119005")
    async with browser(tier, "sofia") as desk:
        await desk.look()
        await desk.press("next")
        assert f'id="says-{before}"' in desk.page and new not in desk.page
        await desk.press("return")
    shift_id = await shift(tier, "sofia", timedelta(hours=-5))
    await tier.pool.execute(
        "UPDATE shifts SET signed_on_at = starts_at, signed_off_at = now() WHERE id = $1::uuid", shift_id
    )
    after = await instruction(tier, "Written since", "It is new.")
    today = await shift(tier, "sofia", timedelta(minutes=-1))
    await tier.pool.execute("UPDATE shifts SET signed_on_at = now() WHERE id = $1::uuid", today)
    async with browser(tier, "sofia") as desk:
        await desk.look()
        await desk.press("next")
        there = desk.page.split(f'id="says-{after}"')[1].split("</li>")[0]
        known = desk.page.split(f'id="says-{before}"')[1].split("</li>")[0]
        assert new in there and new not in known


async def test_what_says_the_same_is_shown_once(tier: Tier1) -> None:
    for spelling in ("Do you insure?", "do you  insure?", "Do you insure?"):
        await instruction(tier, spelling, "Yes, up to the value of the goods.")
    await caller_for(tier, "tamara", "+380441119006")
    async with browser(tier, "tamara") as desk:
        await desk.look()
        await desk.press("next")
        assert desk.page.lower().count("up to the value of the goods.</p>") == 1
        found = await desk.http.get("/desk/instructions", params={"q": "insure"})
        assert found.text.count("</li>") == 1


async def test_who_waits_is_told_whom_they_have_promised_to_call_and_when(tier: Tier1) -> None:
    await caller_for(tier, "uliana", "+380441119007")
    async with browser(tier, "uliana") as desk:
        await desk.look()
        await desk.press("next")
        at = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT12:00")
        await desk.press("outcome", outcome="callback", callback_at=at, personal="1")
        async with tier.pool.acquire() as conn:
            await conn.execute(
                """UPDATE work_items SET state = 'open', assignee = 'uliana', assignee_until = NULL, closed_at = NULL,
                          not_before = now() + interval '1 day' WHERE lead_id IN (SELECT id FROM leads
                          WHERE company = 'Company' AND id = (SELECT lead_id FROM calls WHERE caller = 'uliana'))"""
            )
        await desk.look("?nothing=1")
        assert "Your next callback: Company," in desk.page


async def test_whoever_has_ended_their_shift_is_told_of_the_next_or_that_there_is_none(tier: Tier1) -> None:
    shift_id = await shift(tier, "vera", timedelta(minutes=-5))
    async with browser(tier, "vera") as desk:
        await desk.look()
        await desk.press(f"shifts/{shift_id}/sign-on")
        await desk.press(f"shifts/{shift_id}/sign-off")
        assert "No other shift of yours is planned yet" in desk.page
        await shift(tier, "vera", timedelta(days=1))
        assert "You are on again" in await desk.look()


async def test_who_calls_is_put_through_to_somebody_and_never_to_an_id(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "zoya", "+380441119009")
    await tier.pool.execute(
        "UPDATE leads SET tier = 'conversion', stage = 'deal', owner = 'manager-7f3' WHERE id = $1", lead_id
    )
    async with browser(tier, "zoya") as desk:
        await desk.look("who-calls")
        await desk.press("who-calls", number="+380441119009")
        answer = await desk.part("who-calls", number="+380441119009")
        assert "Put through to their manager." in answer.text and "manager-7f3" not in answer.text
        ringing = (await desk.http.get("/desk/ringing")).text
        assert "data-close-ring" in ringing and "manager-7f3" not in ringing
