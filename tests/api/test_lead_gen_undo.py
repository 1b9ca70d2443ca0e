"""Taking a call's outcome back while it is held: nobody has ever seen it, and everything is as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.lead_gen.actions.call_undo import undoable_call
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier

# What an outcome may touch, as it stands.
RECORDS = {
    "leads": """SELECT tier, stage, workflow_id, owner, next_call_at, register_at, last_contact_at, attempts, rounds
                  FROM leads WHERE id = $1""",
    "history": "SELECT at, tier, stage, key FROM lead_history WHERE lead_id = $1 ORDER BY id",
    "phones": "SELECT phone, bad FROM lead_phones WHERE lead_id = $1 ORDER BY phone",
    "calls": "SELECT item_id, outcome FROM calls WHERE lead_id = $1",
    "promises": "SELECT id, state, kept_at FROM callback_promises WHERE lead_id = $1",
    "forbidden": """SELECT d.phone FROM do_not_call d JOIN lead_phones p USING (phone)
                     WHERE p.lead_id = $1 AND d.withdrawn_at IS NULL""",
    "item": "SELECT state, result, leased_by, closed_at FROM work_items WHERE lead_id = $1",
}
TOLD: dict[str, dict[str, Any]] = {
    "no_answer": {},
    "busy": {},
    "wrong_number": {"note": "a bakery"},
    "do_not_call": {},
    "interested": {"needs": "two containers a month"},
    "hard_question": {"question": "Who pays for the customs broker?"},
    "not_interested": {"reason": "has a forwarder"},
    "callback": {"callback_at": "2099-01-01T10:00:00+00:00"},
}
_number = iter(range(10_000))


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_undo", tier=Tier.LEAD_GEN, policy="demo")) as running:
        yield running


def phone() -> str:
    return f"+38044222{next(_number):04}"


async def records(tier: Tier1, lead_id: str) -> dict[str, list[tuple[Any, ...]]]:
    return {name: [tuple(row) for row in await tier.pool.fetch(sql, lead_id)] for name, sql in RECORDS.items()}


async def promise(tier: Tier1, lead_id: str) -> None:
    """The lead has called in vain, and will be called back."""
    await tier.pool.execute(
        """WITH rang AS (INSERT INTO inbound_calls (id, lead_id, phone, by, routed_to, known, workflow_id, stage)
                         VALUES (gen_random_uuid(), $1, '', 'olia', 'lead_gen', true, 'w', 'calling') RETURNING id)
           INSERT INTO callback_promises (id, inbound_call_id, lead_id, due_at)
           SELECT gen_random_uuid(), id, $1, now() + interval '1 h' FROM rang""",
        lead_id,
    )


async def end(tier: Tier1, call: dict[str, Any], person: str, outcome: str, **more: Any) -> httpx.Response:
    body = {"token": call["token"], "outcome": outcome, "hold_seconds": 60, **TOLD[outcome], **more}
    answer = await tier.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller(person))
    assert answer.status_code == 200, answer.text
    return answer


async def undo(tier: Tier1, call: dict[str, Any], person: str) -> httpx.Response:
    return await tier.http.post(f"/v1/calls/{call['item_id']}/undo", headers=caller(person))


async def offered(tier: Tier1, person: str) -> str | None:
    """The call that the line at the foot of the desk offers to take back."""
    async with tier.pool.acquire() as conn:
        found = await undoable_call(conn, person)
    return found.item_id if found else None


@pytest.mark.parametrize("outcome", list(TOLD))
async def test_everything_is_as_it_was_and_the_call_is_in_hand_again(tier: Tier1, outcome: str) -> None:
    person = f"undoer-{outcome}"
    call = await tier.leased(phone(), person)
    lead_id = call["lead"]["id"]
    await promise(tier, lead_id)
    before = await records(tier, lead_id)
    await end(tier, call, person, outcome)
    assert await records(tier, lead_id) != before
    undone = await undo(tier, call, person)
    assert undone.status_code == 200, undone.text
    assert await records(tier, lead_id) == before
    assert await tier.signals(ids.cold_call(lead_id)) == []
    again = undone.json()["call"]
    assert (again["item_id"], again["lead"]["phones"]) == (call["item_id"], call["lead"]["phones"])
    assert again["token"] > call["token"]
    assert {name: undone.json()["report"][name] for name in TOLD[outcome] if name != "callback_at"} == {
        name: value for name, value in TOLD[outcome].items() if name != "callback_at"
    }
    # What is said now counts, once.
    await end(tier, again, person, "no_answer", hold_seconds=0)
    assert await tier.signals(ids.cold_call(lead_id)) == ["call_answered"]


async def test_the_lead_that_came_next_goes_back_to_the_queue(tier: Tier1) -> None:
    first = await tier.leased(phone(), "olia")
    await end(tier, first, "olia", "busy")
    second = await tier.leased(phone(), "olia")
    assert second["item_id"] != first["item_id"]
    assert (await undo(tier, first, "olia")).json()["call"]["item_id"] == first["item_id"]
    state = await tier.pool.fetchval("SELECT state FROM work_items WHERE id = $1", second["item_id"])
    assert state == "open"


async def test_once_the_next_number_is_dialled_the_last_outcome_stands(tier: Tier1) -> None:
    first = await tier.leased(phone(), "orest")
    await end(tier, first, "orest", "busy")
    assert await offered(tier, "orest") == first["item_id"]
    second = await tier.leased(phone(), "orest")
    await tier.pool.execute(
        """INSERT INTO dials (call_id, item_id, number, lead_id, phone, caller, way, line_open)
           VALUES ('d', $1, 1, $2, '', 'orest', 'switchboard', true)""",
        second["item_id"],
        second["lead"]["id"],
    )
    assert await offered(tier, "orest") is None
    late = await undo(tier, first, "orest")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")


async def test_without_asking_nothing_is_held(tier: Tier1) -> None:
    call = await tier.leased(phone(), "danylo")
    await end(tier, call, "danylo", "busy", hold_seconds=0)
    late = await undo(tier, call, "danylo")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    sent = "SELECT next_at <= now() AND before IS NULL FROM outbox WHERE event_id = $1"
    assert await tier.pool.fetchval(sent, f"call:{call['item_id']}")


async def test_what_has_gone_on_stands(tier: Tier1) -> None:
    call = await tier.leased(phone(), "iryna")
    await end(tier, call, "iryna", "interested")
    await tier.pool.execute("UPDATE outbox SET next_at = now() WHERE event_id = $1", f"call:{call['item_id']}")
    before = await records(tier, call["lead"]["id"])
    late = await undo(tier, call, "iryna")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    assert await records(tier, call["lead"]["id"]) == before


async def test_whoever_closes_the_browser_has_said_what_they_said(tier: Tier1) -> None:
    call = await tier.leased(phone(), "maksym")
    await end(tier, call, "maksym", "interested")
    assert await tier.signals(ids.cold_call(call["lead"]["id"])) == ["call_answered"]
    assert (await records(tier, call["lead"]["id"]))["leads"][0][1] == "handed_over"


async def test_of_two_undos_at_once_one_wins_and_both_leave_one_call(tier: Tier1) -> None:
    call = await tier.leased(phone(), "sofiia")
    await end(tier, call, "sofiia", "not_interested")
    answers = await asyncio.gather(*(undo(tier, call, "sofiia") for _ in range(4)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {404, 409}
    held = "SELECT count(*) FROM work_items WHERE leased_by = 'sofiia' AND state = 'leased'"
    assert await tier.pool.fetchval(held) == 1


async def test_nobody_takes_back_what_another_has_said(tier: Tier1) -> None:
    call = await tier.leased(phone(), "nazar")
    await end(tier, call, "nazar", "busy")
    assert (await undo(tier, call, "orest")).status_code == 404


async def test_a_lead_that_has_gone_on_otherwise_stays_where_it_is(tier: Tier1) -> None:
    call = await tier.leased(phone(), "taras")
    await end(tier, call, "taras", "busy")
    forbid = {"scope": "company", "basis": "wrote a letter"}
    assert (await tier.http.put(f"/v1/do-not-call/{call['lead']['phones'][0]}", json=forbid)).status_code < 300
    late = await undo(tier, call, "taras")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    assert (await records(tier, call["lead"]["id"]))["leads"][0][1] == "do_not_call"


async def test_an_entry_that_was_there_before_holds_again_as_it_was(tier: Tier1) -> None:
    one, other = phone(), phone()
    call = await tier.leased(one, "levko")
    lead_id = call["lead"]["id"]
    await tier.pool.execute("INSERT INTO lead_phones (phone, lead_id, position) VALUES ($1, $2, 1)", other, lead_id)
    forbid = {"scope": "phone", "basis": "asked for the other number"}
    assert (await tier.http.put(f"/v1/do-not-call/{other}", json=forbid)).status_code < 300
    await end(tier, call, "levko", "do_not_call")
    assert (await undo(tier, call, "levko")).status_code == 200
    kept = await tier.pool.fetchrow("SELECT scope, basis, withdrawn_at FROM do_not_call WHERE phone = $1", other)
    assert kept is not None
    assert tuple(kept) == ("phone", "asked for the other number", None)
    assert (await records(tier, lead_id))["forbidden"] == [(other,)]
    # Every word stays in the ledger.
    told = await tier.pool.fetch("SELECT action FROM do_not_call_history WHERE phone = $1 ORDER BY id", one)
    assert [row["action"] for row in told] == ["forbidden", "lifted"]


async def test_on_a_break_nothing_is_taken_back(tier: Tier1) -> None:
    call = await tier.leased(phone(), "bohdana")
    await end(tier, call, "bohdana", "busy")
    await tier.http.post("/v1/callers", json={"id": "bohdana", "name": "Bohdana", "languages": ["uk"]})
    await tier.pool.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at, break_since)
           VALUES (gen_random_uuid(), 'bohdana', now() - interval '1 h', now() + interval '1 h', now(), now())"""
    )
    refused = await undo(tier, call, "bohdana")
    assert (refused.status_code, refused.json()["code"]) == (409, "on_break")
    assert (await records(tier, call["lead"]["id"]))["calls"] != []
