"""A finished call is never thrown away: whatever became of the lead or the shift meanwhile, it is taken or recorded."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from services.chassis import work_items
from services.lead_gen.actions.shifts import close_shifts
from tests.fixtures.call_desk import browser, caller_for, shift
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier

_NUMBERS = count(1)


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_finished_calls", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn, undo_seconds=8) as started:
        yield started


def phone() -> str:
    return f"+38044333{next(_NUMBERS):04d}"


async def on_shift(tier: Tier1, person: str) -> str:
    """This caller is signed on; the shift."""
    shift_id = await shift(tier, person, timedelta(minutes=-5))
    answer = await tier.http.post(f"/v1/shifts/{shift_id}/sign-on", headers=caller(person))
    assert answer.status_code == 200, answer.text
    return shift_id


async def report(tier: Tier1, call: dict[str, Any], person: str, outcome: str, **more: Any) -> dict[str, Any]:
    body = {"token": call["token"], "outcome": outcome, **more}
    answer = await tier.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller(person))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def recorded(tier: Tier1, lead_id: str) -> list[tuple[str, str, str | None]]:
    rows = await tier.pool.fetch(
        "SELECT caller, outcome, not_followed FROM calls WHERE lead_id = $1 ORDER BY at", lead_id
    )
    return [tuple(row) for row in rows]


async def sign_off(tier: Tier1, person: str, shift_id: str) -> None:
    (await tier.http.post(f"/v1/shifts/{shift_id}/sign-off", headers=caller(person))).raise_for_status()


async def begin_break(tier: Tier1, person: str, shift_id: str) -> None:
    (await tier.http.post(f"/v1/shifts/{shift_id}/break", headers=caller(person))).raise_for_status()


async def shift_ends(tier: Tier1, _person: str, shift_id: str) -> None:
    await tier.pool.execute("UPDATE shifts SET ends_at = now() - interval '1 second' WHERE id = $1", shift_id)
    await close_shifts(tier.pool)


async def leaves(tier: Tier1, person: str, _shift_id: str) -> None:
    (await tier.http.patch(f"/v1/callers/{person}", json={"active": False})).raise_for_status()


async def lease_runs_out(tier: Tier1, person: str, _shift_id: str) -> None:
    await tier.pool.execute(
        "UPDATE work_items SET lease_until = now() - interval '1 second' WHERE leased_by = $1", person
    )
    async with tier.pool.acquire() as conn:
        await work_items.return_expired(conn)


@pytest.mark.parametrize("meanwhile", [sign_off, begin_break, shift_ends, leaves, lease_runs_out])
@pytest.mark.parametrize("outcome", ["no_answer", "interested"])
async def test_a_call_that_went_back_to_the_queue_is_taken_and_nobody_rings_them_again(
    tier: Tier1, meanwhile: Any, outcome: str
) -> None:
    person = f"{meanwhile.__name__}-{outcome}"
    shift_id = await on_shift(tier, person)
    call = await tier.leased(phone(), person)
    await meanwhile(tier, person, shift_id)
    taken = await report(tier, call, person, outcome)
    assert taken["not_followed"] == []
    lead_id = call["lead"]["id"]
    assert await recorded(tier, lead_id) == [(person, outcome, None)]
    assert await tier.signals(ids.cold_call(lead_id)) == ["call_answered"]
    campaign_id = await tier.pool.fetchval("SELECT campaign_id::text FROM leads WHERE id = $1", lead_id)
    following = await tier.http.post("/v1/calls/next", json={"campaign_id": campaign_id}, headers=caller("next-one"))
    assert following.status_code == 204


async def test_the_same_call_is_told_once(tier: Tier1) -> None:
    shift_id = await on_shift(tier, "once")
    call = await tier.leased(phone(), "once")
    await sign_off(tier, "once", shift_id)
    await report(tier, call, "once", "busy")
    body = {"token": call["token"], "outcome": "interested"}
    again = await tier.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("once"))
    assert (again.status_code, again.json()["code"]) == (409, "already_closed")
    assert len(await recorded(tier, call["lead"]["id"])) == 1


@pytest.mark.parametrize(("person", "token"), [("somebody", 0), ("hers", 1)])
async def test_a_call_that_was_never_theirs_is_refused_also_after_its_end(tier: Tier1, person: str, token: int) -> None:
    await tier.http.post("/v1/callers", json={"id": f"hers-{person}", "name": "Hers", "languages": ["uk"]})
    call = await tier.leased(phone(), f"hers-{person}")
    async with tier.pool.acquire() as conn:
        await work_items.cancel(conn, call["item_id"], "cancelled")
    body = {"token": call["token"] + token, "outcome": "interested"}
    who = caller(person if person == "somebody" else f"hers-{person}")
    answer = await tier.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=who)
    assert answer.status_code == 409
    assert await recorded(tier, call["lead"]["id"]) == []


@pytest.mark.parametrize("outcome", ["no_answer", "interested", "callback"])
async def test_after_they_went_on_the_ledger_a_call_is_recorded_and_nothing_follows(tier: Tier1, outcome: str) -> None:
    person, number = f"ledger-{outcome}", phone()
    call = await tier.leased(number, person)
    (await tier.http.put(f"/v1/do-not-call/{number}", json={"scope": "company"})).raise_for_status()
    more = {"callback_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()} if outcome == "callback" else {}
    told = await report(tier, call, person, outcome, **more)
    assert [one["code"] for one in told["not_followed"]] == ["do_not_call"]
    assert told["not_followed"][0]["reason"]
    assert told["stage"] == "do_not_call"
    lead_id = call["lead"]["id"]
    assert await recorded(tier, lead_id) == [(person, outcome, "do_not_call")]
    assert await tier.signals(ids.cold_call(lead_id)) == ["do_not_call"]


async def test_they_called_us_during_the_call_and_their_question_still_reaches_the_manager(tier: Tier1) -> None:
    number = phone()
    call = await tier.leased(number, "inbound-1")
    (await tier.http.post("/v1/inbound-calls", json={"from": number})).raise_for_status()
    told = await report(tier, call, "inbound-1", "hard_question", question="Who pays the demurrage?")
    assert (told["not_followed"], told["stage"]) == ([], "inbound")
    lead_id = call["lead"]["id"]
    assert await recorded(tier, lead_id) == [("inbound-1", "hard_question", None)]
    sent = await tier.pool.fetchval(
        "SELECT payload FROM outbox WHERE workflow_id = $1 AND signal = 'handed_over'", ids.conversion(lead_id)
    )
    assert sent["hand_over"]["question"] == "Who pays the demurrage?"
    assert [one["outcome"] for one in sent["hand_over"]["story"]] == ["hard_question"]


async def test_they_called_us_during_a_call_that_reached_nobody(tier: Tier1) -> None:
    number = phone()
    call = await tier.leased(number, "inbound-2")
    (await tier.http.post("/v1/inbound-calls", json={"from": number})).raise_for_status()
    told = await report(tier, call, "inbound-2", "no_answer")
    assert [one["code"] for one in told["not_followed"]] == ["inbound"]
    assert await recorded(tier, call["lead"]["id"]) == [("inbound-2", "no_answer", "inbound")]


async def test_what_they_said_about_calling_holds_whoever_has_them_by_now(tier: Tier1) -> None:
    number = phone()
    call = await tier.leased(number, "word")
    (await tier.http.post("/v1/inbound-calls", json={"from": number})).raise_for_status()
    told = await report(tier, call, "word", "do_not_call")
    assert told["not_followed"] == []
    entry = (await tier.http.get(f"/v1/do-not-call/{number}")).json()
    assert (entry["scope"], entry["withdrawn_at"]) == ("company", None)
    assert "do_not_call" in await tier.signals(ids.conversion(call["lead"]["id"]))


async def test_of_a_lead_that_was_given_up_the_call_is_recorded(tier: Tier1) -> None:
    call = await tier.leased(phone(), "given-up")
    lead_id = call["lead"]["id"]
    (await tier.http.post(f"/v1/leads/{lead_id}/cancel", json={"reason": "closed down"})).raise_for_status()
    told = await report(tier, call, "given-up", "interested")
    assert [one["code"] for one in told["not_followed"]] == ["cancelled"]
    assert (told["stage"], told["promised_by"]) == ("cancelled", None)
    assert await recorded(tier, lead_id) == [("given-up", "interested", "cancelled")]


async def test_of_an_erased_person_no_word_is_written(tier: Tier1) -> None:
    call = await tier.leased(phone(), "erased")
    lead_id = call["lead"]["id"]
    (await tier.http.post(f"/v1/leads/{lead_id}/erase", json={"basis": "GDPR art. 17"})).raise_for_status()
    told = await report(tier, call, "erased", "interested", note="the director is Olena", needs="two trucks")
    assert [one["code"] for one in told["not_followed"]] == ["erased"]
    row = await tier.pool.fetchrow("SELECT note, needs, dialled FROM calls WHERE lead_id = $1", lead_id)
    assert tuple(row or ()) == (None, None, None)


async def taken_by_a_colleague(tier: Tier1, person: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the call that its caller had before the break, the same in a colleague's hand)."""
    shift_id = await on_shift(tier, person)
    call = await tier.leased(phone(), person)
    await begin_break(tier, person, shift_id)
    campaign_id = await tier.pool.fetchval("SELECT campaign_id::text FROM leads WHERE id = $1", call["lead"]["id"])
    given = await tier.http.post("/v1/calls/next", json={"campaign_id": campaign_id}, headers=caller(f"{person}-2"))
    assert given.json()["item_id"] == call["item_id"]
    return call, dict(given.json())


