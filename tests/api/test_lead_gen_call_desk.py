"""The call desk: a caller signs on, gets one lead at a time, and says how each call ended."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from tests.api.test_web_components import Reader
from tests.fixtures.call_desk import browser, caller_for, figures, scripted, shift, steps
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_call_desk", tier=Tier.LEAD_GEN, policy="demo")) as running:
        yield running


async def test_a_shift_from_signing_on_to_signing_off(tier: Tier1) -> None:
    shift_id = await shift(tier, "olia", timedelta(minutes=-5))
    async with browser(tier, "olia") as desk:
        assert "Your shift has begun" in await desk.look()
        await desk.press(f"shifts/{shift_id}/sign-on")
        assert "Ready when you are" in desk.page
        await desk.press(f"shifts/{shift_id}/break")
        assert "You are on a break" in desk.page
        await desk.press(f"shifts/{shift_id}/resume")
        assert "Ready when you are" in desk.page
        await desk.press(f"shifts/{shift_id}/sign-off")
    ended = await tier.pool.fetchval("SELECT signed_off_at FROM shifts WHERE id = $1", shift_id)
    assert ended is not None


async def test_a_shift_to_come_says_when(tier: Tier1) -> None:
    await shift(tier, "danylo", timedelta(hours=2))
    async with browser(tier, "danylo") as desk:
        assert "Your shift begins in 2 hr" in await desk.look()


async def test_the_lead_comes_with_its_number_its_clock_and_all_keys(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "iryna", "+380441117001")
    async with browser(tier, "iryna") as desk:
        await desk.look()
        await desk.press("next")
        assert 'href="tel:+380441117001"' in desk.page
        assert figures(desk.page) == {"calls": 0, "handed over": 0}
        for letter in "COBVWDKXYHE":
            assert f'data-key="{letter}"' in desk.page, letter
        # Looking again, as after a closed browser, shows the same lead and takes no other.
        assert 'href="tel:+380441117001"' in await desk.look()
        sound = Reader()
        sound.feed(desk.page)
        assert (sound.wrong, sound.open) == ([], [])
        assert sorted(sound.ids) == sorted(set(sound.ids))
        assert sound.pointed <= set(sound.ids)
        await desk.press("outcome", outcome="no_answer")
        assert figures(desk.page) == {"calls": 1, "handed over": 0}
    assert await tier.signals(ids.cold_call(lead_id)) == ["call_answered"]


async def test_after_an_outcome_the_next_lead_is_there(tier: Tier1) -> None:
    await caller_for(tier, "maksym", "+380441117002", "+380441117003")
    async with browser(tier, "maksym") as desk:
        await desk.look()
        await desk.press("next")
        first = re.findall(r"tel:(\+\d+)", desk.page)
        await desk.press("outcome", outcome="interested", needs="two containers a month")
        second = re.findall(r"tel:(\+\d+)", desk.page)
        assert first and second and first != second
        assert figures(desk.page) == {"calls": 1, "handed over": 1}
        await desk.press("outcome", outcome="busy")
        assert "tel:" not in desk.page


async def test_a_callback_is_written_on_the_leads_own_clock(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "sofiia", "+380441117004")
    await tier.pool.execute("UPDATE leads SET timezone = 'Asia/Tokyo' WHERE id = $1", lead_id)
    async with browser(tier, "sofiia") as desk:
        await desk.look()
        await desk.press("next")
        day = (datetime.now(UTC) + timedelta(days=3)).date()
        answer = await desk.press("outcome", outcome="callback", callback_at=f"{day}T14:00")
        assert answer.status_code == 303, answer.text
    payload = await tier.pool.fetchval(
        "SELECT payload::text FROM outbox WHERE workflow_id = $1 ORDER BY id DESC LIMIT 1", ids.cold_call(lead_id)
    )
    assert f"{day}T05:00:00" in payload


async def test_what_is_missing_is_said_and_the_lead_is_kept(tier: Tier1) -> None:
    await caller_for(tier, "nazar", "+380441117005")
    async with browser(tier, "nazar") as desk:
        await desk.look()
        await desk.press("next")
        refused = await desk.press("outcome", outcome="callback", callback_at="tomorrow")
        assert (refused.status_code, "This is not a date and a time." in refused.text) == (422, True)
        refused = await desk.press("outcome", outcome="not_interested")
        assert (refused.status_code, "Why are they not interested?" in refused.text) == (422, True)
        assert "tel:+380441117005" in await desk.look()
        await desk.press("return")
        assert "tel:" not in desk.page


async def test_nothing_due_says_so(tier: Tier1) -> None:
    await caller_for(tier, "levko")
    async with browser(tier, "levko") as desk:
        await desk.look()
        await desk.press("next")
        assert "Nothing is due" in desk.page


SCRIPT = {
    "name": "Short",
    "start": "greet",
    "nodes": {
        "greet": {"kind": "ask", "text": "Good day, do you ship?", "next": {"yes": "need", "no": "bye"}},
        "need": {"kind": "say", "text": "What do you ship?", "next": "bye"},
        "bye": {"kind": "end", "text": "Thank you!"},
    },
}


async def test_the_script_is_walked_by_its_answers_and_the_path_is_kept(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "bohdana", "+380441117008")
    await scripted(tier, lead_id, SCRIPT)
    async with browser(tier, "bohdana") as desk:
        await desk.look()
        await desk.press("next")
        assert "“Good day, do you ship?”" in desk.page
        assert steps(desk.page) == ["need", "bye"]
        await desk.press("step", go="to:need", note="ships glass")
        assert "“What do you ship?”" in desk.page
        assert 'data-key="⌫"' in desk.page
        # An answer that is not among these leads nowhere.
        await desk.press("step", go="to:nowhere")
        assert "“What do you ship?”" in desk.page
        await desk.press("outcome", outcome="no_answer")
    assert await tier.pool.fetchval("SELECT path FROM calls WHERE lead_id = $1", lead_id) == ["greet", "need"]


async def test_somebody_elses_lease_is_refused_in_words(tier: Tier1) -> None:
    await caller_for(tier, "orest", "+380441117006")
    await caller_for(tier, "taras", "+380441117007")
    async with browser(tier, "orest") as mine, browser(tier, "taras") as theirs:
        for desk in (mine, theirs):
            await desk.look()
            await desk.press("next")
        held = theirs.held
        refused = await mine.press("outcome", outcome="busy", item_id=held["item_id"], token=held["token"])
        assert refused.status_code == 409
        assert "tel:+380441117007" in await theirs.look()


async def test_a_supervisor_has_no_call_desk(tier: Tier1) -> None:
    async with browser(tier, "boss", role="supervisor") as desk:
        answer = await desk.http.get("/desk/")
    assert answer.status_code == 403
    assert "This needs the role caller." in answer.text


async def test_a_page_hears_the_tiers_events_by_its_session(tier: Tier1) -> None:
    async with browser(tier, "listener") as desk:
        desk.app.state.events.close()  # so that the stream ends once it has begun
        answer = await desk.http.get("/desk/events")
        desk.http.cookies.clear()
        stranger = await desk.http.get("/desk/events", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.text) == (200, ": connected\n\n")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert stranger.status_code == 401
