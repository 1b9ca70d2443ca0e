"""Inbound calls: whoever calls is put through to the tier that has them, from the register alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.lead_gen.repository import leads
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts import ids
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.lead_gen import RegisterCustomer


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


@pytest.mark.parametrize(
    ("shown", "company"),
    [
        ("anonymous", "Unknown caller"),
        ("", "Unknown caller"),
        (None, "Unknown caller"),
        ("sip:anonymous@anonymous.invalid", "Unknown caller"),
        ("101", "Caller 101"),
        ("12345", "Caller 2345"),
        ("+380441", "Caller 0441"),
        ("x" * 200, "Unknown caller"),
    ],
)
async def test_whoever_shows_no_number_that_can_be_dialled_goes_to_tier_2_with_a_promise(
    board: Tier1, shown: str | None, company: str
) -> None:
    answer = await board.http.post("/v1/inbound-calls", json={"from": shown})
    assert answer.status_code == 201, answer.text
    call = answer.json()
    assert (call["known"], call["routed_to"], call["state"]) == (False, "conversion", "ringing")
    assert datetime.fromisoformat(call["promised_by"]) > datetime.now(UTC)
    lead = await board.pool.fetchrow("SELECT company, tier, stage FROM leads WHERE id = $1", call["lead_id"])
    assert tuple(lead or ()) == (company, "conversion", "inbound")
    started = await board.pool.fetchval("SELECT workflow FROM outbox WHERE workflow_id = $1", call["workflow_id"])
    assert started == "Conversion"
    kept = await board.http.get("/v1/promises?limit=200")
    assert call["id"] in [one["inbound_call_id"] for one in kept.json()["items"]]


async def test_a_withheld_call_that_is_reported_twice_is_one_call_and_two_of_them_are_two_strangers(
    board: Tier1,
) -> None:
    first = await ring(board, "anonymous", call_id="hidden-1")
    assert await ring(board, "anonymous", call_id="hidden-1") == first
    assert (await ring(board, "anonymous", call_id="hidden-2"))["lead_id"] != first["lead_id"]


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


async def test_the_call_of_an_imported_customer_who_was_a_lead_before_reaches_its_account_manager(board: Tier1) -> None:
    """Tier 3 knows the customer by an id of its own; the register knows which workflow looks after it."""
    async with board.pool.acquire() as conn:
        known = {"company": "Tax One", "tax_id": "14360570"}
        lead_id, customer_id = await leads.insert(conn, known, ["+380441003030"], "import"), new_id()
    contact = ContactCard(lead_id=customer_id, company="Cust One", phones=["+380448000001"], tax_id="14360570")
    request = RegisterCustomer(
        key=f"{customer_id}:register", customer_id=customer_id, contact=contact, owner="oleh",
        workflow_id=ids.customer(customer_id), at=datetime.now(UTC),
    )  # fmt: skip
    await board.activities.register_customer(request)
    for phone in ("+380441003030", "+380448000001"):
        call = await ring(board, phone)
        assert (call["lead_id"], call["routed_to"], call["owner"]) == (lead_id, "account_mgmt", "oleh")
        assert call["workflow_id"] == ids.customer(customer_id)
    assert await board.signals(ids.customer(customer_id)) == ["inbound_called"] * 2


async def test_an_opt_out_between_two_tiers_reaches_whoever_runs_the_lead(board: Tier1) -> None:
    """Handed over, but its cold call may still have to begin tier 2: both are told."""
    lead_id, _ = await board.opened("+380445550033")
    await board.pool.execute(
        "UPDATE leads SET tier = 'conversion', stage = 'handed_over', workflow_id = $2 WHERE id = $1",
        lead_id, ids.conversion(lead_id),
    )  # fmt: skip
    forbid = {"basis": "asked by telephone", "scope": "company"}
    answer = await board.http.put("/v1/do-not-call/+380445550033", json=forbid)
    assert answer.status_code in (200, 201), answer.text
    assert await board.signals(ids.conversion(lead_id)) == ["do_not_call"]
    assert await board.signals(ids.cold_call(lead_id)) == ["do_not_call"]


async def test_an_opt_out_of_a_lead_that_rests_has_nobody_to_tell(board: Tier1) -> None:
    lead_id, _ = await board.opened("+380445550034")
    await board.pool.execute("UPDATE leads SET stage = 'resting' WHERE id = $1", lead_id)
    answer = await board.http.put(
        "/v1/do-not-call/+380445550034", json={"basis": "asked by telephone", "scope": "company"}
    )
    assert answer.status_code in (200, 201), answer.text
    assert await board.signals(ids.cold_call(lead_id)) == []


async def test_the_call_of_a_customer_just_won_goes_by_tier_2_whose_worker_may_be_away(board: Tier1) -> None:
    """It has still to begin the customer's care, and passes on what it hears."""
    lead_id = await board.lead("+380445550035")
    await board.pool.execute(
        "UPDATE leads SET tier = 'account_mgmt', stage = 'won', workflow_id = $2 WHERE id = $1",
        lead_id, ids.customer(lead_id),
    )  # fmt: skip
    call = await ring(board, "+380445550035")
    assert (call["routed_to"], call["workflow_id"]) == ("account_mgmt", ids.conversion(lead_id))
    assert await board.signals(ids.conversion(lead_id)) == ["inbound_called"]
    answer = await board.http.put("/v1/do-not-call/+380445550035", json={"basis": "asked", "scope": "company"})
    assert answer.status_code in (200, 201), answer.text
    assert await board.signals(ids.customer(lead_id)) == ["do_not_call"]
    assert await board.signals(ids.conversion(lead_id)) == ["inbound_called", "do_not_call"]