async def test_reaching_nobody_leaves_the_lead_to_the_colleague_who_has_taken_it(tier: Tier1) -> None:
    call, theirs = await taken_by_a_colleague(tier, "two")
    told = await report(tier, call, "two", "no_answer")
    assert [one["code"] for one in told["not_followed"]] == ["taken"]
    assert (await report(tier, theirs, "two-2", "interested"))["not_followed"] == []
    assert await recorded(tier, call["lead"]["id"]) == [("two", "no_answer", "taken"), ("two-2", "interested", None)]
    assert await tier.signals(ids.cold_call(call["lead"]["id"])) == ["call_answered"]


async def test_whoever_was_spoken_with_is_not_rung_by_the_colleague_who_has_taken_the_lead(tier: Tier1) -> None:
    call, theirs = await taken_by_a_colleague(tier, "three")
    told = await report(tier, call, "three", "not_interested", reason="price")
    assert told["not_followed"] == []
    lead_id = call["lead"]["id"]
    assert await tier.signals(ids.cold_call(lead_id)) == ["call_answered"]
    late = await report(tier, theirs, "three-2", "no_answer")
    assert [one["code"] for one in late["not_followed"]] == ["answered"]
    assert [one[1] for one in await recorded(tier, lead_id)] == ["not_interested", "no_answer"]


