"""The call desk's states: what a caller sees before, during and after calls, and what they lose, which is nothing."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.chassis import work_items
from tests.fixtures.call_desk import browser, caller_for, figures, scripted, shift, steps
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.scripts import script
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_call_desk_states", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as running:
        yield running


async def lose(tier: Tier1, lead_id: str) -> None:
    """The lease of this lead runs out, and the lead goes back to the queue."""
    await tier.pool.execute(
        "UPDATE work_items SET lease_until = now() - interval '1 second' WHERE lead_id = $1 AND state = 'leased'",
        lead_id,
    )
    async with tier.pool.acquire() as conn:
        await work_items.return_expired(conn)


async def test_answers_stand_in_their_authors_order_and_objections_apart(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "anna", "+380441118001")
    await scripted(tier, lead_id, script("Order"))
    async with browser(tier, "anna") as desk:
        await desk.look()
        await desk.press("next")
        await desk.part("step", go="to:ships")
        # As written: yes, has a carrier (an objection), asks, no.
        assert steps(desk.page) == ["meeting", "expert", "bye", "carrier"]
        objections = desk.page.split("They object")[-1]
        assert "has a carrier" in objections and 'data-key="4"' in objections
        assert "ends: not interested" in desk.page
        await desk.part("step", go="to:meeting")
        assert "Agree on a time with a manager" in desk.page
        await desk.part("step", go="back")
        await desk.part("step", go="to:expert")
        assert "press H and write it down" in desk.page


async def test_a_script_from_before_answers_had_an_order_still_works(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "bela", "+380441118002")
    await scripted(tier, lead_id, script("Old"))
    await tier.pool.execute("UPDATE scripts SET written = NULL WHERE name = 'Old'")
    async with browser(tier, "bela") as desk:
        await desk.look()
        await desk.press("next")
        await desk.part("step", go="to:ships")
        assert sorted(steps(desk.page)) == ["bye", "carrier", "expert", "meeting"]


async def test_rest_keeps_the_order_of_answers(tier: Tier1) -> None:
    made = (await tier.http.post("/v1/scripts", json=script("Kept"))).json()
    read = (await tier.http.get("/v1/scripts", params={"name": "Kept"})).json()["items"][0]
    for version in (made, read):
        assert list(version["nodes"]) == list(script()["nodes"])
        assert list(version["nodes"]["ships"]["next"]) == ["yes", "has a carrier", "asks", "no"]


async def test_another_browser_shows_what_was_typed_and_how_far_they_were(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "vira", "+380441118003")
    await scripted(tier, lead_id, script("Elsewhere"))
    async with browser(tier, "vira") as desk:
        await desk.look()
        await desk.press("next")
        await desk.part("step", go="to:ships", note="12 pallets a month")
        kept = await desk.part("draft", note="12 pallets a month to Poznan")
        assert (kept.status_code, kept.headers["hx-retarget"]) == (200, "#saved")
    async with browser(tier, "vira") as other:
        page = await other.look()
        assert "12 pallets a month to Poznan</textarea>" in page
        assert steps(page) == ["meeting", "expert", "bye", "carrier"]


async def test_a_step_answers_with_the_middle_card_alone(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "halyna", "+380441118004")
    await scripted(tier, lead_id, script("Parts"))
    async with browser(tier, "halyna") as desk:
        await desk.look()
        await desk.press("next")
        answer = await desk.part("step", go="to:ships")
        assert answer.headers["hx-retarget"] == "#step"
        assert "<main" not in desk.page and 'id="lead"' not in desk.page
        answer = await desk.part("keep")
        assert answer.headers["hx-retarget"] == "#lease"
        answer = await desk.part("outcome", outcome="no_answer")
        assert "<main" in desk.page and 'hx-target="#figures"' in desk.page and 'hx-target="#line"' in desk.page
        assert "<b>No answer</b> for Company · next try" in desk.page


async def test_a_lost_lead_keeps_what_was_typed_and_is_taken_back(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "daria", "+380441118005")
    async with browser(tier, "daria") as desk:
        await desk.look()
        await desk.press("next")
        await desk.part("draft", note="decides with the director")
        await lose(tier, lead_id)
        await desk.part("draft", note="decides with the director on Monday")
        assert "Company went back to the queue" in desk.page
        assert "decides with the director on Monday" in desk.page
        assert "+380441118005" not in desk.page
        await desk.look()
        await desk.press("lost/take-back")
        assert "tel:+380441118005" in desk.page
        assert "decides with the director on Monday</textarea>" in desk.page
        await desk.press("outcome", outcome="interested", note="decides with the director on Monday")
    needs = await tier.pool.fetchval("SELECT needs FROM calls WHERE lead_id = $1", lead_id)
    assert needs == "decides with the director on Monday"
    assert await tier.signals(ids.cold_call(lead_id)) == ["call_answered"]


async def test_a_lead_that_somebody_else_has_by_now_is_not_taken_back(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "emma", "+380441118006")
    async with browser(tier, "emma") as desk:
        await desk.look()
        await desk.press("next")
        await desk.part("draft", note="in the middle of it")
        await lose(tier, lead_id)
        await tier.pool.execute(
            """UPDATE work_items SET state = 'leased', leased_by = 'somebody', lease_token = lease_token + 1,
                      lease_until = now() + interval '1 minute' WHERE lead_id = $1""",
            lead_id,
        )
        page = await desk.look()
        assert "A colleague is calling Company now" in page and "Take it back" not in page
        refused = await desk.press("lost/take-back")
        assert refused.status_code == 409
        await desk.press("lost/give")
        assert "Ready when you are" in desk.page
    notes = (await tier.http.get("/v1/call-notes")).json()["items"]
    assert [note["typed"]["note"] for note in notes if note["lead_id"] == lead_id] == ["in the middle of it"]


async def test_do_not_call_hides_the_number_at_once(tier: Tier1) -> None:
    await caller_for(tier, "olha", "+380441118007")
    async with browser(tier, "olha") as desk:
        await desk.look()
        await desk.press("next")
        answer = await tier.http.put("/v1/do-not-call/+380441118007", json={"scope": "company"})
        assert answer.status_code < 300, answer.text
        page = html.unescape(
            (await desk.http.get("/desk/look", headers={"HX-Request": "true", "HX-Request-Type": "partial"})).text
        )
        assert "Company must not be called any more" in page
        assert "+380441118007" not in page
        await desk.press("lost/throw-away")
        assert "Ready when you are" in desk.page


async def test_the_callback_picker_names_the_nearest_time_when_they_are_closed(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "yana", "+380441118008")
    body = {"opens": "09:00", "closes": "18:00", "holidays_of": None, "weekdays": [0, 1, 2, 3, 4, 5, 6], "lease": 60}
    async with browser(tier, "yana") as desk:
        await desk.look()
        await desk.press("next")
        await tier.http.post("/v1/policies", json={"body": body})
        try:
            day = (datetime.now(UTC) + timedelta(days=3)).date()
            at_night = {"callback_at": f"{day}T14:00", "minute": "03:30", "timezone": "Europe/Kyiv"}
            await desk.part("callback", **at_night)
            assert (
                "They are closed then. The nearest times are" in desk.page
                and "17:59 and" in desk.page
                and "09:00" in desk.page
            )
            refused = await desk.part("outcome", outcome="callback", note="at night?", **at_night)
            assert (refused.status_code, refused.headers["hx-retarget"]) == (409, "#step")
            assert "They are closed then. The nearest times are" in desk.page
            assert "at night?</textarea>" in desk.page
            await desk.part("callback", callback_at=f"{day}T14:00", timezone="Europe/Kyiv")
            assert "14:00" in desk.page and "Say: “We will call you on" in desk.page
            await desk.part("step", go="callback")
            assert 'is-closed"' in desk.page and 'value="' + str(day) + "T10:00" in desk.page
            done = await desk.part("outcome", outcome="callback", callback_at=f"{day}T14:00")
            assert done.status_code == 200
        finally:
            await tier.http.post("/v1/policies", json={"body": {"always_open": True, "lease": 60}})
    assert await tier.signals(ids.cold_call(lead_id)) == ["call_answered"]


async def test_a_wrong_number_is_the_one_that_was_dialled(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "inna", "+380441118009")
    await tier.pool.execute(
        "INSERT INTO lead_phones (phone, lead_id, position) VALUES ('+380441118010', $1, 1)", lead_id
    )
    async with browser(tier, "inna") as desk:
        await desk.look()
        await desk.press("next")
        assert "tel:+380441118009" in desk.page and "tel:+380441118010" in desk.page
        await desk.press("dial", phone="+380441118010")
        await desk.press("step", go="wrong_number")
        assert "Which number is wrong?" in desk.page
        strange = await desk.press("outcome", outcome="wrong_number", dialled="+380441112233")
        assert strange.status_code == 422
        await desk.press("outcome", outcome="wrong_number", dialled="+380441118010")
    bad = await tier.pool.fetch("SELECT phone FROM lead_phones WHERE lead_id = $1 AND bad", lead_id)
    assert [row["phone"] for row in bad] == ["+380441118010"]


async def test_reasons_are_chosen_by_digits_and_read_in_words_later(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "kateryna", "+380441118011")
    async with browser(tier, "kateryna") as desk:
        await desk.look()
        await desk.press("next")
        await desk.press("step", go="not_interested")
        assert "Too expensive" in desk.page
        await desk.part("outcome", outcome="not_interested", reason="price", other="")
        assert "too expensive; they rest" in desk.page
    assert await tier.pool.fetchval("SELECT reason FROM calls WHERE lead_id = $1", lead_id) == "price"


async def test_a_hard_question_is_promised_before_it_is_written(tier: Tier1) -> None:
    await caller_for(tier, "lina", "+380441118012")
    async with browser(tier, "lina") as desk:
        await desk.look()
        await desk.press("next")
        assert "Hard question? A manager calls back " in desk.page
        await desk.press("step", go="hard_question")
        assert "Our specialist will call you back" in desk.page
        refused = await desk.part("outcome", outcome="hard_question", note="asked by the director")
        assert refused.status_code == 422
        assert "What did they ask? Tier 2 answers it" in desk.page
        await desk.part("outcome", outcome="hard_question", question="Who pays the demurrage?")
        assert "a manager calls " in desk.page


async def test_whoever_waits_is_told_what_waits_for_what(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "mila", "+380441118013")
    await tier.pool.execute("UPDATE work_items SET not_before = now() + interval '2 hours' WHERE lead_id = $1", lead_id)
    async with browser(tier, "mila") as desk:
        await desk.look()
        await desk.press("next")
        assert "Nothing is due" in desk.page
        assert "The next lead comes by itself" in desk.page
        assert "Not called yet: the first call waits for their calling hours, at any hour" in desk.page
    await tier.pool.execute(
        """UPDATE work_items SET payload = payload || '{"attempt": 2}' WHERE lead_id = $1""", lead_id
    )
    async with browser(tier, "mila") as desk:
        await desk.look()
        await desk.press("next")
        assert ("Called before: the next call comes later" in desk.page, "Not called yet" in desk.page) == (True, False)


async def test_a_quota_is_shown_and_ends_the_calls(tier: Tier1) -> None:
    await caller_for(tier, "nina", "+380441118014", "+380441118015")
    await tier.http.patch("/v1/callers/nina", json={"daily_quota": 1})
    async with browser(tier, "nina") as desk:
        await desk.look()
        await desk.press("next")
        await desk.press("outcome", outcome="busy")
        assert figures(desk.page)["of 1 calls"] == 1
        assert "You have made all your calls" in desk.page


async def test_the_end_of_a_shift_shows_the_day_in_figures(tier: Tier1) -> None:
    await caller_for(tier, "paula", "+380441118016")
    shift_id = await shift(tier, "paula", timedelta(minutes=-5))
    async with browser(tier, "paula") as desk:
        await desk.look()
        await desk.press(f"shifts/{shift_id}/sign-on")
        await desk.press("next")
        await desk.press("outcome", outcome="interested", note="two trucks a month")
        await desk.press(f"shifts/{shift_id}/sign-off")
        assert "That was your shift. Thank you!" in desk.page
        assert "Handed over to a manager" in desk.page


async def test_a_break_during_a_call_keeps_what_was_typed(tier: Tier1) -> None:
    await caller_for(tier, "rita", "+380441118017")
    shift_id = await shift(tier, "rita", timedelta(minutes=-5))
    async with browser(tier, "rita") as desk:
        await desk.look()
        await desk.press(f"shifts/{shift_id}/sign-on")
        await desk.press("next")
        await desk.part("draft", note="call again before noon")
        await desk.press(f"shifts/{shift_id}/break")
        assert "You are on a break" in desk.page
        await desk.press(f"shifts/{shift_id}/resume")
        assert "call again before noon" in desk.page


async def test_instructions_are_found_while_talking(tier: Tier1) -> None:
    body = {"title": "They ask about customs", "text": "Never promise a day. Offer a call by a manager.", "tags": []}
    made = await tier.http.post("/v1/instructions", json=body)
    await caller_for(tier, "sonia", "+380441118018")
    async with browser(tier, "sonia") as desk:
        await desk.look()
        await desk.press("next")
        found = await desk.http.get("/desk/instructions", params={"q": "custo"}, headers={"HX-Request": "true"})
        assert "They ask about customs" in found.text and "1 found" in found.text
        thanked = await desk.part(f"instructions/{made.json()['id']}/helped")
        assert "Thank you" in thanked.text
        why = await desk.http.get("/desk/why", headers={"HX-Request": "true"})
        assert "Why this lead" in why.text


async def test_an_outcome_is_taken_back_with_what_was_written(tier: Tier1) -> None:
    await caller_for(tier, "tania", "+380441118019", "+380441118020")
    async with browser(tier, "tania") as desk:
        await desk.look()
        await desk.press("next")
        first = desk.held["item_id"]
        await desk.part("outcome", outcome="not_interested", reason="price", note="asked twice")
        assert "Not interested" in desk.page and 'data-key="U"' in desk.page
        await desk.look()
        assert desk.held["item_id"] != first
        await desk.part("undo", item_id=first)
        assert "asked twice</textarea>" in desk.page
        await desk.look()
        assert desk.held["item_id"] == first
