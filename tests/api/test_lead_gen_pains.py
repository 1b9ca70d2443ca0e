"""What hurts the users of other systems, each as a case that this one must not have."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.lead_gen.actions.imports import run_imports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import EnrolBatch


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_pains", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as tier:
        yield tier


async def test_import_cap_of_ten_thousand_rows(house: Tier1) -> None:
    """Elsewhere 10 001 rows stop midway, or 2 000 are the limit."""
    rows = "".join(f"Firm {n},+38067{n:07d}\n" for n in range(10_001))
    content = f"Company name,Phone Number\n{rows}".encode()
    sent = await house.http.post("/v1/imports", files={"file": ("l.csv", content)}, data={"default_region": "UA"})
    assert sent.json()["expected_rows"] == 10_001
    await run_imports(house.pool)
    done = (await house.http.get(f"/v1/imports/{sent.json()['id']}")).json()
    assert (done["state"], done["rows"], done["accepted"]) == ("done", 10_001, 10_001)


async def test_one_bad_row_aborts_the_batch_or_stops_the_import(house: Tier1) -> None:
    rows = "".join("Bad,\n" if n % 7 == 3 else f"Good {n},+38067{n:07d}\n" for n in range(70))
    content = f"Company name,Phone Number\n{rows}".encode()
    sent = await house.http.post("/v1/imports", files={"file": ("l.csv", content)}, data={"default_region": "UA"})
    await run_imports(house.pool)
    done = (await house.http.get(f"/v1/imports/{sent.json()['id']}")).json()
    assert (done["accepted"], done["rejected"], done["accepted"] + done["rejected"]) == (60, 10, done["rows"])


async def test_both_create_the_lead_that_one_of_them_cannot_see(house: Tier1) -> None:
    lead = {"company": "Acme", "phones": ["044 123 00 01"], "email": "a@acme.example"}
    first = (await house.http.post("/v1/leads", json=lead)).json()
    for other in (
        {"company": "ACME Ltd", "phones": ["+380441230001"]},
        {"company": "ACME Ltd", "phones": ["+380441230002"], "email": "A@Acme.example"},
    ):
        answer = await house.http.post("/v1/leads", json=other)
        assert (answer.status_code, answer.json()["lead_id"]) == (409, first["id"])


@pytest.mark.parametrize(
    "written", ["+380441230012", "0441230012", "380 44 123-00-12", "(044) 123 00 12", "00380441230012"]
)
async def test_caller_not_recognised_because_of_number_format_or_second_number(house: Tier1, written: str) -> None:
    lead = {"company": "Acme", "phones": ["0441230011", "0441230012"]}
    known = (await house.http.post("/v1/leads", json=lead)).json()
    call = (await house.http.post("/v1/inbound-calls", json={"from": written})).json()
    assert (call["known"], call["lead_id"]) == (True, known["id"])


async def test_leads_older_than_some_days_are_silently_never_assigned(house: Tier1) -> None:
    campaign = await house.campaign()
    old = await house.lead("+380441230021")
    await house.pool.execute(
        "UPDATE leads SET created_at = now() - interval '3 years', updated_at = now() - interval '3 years'"
    )
    batch = await house.activities.enrol_batch(EnrolBatch(key=new_id(), campaign_id=campaign, tick=1))
    assert batch.count == 1
    assert await house.pool.fetchval("SELECT stage FROM leads WHERE id = $1", old) == "calling"


async def test_a_lead_that_rested_cannot_be_called_a_second_time(house: Tier1) -> None:
    """Elsewhere a contact that went through a sequence once can never go through it again, or goes twice at once."""
    campaign = await house.campaign()
    lead = await house.lead("+380441230031")
    for tick, rested in enumerate((False, True), start=1):
        if rested:
            await house.pool.execute("UPDATE leads SET stage = 'resting', rest_until = now() WHERE id = $1", lead)
        for again in range(2):
            key = f"{tick}-{again}"
            batch = await house.activities.enrol_batch(EnrolBatch(key=key, campaign_id=campaign, tick=tick))
            assert batch.count == (0 if again else 1)
    rounds = await house.pool.fetchval("SELECT rounds FROM leads WHERE id = $1", lead)
    starts = await house.pool.fetchval("SELECT count(*) FROM outbox WHERE workflow = 'ColdCall'")
    assert (rounds, starts) == (2, 2)