async def test_an_interest_told_after_the_lead_was_closed_begins_tier_2(tier: Tier1) -> None:
    call, theirs = await taken_by_a_colleague(tier, "four")
    await report(tier, theirs, "four-2", "not_interested", reason="price")
    lead_id = call["lead"]["id"]
    await tier.pool.execute("UPDATE leads SET stage = 'not_interested' WHERE id = $1", lead_id)
    told = await report(tier, call, "four", "interested", needs="two trucks a month")
    assert (told["not_followed"], told["stage"]) == ([], "handed_over")
    start = await tier.pool.fetchrow(
        "SELECT workflow, start_input FROM outbox WHERE workflow_id = $1", ids.conversion(lead_id)
    )
    assert start is not None
    assert (start["workflow"], start["start_input"]["hand_over"]["needs"]) == ("Conversion", "two trucks a month")


async def test_at_the_desk_a_call_is_taken_after_the_break_has_begun(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "desk-1", phone())
    shift_id = await shift(tier, "desk-1", timedelta(minutes=-5))
    async with browser(tier, "desk-1") as desk:
        await desk.look()
        await desk.press(f"shifts/{shift_id}/sign-on")
        await desk.press("next")
        held = dict(desk.held)
        await begin_break(tier, "desk-1", shift_id)
        await desk.part("outcome", **held, outcome="no_answer")
        assert "You are on a break" in desk.page and "No answer" in desk.page
    assert await recorded(tier, lead_id) == [("desk-1", "no_answer", None)]


async def test_at_the_desk_it_is_said_what_could_not_follow(tier: Tier1) -> None:
    number = phone()
    [lead_id] = await caller_for(tier, "desk-2", number)
    async with browser(tier, "desk-2") as desk:
        await desk.look()
        await desk.press("next")
        (await tier.http.put(f"/v1/do-not-call/{number}", json={"scope": "company"})).raise_for_status()
        await desk.part("outcome", outcome="interested", note="wants a price")
        page = html.unescape(desk.page)
        assert "your call is kept; they are on the do-not-call list" in page
    assert await recorded(tier, lead_id) == [("desk-2", "interested", "do_not_call")]
