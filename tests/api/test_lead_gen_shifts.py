"""Callers and their shifts: who may call what and when, and what happens to their work when they are not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from services.chassis.db import new_id
from services.lead_gen.actions.rota import keep_rota
from services.lead_gen.actions.shifts import close_shifts
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import CallOutcome, OpenCall

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def floor(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_shifts", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as tier:
        yield tier


async def hire(floor: Tier1, person: str = "anna", **fields: Any) -> None:
    body = {"id": person, "name": person, **fields}
    (await floor.http.post("/v1/callers", json=body)).raise_for_status()


async def shift(floor: Tier1, person: str = "anna", *, begins: timedelta = -HOUR, ends: timedelta = HOUR) -> str:
    """A shift of this person around now, signed on; the id."""
    now = datetime.now(UTC)
    body = {"caller_id": person, "starts_at": (now + begins).isoformat(), "ends_at": (now + ends).isoformat()}
    planned = (await floor.http.post("/v1/shifts", json=body)).raise_for_status().json()
    answer = await floor.http.post(f"/v1/shifts/{planned['id']}/sign-on", headers=caller(person))
    answer.raise_for_status()
    return str(planned["id"])


async def next_lead(floor: Tier1, person: str = "anna") -> Any:
    answer = await floor.http.post("/v1/calls/next", json={}, headers=caller(person))
    return answer.json()["lead"]["id"] if answer.status_code == 200 else answer.status_code


async def callback(floor: Tier1, lead_id: str, campaign_id: str, at: datetime, person: str = "anna") -> None:
    """The lead asked this caller to be called at that time."""
    request = OpenCall(
        key=new_id(),
        lead_id=lead_id,
        campaign_id=campaign_id,
        workflow_id=ids.cold_call(lead_id),
        attempt=2,
        policy_version=1,
        after=CallOutcome.CALLBACK,
        after_at=datetime.now(UTC),
        callback_at=at,
        assignee=person,
    )
    await floor.pool.execute("UPDATE work_items SET state = 'done', closed_at = now() WHERE lead_id = $1", lead_id)
    await floor.activities.open_call(request)


async def assignee(floor: Tier1, lead_id: str) -> str | None:
    found: str | None = await floor.pool.fetchval(
        "SELECT assignee FROM work_items WHERE lead_id = $1 AND state = 'open'", lead_id
    )
    return found


async def test_a_caller_gets_only_leads_of_his_languages_and_campaigns(floor: Tier1) -> None:
    ukrainian, one = await floor.opened("+380441231001")
    await floor.pool.execute("UPDATE leads SET language = 'pl'")
    polish = await floor.lead("+380441231002")
    await floor.pool.execute("UPDATE leads SET language = 'pl', stage = 'calling' WHERE id = $1", polish)
    await floor.activities.open_call(
        OpenCall(key="p", lead_id=polish, campaign_id=one, workflow_id="x", attempt=1, policy_version=1)
    )
    await hire(floor, "anna", languages=["pl"])
    await hire(floor, "borys", languages=["uk"], campaigns=[await floor.campaign()])
    await hire(floor, "vira", languages=["uk"], campaigns=[one])
    assert await next_lead(floor, "borys") == 204
    assert await next_lead(floor, "anna") == polish
    assert await next_lead(floor, "vira") == ukrainian


async def test_a_campaign_that_does_not_exist_is_named(floor: Tier1) -> None:
    body = {"id": "x", "name": "x", "campaigns": [new_id()]}
    answer = await floor.http.post("/v1/callers", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "campaigns[0]")


async def test_the_quota_of_the_day_and_of_the_shift_end_the_calls(floor: Tier1) -> None:
    await hire(floor, daily_quota=1)
    await shift(floor)
    given = await floor.leased("+380441231003", "anna")
    body = {"token": given["token"], "outcome": "no_answer"}
    (await floor.http.post(f"/v1/calls/{given['item_id']}/outcome", json=body, headers=caller())).raise_for_status()
    await floor.opened("+380441231004")
    assert await next_lead(floor) == 204
    (await floor.http.patch("/v1/callers/anna", json={"daily_quota": None})).raise_for_status()
    await floor.pool.execute("UPDATE shifts SET quota = 1")
    assert await next_lead(floor) == 204
    await floor.pool.execute("UPDATE shifts SET quota = 2")
    assert await next_lead(floor) != 204


async def test_a_caller_who_left_gets_nothing_and_keeps_nothing(floor: Tier1) -> None:
    """Round robin hands leads to inactive users: not here."""
    await hire(floor)
    given = await floor.leased("+380441231005", "anna")
    (await floor.http.patch("/v1/callers/anna", json={"active": False})).raise_for_status()
    state = await floor.pool.fetchrow("SELECT state, leased_by FROM work_items WHERE id = $1", given["item_id"])
    assert tuple(state or ()) == ("open", None)
    assert await next_lead(floor) == 403


async def test_overlapping_shifts_of_one_caller_are_refused_by_the_database(floor: Tier1) -> None:
    await hire(floor)
    await shift(floor)
    now = datetime.now(UTC)
    body = {"caller_id": "anna", "starts_at": now.isoformat(), "ends_at": (now + 3 * HOUR).isoformat()}
    answer = await floor.http.post("/v1/shifts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "overlap")


async def test_a_caller_signs_only_his_own_shift(floor: Tier1) -> None:
    await hire(floor)
    mine = await shift(floor)
    answer = await floor.http.post(f"/v1/shifts/{mine}/sign-off", headers=caller("borys"))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


async def test_on_a_break_the_lead_goes_back_and_no_new_one_comes(floor: Tier1) -> None:
    await hire(floor)
    mine = await shift(floor)
    lead_id, _ = await floor.opened("+380441231006")
    assert await next_lead(floor) == lead_id
    (await floor.http.post(f"/v1/shifts/{mine}/break", headers=caller())).raise_for_status()
    assert await next_lead(floor) == 409
    assert await next_lead(floor, "borys") == lead_id
    (await floor.http.post(f"/v1/shifts/{mine}/resume", headers=caller())).raise_for_status()
    assert await next_lead(floor) == 204


async def test_a_personal_callback_stays_personal_only_while_its_caller_will_be_there(floor: Tier1) -> None:
    await hire(floor)
    mine = await shift(floor, ends=4 * HOUR)
    first, campaign = await floor.opened("+380441231007")
    second, _ = await floor.opened("+380441231008")
    await callback(floor, first, campaign, datetime.now(UTC) + HOUR)
    await callback(floor, second, campaign, datetime.now(UTC) + 9 * HOUR)
    assert await assignee(floor, first) == "anna"
    assert await assignee(floor, second) is None
    (await floor.http.post(f"/v1/shifts/{mine}/sign-off", headers=caller())).raise_for_status()
    assert await assignee(floor, first) is None


async def test_a_callback_of_a_day_off_falls_to_the_pool(floor: Tier1) -> None:
    await hire(floor)
    soon = (datetime.now(UTC) + timedelta(days=3)).replace(hour=12)
    line = {"caller_id": "anna", "weekday": soon.weekday(), "starts": "00:00", "ends": "23:59", "timezone": "UTC"}
    (await floor.http.post("/v1/rota", json={**line, "valid_from": "2026-01-01"})).raise_for_status()
    lead_id, campaign = await floor.opened("+380441231009")
    await callback(floor, lead_id, campaign, soon)
    assert await assignee(floor, lead_id) == "anna"
    day_off = {"caller_id": "anna", "day": soon.date().isoformat(), "timezone": "UTC"}
    (await floor.http.post("/v1/rota/exceptions", json=day_off)).raise_for_status()
    assert await assignee(floor, lead_id) is None


async def test_what_waited_longest_is_served_first_when_somebody_signs_on(floor: Tier1) -> None:
    await hire(floor)
    waiting = [(await floor.opened(f"+3804412311{n:02d}")) for n in range(4)]
    for (lead_id, campaign), minutes in zip(waiting[1:], (5, 40, 20), strict=True):
        await callback(floor, lead_id, campaign, datetime.now(UTC) + HOUR, person="borys")
        await floor.pool.execute(
            """UPDATE work_items SET not_before = now() - $2 * interval '1 minute', assignee_until = now()
                WHERE lead_id = $1 AND state = 'open'""",
            lead_id,
            minutes,
        )
    await shift(floor)
    order = []
    for _ in waiting:
        answer = (await floor.http.post("/v1/calls/next", json={}, headers=caller())).json()
        order.append(answer["lead"]["id"])
        body = {"token": answer["token"], "outcome": "no_answer"}
        await floor.http.post(f"/v1/calls/{answer['item_id']}/outcome", json=body, headers=caller())
    assert order == [waiting[2][0], waiting[3][0], waiting[1][0], waiting[0][0]]


async def test_whoever_forgets_to_sign_off_holds_nothing_when_his_shift_is_over(floor: Tier1) -> None:
    await hire(floor)
    mine = await shift(floor)
    lead_id, _ = await floor.opened("+380441231010")
    assert await next_lead(floor) == lead_id
    await floor.pool.execute("UPDATE shifts SET ends_at = now() - interval '1 second'")
    await close_shifts(floor.pool)
    shifts = (await floor.http.get("/v1/shifts")).json()["items"]
    assert (shifts[0]["id"], shifts[0]["signed_off_at"]) == (mine, shifts[0]["ends_at"])
    assert await next_lead(floor, "borys") == lead_id


async def test_the_rota_plans_two_weeks_ahead_once(floor: Tier1) -> None:
    await hire(floor)
    # No day near the ends of the two weeks.
    weekday = (datetime.now(UTC) + timedelta(days=3)).weekday()
    line = {"caller_id": "anna", "weekday": weekday, "starts": "14:00", "ends": "18:00", "valid_from": "2026-01-01"}
    added = (await floor.http.post("/v1/rota", json=line)).raise_for_status().json()
    await keep_rota(floor.pool)
    shifts = (await floor.http.get("/v1/shifts?caller_id=anna")).json()["items"]
    assert len(shifts) == 2
    assert all(one["by_rota"] for one in shifts)
    now = datetime.now(UTC)
    window = {"from": now.isoformat(), "to": (now + timedelta(days=14)).isoformat()}
    planned = (await floor.http.get("/v1/rota/plan", params=window)).json()["items"]
    assert [one["starts_at"] for one in planned] == sorted(one["starts_at"] for one in shifts)
    (await floor.http.delete(f"/v1/rota/{added['id']}")).raise_for_status()
    assert (await floor.http.get("/v1/shifts?caller_id=anna")).json()["items"] == []


async def test_never_two_cadences_on_one_lead(floor: Tier1) -> None:
    lead_id, campaign = await floor.opened("+380441231011")
    other = OpenCall(
        key="other", lead_id=lead_id, campaign_id=campaign, workflow_id="other", attempt=1, policy_version=1
    )
    try:
        await floor.activities.open_call(other)
    except Exception as error:
        assert "work_items_one_call" in str(error)
    else:
        raise AssertionError("a second open call was written")


async def test_at_quota_a_caller_gets_their_own_due_callback_and_nothing_fresh(floor: Tier1) -> None:
    await hire(floor, daily_quota=1)
    await shift(floor)
    given = await floor.leased("+380441231301", "anna")
    body = {"token": given["token"], "outcome": "no_answer"}
    (await floor.http.post(f"/v1/calls/{given['item_id']}/outcome", json=body, headers=caller())).raise_for_status()
    await floor.opened("+380441231302")
    assert await next_lead(floor) == 204
    promised, campaign_id = await floor.opened("+380441231303")
    await callback(floor, promised, campaign_id, datetime.now(UTC))
    assert await next_lead(floor) == promised
    assert await next_lead(floor) == promised  # a lost browser gets the same again


async def test_without_a_shift_a_caller_gets_their_own_due_callback_and_nothing_fresh(floor: Tier1) -> None:
    """Planned for now, and not signed on."""
    await hire(floor)
    mine = await shift(floor)
    await floor.pool.execute("UPDATE shifts SET signed_on_at = NULL WHERE id = $1", mine)
    fresh, _ = await floor.opened("+380441231311")
    assert await next_lead(floor) == 204
    promised, campaign_id = await floor.opened("+380441231312")
    await callback(floor, promised, campaign_id, datetime.now(UTC))
    assert await assignee(floor, promised) == "anna"
    assert await next_lead(floor) == promised
    await floor.pool.execute("DELETE FROM work_items WHERE lead_id = $1", promised)
    assert await next_lead(floor) == 204
    (await floor.http.post(f"/v1/shifts/{mine}/sign-on", headers=caller())).raise_for_status()
    assert await next_lead(floor) == fresh


async def test_a_colleagues_callback_is_not_given_to_somebody_at_quota(floor: Tier1) -> None:
    await hire(floor, daily_quota=1)
    await hire(floor, "borys")
    given = await floor.leased("+380441231321", "anna")
    body = {"token": given["token"], "outcome": "no_answer"}
    (await floor.http.post(f"/v1/calls/{given['item_id']}/outcome", json=body, headers=caller())).raise_for_status()
    promised, campaign_id = await floor.opened("+380441231322")
    await callback(floor, promised, campaign_id, datetime.now(UTC), "borys")
    assert await next_lead(floor) == 204
    assert await next_lead(floor, "borys") == promised
