"""The call desk: one leased lead at a time, its outcome under the lease, and nothing to see beyond it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.chassis import work_items
from services.lead_gen.repository import leads
from tests.fixtures.http import auth, token
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_calls", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def test_an_outcome_under_the_lease_is_taken_once_and_told_to_the_workflow(desk: Tier1) -> None:
    call = await desk.leased("+380441110001", "a1")
    lead_id = call["lead"]["id"]
    assert call["lead"]["phones"] == ["+380441110001"]
    path, body = f"/v1/calls/{call['item_id']}/outcome", {"token": call["token"], "outcome": "interested"}
    headers = {**caller("a1"), "Idempotency-Key": "one-answer"}
    first = await desk.http.post(path, json=body, headers=headers)
    again = await desk.http.post(path, json=body, headers=headers)
    assert (first.status_code, first.json()["stage"]) == (200, "handed_over")
    assert again.json() == first.json()
    assert await desk.signals(ids.cold_call(lead_id)) == ["call_answered"]
    assert await desk.pool.fetchval("SELECT count(*) FROM calls WHERE lead_id = $1", lead_id) == 1


async def test_a_stale_lease_is_refused_and_changes_nothing(desk: Tier1) -> None:
    call = await desk.leased("+380441110002", "a2")
    body = {"token": call["token"] + 1, "outcome": "no_answer"}
    answer = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("a2"))
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_lease")
    assert await desk.signals(ids.cold_call(call["lead"]["id"])) == []


async def test_a_lease_is_its_callers_alone(desk: Tier1) -> None:
    call = await desk.leased("+380441110003", "a3")
    path = f"/v1/calls/{call['item_id']}"
    outcome = {"token": call["token"], "outcome": "busy"}
    for verb, body in (("extend", {"token": call["token"]}), ("outcome", outcome)):
        answer = await desk.http.post(f"{path}/{verb}", json=body, headers=caller("b3"))
        assert answer.status_code == 409, answer.text
    seen = await desk.http.get(f"/v1/leads/{call['lead']['id']}", headers=caller("b3"))
    assert seen.status_code == 403


BAD = [
    ({"outcome": None}, "outcome"),
    ({"outcome": "maybe"}, "outcome"),
    ({"token": None}, "token"),
    ({"token": "soon"}, "token"),
    ({"outcome": "callback"}, "callback_at"),
    ({"outcome": "callback", "callback_at": "2999-01-01T10:00:00"}, "callback_at"),
    ({"outcome": "callback", "callback_at": "2001-01-01T10:00:00Z"}, "callback_at"),
    ({"outcome": "hard_question"}, "question"),
    ({"outcome": "not_interested"}, "reason"),
    ({"outcome": "not_interested", "reason": "r" * 201}, "reason"),
    ({"wished_meeting": "2999-01-01T10:00:00"}, "wished_meeting"),
    ({"nonsense": 1}, "nonsense"),
]


@pytest.mark.parametrize(("changes", "field"), BAD, ids=[str(changes)[:40] for changes, _ in BAD])
async def test_a_wrong_outcome_names_its_field_and_changes_nothing(
    desk: Tier1, changes: dict[str, Any], field: str
) -> None:
    number = BAD.index((changes, field))
    person = f"c{number}"
    call = await desk.leased(f"+3804411101{number:02d}", person)
    body = {"token": call["token"], "outcome": "no_answer", **changes}
    body = {name: value for name, value in body.items() if value is not None}
    answer = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller(person))
    assert 400 <= answer.status_code < 500, answer.text
    assert field in answer.json()["errors"][0]["field"]
    assert await desk.pool.fetchval("SELECT state FROM work_items WHERE id = $1", call["item_id"]) == "leased"
    assert await desk.signals(ids.cold_call(call["lead"]["id"])) == []


async def test_only_a_caller_of_this_tier_with_a_live_token_gets_a_lead(desk: Tier1) -> None:
    expired = {"Authorization": f"Bearer {token(role='caller', ttl=timedelta(hours=-1))}"}
    for headers, status in ((auth(Tier.CONVERSION, "manager"), (401, 403)), (auth(), (403,)), (expired, (401,))):
        answer = await desk.http.post("/v1/calls/next", json={}, headers=headers)
        assert answer.status_code in status, answer.text


async def test_a_number_on_the_ledger_is_given_to_nobody(desk: Tier1) -> None:
    lead_id, campaign_id = await desk.opened("+380441110004")
    answer = await desk.http.put("/v1/do-not-call/+380441110004", json={})
    assert answer.is_success, answer.text
    following = await desk.http.post("/v1/calls/next", json={"campaign_id": campaign_id}, headers=caller("a4"))
    assert following.status_code == 204
    assert "Retry-After" in following.headers
    assert await desk.signals(ids.cold_call(lead_id)) == ["do_not_call"]


async def test_a_company_with_another_number_may_still_be_called_on_that_one(desk: Tier1) -> None:
    lead_id, campaign_id = await desk.opened("+380441110011")
    async with desk.pool.acquire() as conn:
        await leads.add_phones(conn, lead_id, ["+380441110012"])
    await desk.http.put("/v1/do-not-call/+380441110011", json={"scope": "phone"})
    given = await desk.http.post("/v1/calls/next", json={"campaign_id": campaign_id}, headers=caller("a11"))
    assert given.json()["lead"]["phones"] == ["+380441110012"]
    assert await desk.signals(ids.cold_call(lead_id)) == []
    await desk.http.put("/v1/do-not-call/+380441110012", json={"scope": "phone"})
    assert await desk.signals(ids.cold_call(lead_id)) == ["do_not_call"]


async def test_consent_withdrawn_on_the_phone_covers_every_number_of_the_company(desk: Tier1) -> None:
    call = await desk.leased("+380441110013", "a13")
    body = {"token": call["token"], "outcome": "do_not_call"}
    answer = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("a13"))
    assert answer.json()["stage"] == "do_not_call"
    entry = (await desk.http.get("/v1/do-not-call/+380441110013")).json()
    assert (entry["scope"], entry["by"], entry["withdrawn_at"]) == ("company", "a13", None)


async def test_a_wrong_number_is_not_dialled_again_and_the_next_one_is(desk: Tier1) -> None:
    call = await desk.leased("+380441110014", "a14")
    lead_id = call["lead"]["id"]
    async with desk.pool.acquire() as conn:
        await leads.add_phones(conn, lead_id, ["+380441110015"])
    body = {"token": call["token"], "outcome": "wrong_number"}
    await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("a14"))
    async with desk.pool.acquire() as conn:
        assert await leads.callable_phones(conn, lead_id) == ["+380441110015"]
    payload = await desk.pool.fetchval(
        "SELECT payload->>'other_number_left' FROM outbox WHERE workflow_id = $1", ids.cold_call(lead_id)
    )
    assert payload == "true"
    assert await desk.signals(ids.cold_call(lead_id)) == ["call_answered"]


async def ran_out_and_taken(desk: Tier1, number: str, first: str, second: str) -> dict[str, Any]:
    """The call of which the first caller's lease ran out, and which the second has now."""
    call = await desk.leased(number, first)
    await desk.pool.execute(
        "UPDATE work_items SET lease_until = now() - interval '1 second' WHERE id = $1", call["item_id"]
    )
    async with desk.pool.acquire() as conn:
        assert await work_items.return_expired(conn) == 1
    campaign_id = await desk.pool.fetchval("SELECT campaign_id FROM leads WHERE id = $1", call["lead"]["id"])
    given = await desk.http.post("/v1/calls/next", json={"campaign_id": str(campaign_id)}, headers=caller(second))
    assert given.json()["item_id"] == call["item_id"]
    return call


