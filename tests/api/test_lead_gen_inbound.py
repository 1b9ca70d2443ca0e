"""Inbound calls: whoever calls is put through to the tier that has them, from the register alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def board(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_inbound", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def ring(board: Tier1, phone: str, **body: Any) -> dict[str, Any]:
    answer = await board.http.post("/v1/inbound-calls", json={"from": phone, **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_an_unknown_caller_goes_to_tier_2_once_per_call_id(board: Tier1) -> None:
    first = await ring(board, "044 555 00 01", call_id="pbx-1")
    assert (first["known"], first["routed_to"]) == (False, "conversion")
    assert await ring(board, "044 555 00 01", call_id="pbx-1") == first
    workflow_id = ids.conversion(first["lead_id"])
    assert await board.pool.fetchval("SELECT count(*) FROM outbox WHERE workflow_id = $1", workflow_id) == 1


async def test_a_lead_in_cold_calling_is_taken_out_of_the_queue(board: Tier1) -> None:
    lead_id, _ = await board.opened("+380445550002")
    assert (await ring(board, "+380445550002"))["known"]
    assert await board.signals(ids.cold_call(lead_id)) == ["inbound_called"]
    assert await board.pool.fetchval("SELECT state FROM work_items WHERE lead_id = $1", lead_id) == "cancelled"


@pytest.mark.parametrize(
    ("phone", "tier", "stage", "routed"),
    [
        ("+380445550003", "conversion", "accepted", "conversion"),
        ("+380445550004", "account_mgmt", "active", "account_mgmt"),
    ],
)
async def test_a_lead_with_an_owner_goes_to_its_owner(
    board: Tier1, phone: str, tier: str, stage: str, routed: str
) -> None:
    lead_id = await board.lead(phone)
    await board.pool.execute(
        "UPDATE leads SET tier = $2, stage = $3, owner = 'olena' WHERE id = $1", lead_id, tier, stage
    )
    call = await ring(board, phone)
    assert (call["routed_to"], call["owner"], call["lead_id"]) == (routed, "olena", lead_id)
    assert await board.signals(call["workflow_id"]) == ["inbound_called"]


@pytest.mark.parametrize("phone", ["hello", "12345", "+380441"])
async def test_a_bad_number_is_refused_by_name(board: Tier1, phone: str) -> None:
    answer = await board.http.post("/v1/inbound-calls", json={"from": phone})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "from"


async def test_the_same_call_reported_by_many_at_once_is_one_lead_and_one_record(board: Tier1) -> None:
    """A switchboard that retries while the first report is still being written."""
    body = {"from": "+380445550011", "call_id": "many"}
    answers = await asyncio.gather(*(board.http.post("/v1/inbound-calls", json=body) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await board.pool.fetchval("SELECT count(*) FROM lead_phones WHERE phone = '+380445550011'") == 1
    assert await board.pool.fetchval("SELECT count(*) FROM leads WHERE company = 'Caller 0011'") == 1


async def test_two_calls_of_one_stranger_at_once_are_one_lead(board: Tier1) -> None:
    answers = await asyncio.gather(
        *(board.http.post("/v1/inbound-calls", json={"from": "+380445550012", "call_id": f"two-{n}"}) for n in range(6))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["lead_id"] for answer in answers}) == 1
    assert len({answer.json()["id"] for answer in answers}) == 6
