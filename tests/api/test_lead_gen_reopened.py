"""A lead that nobody might, or could, call returns when that has changed, and not before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.lead_gen.repository import leads
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_reopened", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def reopen(office: Tier1, lead_id: str) -> Any:
    return await office.http.post(f"/v1/leads/{lead_id}/reopen")


async def starts(office: Tier1, lead_id: str) -> list[int]:
    """The rounds of cold calls on their way to Temporal."""
    rows = await office.pool.fetch(
        "SELECT start_input FROM outbox WHERE workflow_id = $1 AND workflow = 'ColdCall' ORDER BY id",
        ids.cold_call(lead_id),
    )
    return [row["start_input"]["round"] for row in rows]


async def test_a_lead_on_the_ledger_returns_once_the_entry_is_lifted(office: Tier1) -> None:
    lead_id, campaign_id = await office.opened("+380444440001")
    (await office.http.put("/v1/do-not-call/+380444440001", json={"scope": "company"})).raise_for_status()
    refused = await reopen(office, lead_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "do_not_call")
    [entry] = refused.json()["entries"]
    assert (entry["scope"], entry["phone"]) == ("company", "+380•••••0001")
    (await office.http.delete("/v1/do-not-call/+380444440001")).raise_for_status()
    back = await reopen(office, lead_id)
    assert back.status_code == 200, back.text
    assert (back.json()["stage"], back.json()["campaign_id"]) == ("calling", campaign_id)
    assert await starts(office, lead_id) == [2]
    [line] = [
        one for one in (await office.http.get("/v1/audit?action=reopen")).json()["items"] if one["lead_id"] == lead_id
    ]
    assert (line["facts"], line["rows"]) == ({"stage": "do_not_call"}, 1)
    again = await reopen(office, lead_id)
    assert (again.status_code, again.json()["code"], again.json()["stage"]) == (409, "wrong_state", "calling")


async def test_without_a_running_campaign_it_is_new_again(office: Tier1) -> None:
    lead_id = await office.lead("+380444440002")
    (await office.http.put("/v1/do-not-call/+380444440002", json={"scope": "phone"})).raise_for_status()
    (await office.http.delete("/v1/do-not-call/+380444440002")).raise_for_status()
    assert (await reopen(office, lead_id)).json()["stage"] == "new"
    assert await starts(office, lead_id) == []


async def test_a_wrong_number_returns_with_another_one(office: Tier1) -> None:
    lead_id, _ = await office.opened("+380444440003")
    await office.pool.execute("UPDATE lead_phones SET bad = true WHERE lead_id = $1", lead_id)
    await office.pool.execute("UPDATE leads SET stage = 'wrong_number' WHERE id = $1", lead_id)
    refused = await reopen(office, lead_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_number")
    async with office.pool.acquire() as conn:
        await leads.add_phones(conn, lead_id, ["+380444440004"])
    assert (await reopen(office, lead_id)).json()["stage"] == "calling"
    assert await starts(office, lead_id) == [2]


@pytest.mark.parametrize(("phone", "stage"), [("+380444440005", "new"), ("+380444440006", "not_interested")])
async def test_any_other_lead_is_not_reopened(office: Tier1, phone: str, stage: str) -> None:
    lead_id = await office.lead(phone)
    await office.pool.execute("UPDATE leads SET stage = $2 WHERE id = $1", lead_id, stage)
    refused = await reopen(office, lead_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


async def test_only_a_supervisor_reopens(office: Tier1) -> None:
    lead_id = await office.lead("+380444440007")
    answer = await office.http.post(f"/v1/leads/{lead_id}/reopen", headers=caller())
    assert answer.status_code == 403