async def test_after_a_lease_ran_out_an_attempt_is_recorded_and_the_lead_stays_with_the_colleague(desk: Tier1) -> None:
    call = await ran_out_and_taken(desk, "+380441110016", "a16", "b16")
    body = {"token": call["token"], "outcome": "no_answer"}
    late = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("a16"))
    assert (late.status_code, [one["code"] for one in late.json()["not_followed"]]) == (200, ["taken"])
    again = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("a16"))
    assert (again.status_code, again.json()["code"]) == (409, "stale_lease")
    body = {"token": call["token"] + 1, "outcome": "interested"}
    theirs = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("b16"))
    assert (theirs.status_code, theirs.json()["not_followed"], theirs.json()["stage"]) == (200, [], "handed_over")


async def test_after_a_lease_ran_out_a_talk_is_a_fact_and_an_interest_reaches_tier_2_once(desk: Tier1) -> None:
    call = await ran_out_and_taken(desk, "+380441110017", "a17", "b17")
    body = {"token": call["token"], "outcome": "interested", "needs": "two trucks"}
    late = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("a17"))
    assert (late.status_code, late.json()["not_followed"], late.json()["stage"]) == (200, [], "handed_over")
    body = {"token": call["token"] + 1, "outcome": "no_answer"}
    theirs = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("b17"))
    assert (theirs.status_code, [one["code"] for one in theirs.json()["not_followed"]]) == (200, ["moved"])
    lead_id = call["lead"]["id"]
    assert await desk.signals(ids.cold_call(lead_id)) == ["call_answered"]
    rows = await desk.pool.fetch("SELECT caller, outcome FROM calls WHERE lead_id = $1 ORDER BY at", lead_id)
    assert [tuple(row) for row in rows] == [("a17", "interested"), ("b17", "no_answer")]


@pytest.mark.parametrize("outcome", ["interested", "not_interested", "do_not_call", "no_answer"])
async def test_the_first_call_is_an_attempt_whatever_came_of_it(desk: Tier1, outcome: str) -> None:
    call = await desk.leased("+380441234501", "anna")
    body = {"token": call["token"], "outcome": outcome, "reason": "no need", "needs": "a truck", "hold_seconds": 8}
    answer = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("anna"))
    assert answer.is_success, answer.text
    lead = call["lead"]["id"]
    assert (await desk.http.get(f"/v1/leads/{lead}")).json()["attempts"] == 1
    undone = await desk.http.post(f"/v1/calls/{call['item_id']}/undo", json={}, headers=caller("anna"))
    assert undone.is_success, undone.text
    assert (await desk.http.get(f"/v1/leads/{lead}")).json()["attempts"] == 0
