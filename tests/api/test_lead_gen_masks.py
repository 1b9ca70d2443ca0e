"""Tier 1 shows a number to the caller who is to dial it, and to a supervisor with a reason; lists show none."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

PHONE, EMAIL = "+380441238877", "olena.secret@viter.example"
MASKED = ("+380•••••8877", "o***@viter.example")


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_masks", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def entered(house: Tier1) -> str:
    lead = {"company": "Viter", "phones": [PHONE], "email": EMAIL}
    return str((await house.http.post("/v1/leads", json=lead)).raise_for_status().json()["id"])


@pytest.mark.parametrize("query", ["", "?q=Vit", "?phone=%2B380441238877", "?stage=new"])
async def test_no_search_shows_what_it_finds_in_clear(house: Tier1, query: str) -> None:
    await entered(house)
    for headers in (auth(), auth("ops", "ops")):
        text = (await house.http.get(f"/v1/leads{query}", headers=headers)).raise_for_status().text
        assert MASKED[0] in text and MASKED[1] in text
        assert PHONE not in text and EMAIL not in text


async def test_a_supervisor_reads_one_lead_masked_and_reveals_it_with_a_reason(house: Tier1) -> None:
    lead_id = await entered(house)
    text = (await house.http.get(f"/v1/leads/{lead_id}")).text
    assert MASKED[0] in text and PHONE not in text and EMAIL not in text
    shown = (await house.http.post(f"/v1/leads/{lead_id}/reveal", json={"reason": "they asked us"})).json()
    assert (shown["phones"], shown["email"]) == ([PHONE], EMAIL)
    assert (await house.http.get("/v1/audit?action=reveal")).json()["items"][0]["lead_id"] == lead_id


async def test_a_caller_reads_the_number_of_the_lead_they_are_calling_and_of_no_other(house: Tier1) -> None:
    call = await house.leased(PHONE, "anna")
    path = f"/v1/leads/{call['lead']['id']}"
    assert (await house.http.get(path, headers=caller("anna"))).json()["phones"] == [PHONE]
    other = await house.http.get(path, headers=caller("ira"))
    assert (other.status_code, other.json()["code"]) == (403, "not_leased")


@pytest.mark.parametrize("role", ["switchboard", "wizard", "ops", "manager"])
async def test_no_other_role_of_the_tier_reads_a_lead(house: Tier1, role: str) -> None:
    lead_id = await entered(house)
    answer = await house.http.get(f"/v1/leads/{lead_id}", headers=auth(Tier.LEAD_GEN, role))
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")


async def test_the_ledger_as_a_list_shows_no_number_and_neither_does_its_cursor(house: Tier1) -> None:
    numbers = [f"+38044123887{last}" for last in range(4)]
    for number in numbers:
        (await house.http.put(f"/v1/do-not-call/{number}", json={})).raise_for_status()
    found, after = [], ""
    while True:
        page = (await house.http.get(f"/v1/do-not-call?limit=1{after}")).raise_for_status().json()
        found += [item["phone"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
        read = cursor + base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("latin-1")
        assert not any(number[1:] in read for number in numbers)
        after = f"&after={cursor}"
    assert found == [f"{number[:4]}•••••{number[-4:]}" for number in numbers]
    single = (await house.http.get(f"/v1/do-not-call/{numbers[0]}")).json()
    assert single["phone"] == numbers[0], "whoever asks for a number knows it"


async def test_inbound_calls_are_listed_without_their_number(house: Tier1) -> None:
    (await house.http.post("/v1/inbound-calls", json={"from": PHONE, "call_id": "c-1"})).raise_for_status()
    text = (await house.http.get("/v1/inbound-calls")).raise_for_status().text
    assert PHONE not in text and PHONE[1:] not in text


async def test_operators_take_no_contact_data_with_them(house: Tier1) -> None:
    lead_id = await entered(house)
    for path in ("/v1/leads/export.csv", "/v1/imports/00000000-0000-7000-8000-000000000000/rejects.csv"):
        answer = await house.http.get(path, headers=auth("ops", "ops"))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
    text = (await house.http.get(f"/v1/leads/{lead_id}", headers=auth("ops", "ops"))).text
    assert PHONE not in text and EMAIL not in text
