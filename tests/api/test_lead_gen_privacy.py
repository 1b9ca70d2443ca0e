"""Contact data is seen by whoever needs it, leaves with a trace, and goes for good when its person asks."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from services.lead_gen.actions.imports import run_imports
from tests.api.openapi import Ids, reading
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.secrets import tables_with
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.lead_gen import RegisterCustomer, RegisterUpdate, TakeAnswer

PHONE, EMAIL, NAME, COMPANY = "+380441238877", "olena.secret@erasme.example", "Olena Tajemna", "Tajemnytsia"
SECRETS = (PHONE[1:], PHONE[-9:], EMAIL, NAME, COMPANY)


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_privacy", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as tier:
        yield tier


async def secret_lead(house: Tier1) -> str:
    lead = {"company": COMPANY, "phones": [PHONE], "email": EMAIL, "contact_name": NAME, "website": "erasme.example"}
    answer = await house.http.post("/v1/leads", json=lead, headers={**auth(), "Idempotency-Key": "once"})
    return str(answer.raise_for_status().json()["id"])


async def found_in(house: Tier1) -> set[str]:
    return await tables_with(house.pool, SECRETS)


async def test_after_an_erasure_no_table_knows_the_person_but_the_ledger(house: Tier1) -> None:
    lead_id = await secret_lead(house)
    content = f"Company name,Phone Number,Email\n,{PHONE},{EMAIL}\n".encode()
    await house.http.post("/v1/imports", files={"file": ("l.csv", content)}, data={"default_region": "UA"})
    await run_imports(house.pool)
    call = {"from": PHONE, "call_id": "c-1", "note": f"{NAME} asks"}
    (await house.http.post("/v1/inbound-calls", json=call)).raise_for_status()
    await house.pool.execute(
        """INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome, note, needs)
           VALUES (gen_random_uuid(), gen_random_uuid(), $1, 1, 'anna', 'interested', $2, $2)""",
        lead_id,
        f"{NAME} {PHONE}",
    )
    await house.http.put(f"/v1/do-not-call/{PHONE}", json={"basis": "asked"})
    before = (await house.http.get("/v1/reports/callers")).json()
    assert len(await found_in(house)) > 5
    answer = await house.http.post(f"/v1/leads/{lead_id}/erase", json={"basis": "asked by mail", "reference": "t-1"})
    assert (answer.status_code, answer.json()["ledger_entries_kept"]) == (200, 1), answer.text
    assert await found_in(house) == {"do_not_call", "do_not_call_history"}
    assert (await house.http.get("/v1/reports/callers")).json() == before
    assert await house.signals(ids.cold_call(lead_id)) == ["cancel"]
    assert await told(house) == {
        "conversion.erase_person": [lead_id],
        "account_mgmt.erase_person": [lead_id],
    }
    again = await house.http.post(f"/v1/leads/{lead_id}/erase", json={"basis": "asked by mail"})
    assert (again.status_code, again.json()["code"]) == (409, "erased")
    assert (await house.http.get("/v1/leads")).json()["items"] == []


async def told(house: Tier1) -> dict[str, list[str]]:
    """Which leads each of the other tiers is to erase."""
    rows = await house.pool.fetch("SELECT activity, start_input FROM outbox WHERE activity LIKE '%.erase_person'")
    return {row["activity"]: row["start_input"]["lead_ids"] for row in rows}


async def test_an_erased_lead_who_calls_again_is_a_new_lead(house: Tier1) -> None:
    lead_id = await secret_lead(house)
    (await house.http.post(f"/v1/leads/{lead_id}/erase", json={"basis": "asked"})).raise_for_status()
    call = {"from": PHONE, "call_id": "c-2"}
    answer = (await house.http.post("/v1/inbound-calls", json=call)).raise_for_status().json()
    assert answer["lead_id"] not in (None, lead_id)


async def test_late_news_of_an_erased_lead_writes_nothing_down(house: Tier1) -> None:
    lead_id, now = await secret_lead(house), datetime.now(UTC)
    (await house.http.post(f"/v1/leads/{lead_id}/erase", json={"basis": "asked"})).raise_for_status()
    contact = ContactCard(lead_id=lead_id, company=COMPANY, phones=[PHONE], email=EMAIL)
    await house.activities.register_customer(
        RegisterCustomer(key="r", customer_id=lead_id, contact=contact, workflow_id="w", at=now)
    )
    await house.activities.take_answer(
        TakeAnswer(key="a", lead_id=lead_id, question=NAME, answer=NAME, answered_by="anna", answered_at=now)
    )
    await house.activities.update_register(
        RegisterUpdate(key="u", lead_id=lead_id, tier=Tier.CONVERSION, stage="lost", workflow_id="w", at=now)
    )
    assert await found_in(house) == set()
    assert await house.pool.fetchval("SELECT stage FROM leads WHERE id = $1", lead_id) == "erased"


async def test_what_was_merged_into_the_lead_is_erased_with_it(house: Tier1) -> None:
    lead_id, other = await secret_lead(house), await house.lead("+380441230001", company="Other")
    low, high = sorted((lead_id, other))
    await house.pool.execute(
        """INSERT INTO lead_duplicates (id, lead_a, lead_b, similarity, reason)
           VALUES (gen_random_uuid(), $1, $2, 1, 'x')""",
        low,
        high,
    )
    offer = (await house.http.get("/v1/duplicates")).json()["items"][0]
    await house.http.post(f"/v1/duplicates/{offer['id']}/merge", json={"keep": other})
    # By the name it had before, too.
    (await house.http.post(f"/v1/leads/{lead_id}/erase", json={"basis": "asked"})).raise_for_status()
    assert await found_in(house) == set()
    assert (await told(house))["account_mgmt.erase_person"] == [low, high]


async def test_an_export_is_neutralised_and_in_the_audit(house: Tier1) -> None:
    await secret_lead(house)
    await house.lead("+380441230002", company="=HYPERLINK(1)")
    text = (await house.http.get("/v1/leads/export.csv?tier=lead_gen")).raise_for_status().text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["company"] for row in rows] == [COMPANY, "'=HYPERLINK(1)"]
    assert rows[0]["phones"] == f"'{PHONE}"
    line = (await house.http.get("/v1/audit")).json()["items"][0]
    assert (line["action"], line["rows"], line["facts"]) == ("export", 2, {"tier": "lead_gen"})
    for stranger in (caller(), auth(Tier.LEAD_GEN, "switchboard", "x")):
        assert (await house.http.get("/v1/leads/export.csv", headers=stranger)).status_code == 403


async def test_numbers_in_lists_are_masked_and_revealed_with_a_reason_only(house: Tier1) -> None:
    lead_id = await secret_lead(house)
    listed = (await house.http.get("/v1/leads")).json()["items"][0]
    assert listed["phones"] == ["+380•••••8877"]
    found = (await house.http.get("/v1/leads", params={"phone": "044 123 88 77"})).json()["items"]
    assert [lead["id"] for lead in found] == [lead_id]
    assert (await house.http.post(f"/v1/leads/{lead_id}/reveal", json={})).status_code == 422
    shown = await house.http.post(f"/v1/leads/{lead_id}/reveal", json={"reason": "check the number"})
    assert shown.json()["phones"] == [PHONE]
    assert (await house.http.get("/v1/audit?action=reveal")).json()["items"][0]["lead_id"] == lead_id


async def test_a_caller_sees_no_contact_of_a_lead_that_he_does_not_lease(house: Tier1) -> None:
    """Every route that is read, by a caller who holds another lead."""
    await house.leased("+380441230003", "anna")
    lead_id = await secret_lead(house)
    document = (await house.http.get("/openapi.json")).json()
    known = Ids(lead_id=lead_id, phone=PHONE, caller_id="anna")
    looked = 0
    for path in reading(document):
        if path == "/v1/do-not-call/{phone}":
            continue  # the caller asks with the number that they know
        answer = await house.http.get(path.format_map(known), headers=caller("anna"))
        assert not any(secret in answer.text for secret in SECRETS), path
        looked += 1
    assert looked > 20
