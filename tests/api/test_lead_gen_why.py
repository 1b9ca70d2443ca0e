"""Why a lead is called or not: which rule of which version, by which score, and whether now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest_asyncio

from services.chassis.db import new_id
from services.lead_gen.actions import scores
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

Json = dict[str, Any]
INDUSTRY = {"field": "industry", "op": "eq", "value": "Пекарня"}
RECENT = {"field": "last_contact", "op": "lte", "value": 30}


@pytest_asyncio.fixture
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_why", tier=Tier.LEAD_GEN)) as tier:
        yield tier


async def campaign(desk: Tier1, name: str, *, running: bool = True, **rules: Any) -> str:
    """A campaign with these rules; the id."""
    found = (await desk.http.post("/v1/criteria", json={"name": name, **rules})).json()
    made = (await desk.http.post("/v1/campaigns", json={"name": name, "criteria_id": found["id"]})).json()
    if running:
        assert (await desk.http.post(f"/v1/campaigns/{made['id']}/start", json={})).is_success
    return str(made["id"])


async def why(desk: Tier1, lead_id: str, **params: str) -> Json:
    answer = await desk.http.get(f"/v1/leads/{lead_id}/why", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def bakery(desk: Tier1, phone: str = "+380445550001") -> str:
    lead_id = await desk.lead(phone)
    await desk.pool.execute("UPDATE leads SET industry = 'ПЕКАРНЯ', email = 'boss@bakery.ua' WHERE id = $1", lead_id)
    return lead_id


async def test_each_running_campaign_says_which_rule_of_which_version_takes_or_leaves_the_lead(desk: Tier1) -> None:
    lead_id = await bakery(desk)
    takes = await campaign(desk, "Bakeries", include=[INDUSTRY], exclude=[RECENT])
    leaves = await campaign(desk, "Big ones", include=[INDUSTRY, {"field": "size", "op": "eq", "value": "200+"}])
    await campaign(desk, "Draft", running=False)
    found = await why(desk, lead_id)
    assert found["callable"] is True
    said = {one["campaign_id"]: one for one in found["campaigns"]}
    assert set(said) == {takes, leaves}
    assert (said[takes]["verdict"], said[leaves]["verdict"]) == ("takes", "leaves")
    assert said[leaves]["criteria"] == "Big ones version 1"
    assert [(r["rule"], r["verdict"], r["value"]) for r in said[leaves]["reasons"]] == [
        ("include[0]", "takes", "ПЕКАРНЯ"), ("include[1]", "leaves", None),
    ]  # fmt: skip
    assert said[takes]["reasons"][1] == {
        "rule": "exclude[0]", "verdict": "takes", "text": "exclude: last_contact is at most 30", "value": None,
    }  # fmt: skip


async def test_one_campaign_may_be_asked_about_whatever_its_state(desk: Tier1) -> None:
    lead_id = await bakery(desk)
    draft = await campaign(desk, "Draft", running=False, exclude=[INDUSTRY])
    found = await why(desk, lead_id, campaign_id=draft)
    assert [(one["state"], one["verdict"]) for one in found["campaigns"]] == [("draft", "leaves")]
    assert found["callable"] is False
    assert (await desk.http.get(f"/v1/leads/{lead_id}/why", params={"campaign_id": new_id()})).status_code == 404
    assert (await desk.http.get(f"/v1/leads/{new_id()}/why")).status_code == 404


async def test_a_lead_that_no_running_campaign_takes_is_not_picked_up_and_the_reason_is_shown(desk: Tier1) -> None:
    lead_id = await bakery(desk)
    found = await why(desk, lead_id)
    assert found["callable"] is False
    assert ("campaign", "leaves", "No campaign runs") in [
        (one["rule"], one["verdict"], one["text"]) for one in found["reasons"]
    ]


async def test_the_answer_agrees_with_whom_enrolment_would_take(desk: Tier1) -> None:
    taken, left = await bakery(desk), await desk.lead("+380445550002")
    chosen = await campaign(desk, "Bakeries", include=[INDUSTRY])
    preview = (await desk.http.post(f"/v1/campaigns/{chosen}/preview", json={})).json()
    assert [lead["id"] for lead in preview["sample"]] == [taken]
    assert [(await why(desk, lead_id))["callable"] for lead_id in (taken, left)] == [True, False]


async def test_the_score_is_shown_with_its_version_and_what_made_it(desk: Tier1) -> None:
    lead_id = await bakery(desk)
    assert (await why(desk, lead_id))["score"] == {
        "score": 0, "version": None, "score_id": None, "name": None, "kind": None, "parts": [],
    }  # fmt: skip
    has_email = {"field": "email", "op": "contains", "value": "bakery"}
    body = {"name": "Bread", "weights": [{"rule": INDUSTRY, "points": 8}, {"rule": has_email, "points": -2}]}
    made = (await desk.http.post("/v1/scores", json=body)).json()
    await desk.http.post(f"/v1/scores/{made['id']}/activate")
    await scores.run_scoring(desk.pool)
    score = (await why(desk, lead_id))["score"]
    assert (score["score"], score["version"], score["kind"], score["name"]) == (6, 1, "weights", "Bread")
    assert score["parts"] == [
        {"name": "industry is Пекарня", "value": "ПЕКАРНЯ", "adds": 8},
        {"name": "email contains bakery", "value": "(known)", "adds": -2},
    ]


async def test_the_window_is_the_one_of_this_moment(desk: Tier1) -> None:
    window = (await why(desk, await bakery(desk)))["window"]
    now = await desk.pool.fetchval("SELECT now()")
    opening = datetime.fromisoformat(window["next_open"])
    assert (window["timezone"], window["policy_version"]) == ("Europe/Kyiv", 1)
    assert (opening <= now) if window["open"] else (opening > now)


async def test_numbers_and_the_ledger_are_shown_masked(desk: Tier1) -> None:
    lead_id = await bakery(desk)
    await campaign(desk, "All")
    await desk.pool.execute("INSERT INTO lead_phones VALUES ('+380445550003', $1, 1, true)", lead_id)
    await desk.http.put("/v1/do-not-call/+380445550001", json={"scope": "company"})
    answer = await desk.http.get(f"/v1/leads/{lead_id}/why")
    found = answer.json()
    assert [(n["working"], n["on_ledger"], n["callable"]) for n in found["numbers"]] == [
        (True, "company", False), (False, None, False),
    ]  # fmt: skip
    assert found["callable"] is False
    assert "44555000" not in answer.text
    assert "boss@" not in answer.text


async def test_a_lead_that_rests_says_until_when(desk: Tier1) -> None:
    lead_id = await bakery(desk)
    await campaign(desk, "All")
    await desk.pool.execute(
        "UPDATE leads SET stage = 'resting', rest_until = now() + interval '3 days' WHERE id = $1", lead_id
    )
    found = await why(desk, lead_id)
    assert (found["callable"], found["rest_until"] is not None) == (False, True)
    await desk.pool.execute("UPDATE leads SET rest_until = now() - interval '1 day' WHERE id = $1", lead_id)
    assert (await why(desk, lead_id))["callable"] is True


async def test_a_lead_under_way_says_where_it_is(desk: Tier1) -> None:
    lead_id, campaign_id = await desk.opened("+380445550009")
    calling = (await why(desk, lead_id))["in_calling"]
    assert (calling["campaign_id"], calling["attempts"], calling["leased"]) == (campaign_id, 0, False)
    assert calling["next_call_at"] is not None
    assert (await why(desk, lead_id))["callable"] is True


async def test_callers_do_not_read_it(desk: Tier1) -> None:
    answer = await desk.http.get(f"/v1/leads/{new_id()}/why", headers=caller())
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")


def obstacles(found: Json) -> dict[str, str]:
    """What stands in the way, by rule."""
    return {one["rule"]: one["text"] for one in found["reasons"] if one["verdict"] == "leaves"}


async def due_now(desk: Tier1) -> str:
    """A lead whose call is due; its id."""
    lead_id, _ = await desk.opened("+380445550009")
    await desk.pool.execute("UPDATE work_items SET not_before = now() WHERE lead_id = $1", lead_id)
    return lead_id


async def policy(desk: Tier1, **rules: Any) -> None:
    (await desk.http.post("/v1/policies", json={"body": rules})).raise_for_status()


async def test_a_language_that_no_caller_speaks_is_named(desk: Tier1) -> None:
    await policy(desk, always_open=True)
    lead_id = await bakery(desk)
    await campaign(desk, "All")
    await desk.pool.execute("UPDATE leads SET language = 'pl' WHERE id = $1", lead_id)
    assert (await why(desk, lead_id))["callable_now"] is True  # nobody has said who calls
    (await desk.http.post("/v1/callers", json={"id": "anna", "name": "Anna", "languages": ["uk"]})).raise_for_status()
    found = await why(desk, lead_id)
    assert (found["callable"], found["callable_now"], list(obstacles(found))) == (False, False, ["language"])
    (await desk.http.post("/v1/callers", json={"id": "bob", "name": "Bob", "languages": ["pl"]})).raise_for_status()
    assert (await why(desk, lead_id))["callable_now"] is True


async def test_a_campaign_that_is_paused_is_named(desk: Tier1) -> None:
    lead_id, campaign_id = await desk.opened("+380445550009")
    await desk.pool.execute("UPDATE campaigns SET state = 'paused' WHERE id = $1", campaign_id)
    found = await why(desk, lead_id)
    assert found["callable"] is False
    assert "it is paused" in obstacles(found)[f"campaign:{campaign_id}"]


async def test_a_closed_window_is_named_with_the_time_when_it_opens(desk: Tier1) -> None:
    lead_id = await bakery(desk)
    await campaign(desk, "All")
    today = (await desk.pool.fetchval("SELECT now() AT TIME ZONE 'Europe/Kyiv'")).date()
    days = [str(today + timedelta(days=n)) for n in (-1, 0, 1)]
    await policy(desk, weekdays=list(range(7)), holidays_of=None, closed_days=days)
    found = await why(desk, lead_id)
    assert (found["callable"], found["callable_now"]) == (True, False)
    assert found["window"]["next_open"].removesuffix("Z") in obstacles(found)["window"]


async def test_a_campaign_without_room_says_what_fills_it(desk: Tier1) -> None:
    await policy(desk, always_open=True, stock_limit=2, window=1)
    lead_id = await bakery(desk)
    made = await campaign(desk, "All")
    _, other = await desk.opened("+380445550009")
    await desk.pool.execute("UPDATE leads SET campaign_id = $1 WHERE campaign_id = $2", made, other)
    assert "its window holds 1" in obstacles(await why(desk, lead_id, campaign_id=made))[f"pace:{made}"]
    await desk.pool.execute("UPDATE leads SET tier = 'conversion', stage = 'handed_over' WHERE stage = 'calling'")
    assert f"pace:{made}" not in obstacles(await why(desk, lead_id, campaign_id=made))
    await desk.pool.execute(
        """INSERT INTO leads (id, company, tier, stage)
           VALUES (gen_random_uuid(), 'x', 'conversion', 'handed_over')"""
    )
    found = await why(desk, lead_id, campaign_id=made)
    assert "2 interested leads wait for tier 2" in obstacles(found)[f"pace:{made}"]
    assert (found["callable"], found["callable_now"]) == (True, False)


async def test_callers_with_enough_to_call_are_named_as_what_stands_in_the_way(desk: Tier1) -> None:
    await policy(desk, always_open=True)
    lead_id = await bakery(desk)
    made = await campaign(desk, "All")
    (await desk.http.post("/v1/callers", json={"id": "anna", "name": "Anna", "daily_quota": 1})).raise_for_status()
    await desk.pool.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at)
           VALUES (gen_random_uuid(), 'anna', now() - interval '1 hour', now() + interval '1 hour', now())"""
    )
    assert (await why(desk, lead_id))["callable_now"] is True
    await due_now(desk)
    assert "have enough to call" in obstacles(await why(desk, lead_id, campaign_id=made))[f"pace:{made}"]


async def test_a_call_that_nobody_can_be_given_now_says_why(desk: Tier1) -> None:
    await policy(desk, always_open=True)
    lead_id = await due_now(desk)
    assert (await desk.http.post("/v1/calls/next", json={}, headers=caller("anna"))).status_code == 200
    assert obstacles(await why(desk, lead_id))["queue"] == "Somebody is calling it"
    free = "state = 'open', leased_by = NULL, lease_until = NULL"
    for change, says in (
        (f"{free}, not_before = now() + interval '1 hour'", "due at"),
        (f"{free}, not_before = now(), assignee = 'vira'", "promised"),
        ("state = 'cancelled'", "not in the queue"),
    ):
        await desk.pool.execute(f"UPDATE work_items SET {change} WHERE lead_id = $1", lead_id)
        assert says in obstacles(await why(desk, lead_id))["queue"]
