"""Leads whose place is not known, repaired by files and people; and files that say who must not be called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.lead_gen.actions.enrolment import enrol_batch
from services.lead_gen.actions.imports import run_imports
from services.lead_gen.domain.policy import STANDARD
from services.lead_gen.repository.policies import policies
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import EnrolBatch

Json = dict[str, Any]
ANYWHERE = "+80012345678"


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_places", tier=Tier.LEAD_GEN)) as tier:
        async with tier.pool.acquire() as conn, conn.transaction():
            await policies.add(conn, STANDARD, "boss")
        yield tier


async def imported(office: Tier1, text: str, region: str = "UA", name: str = "leads.csv", **form: str) -> Json:
    sent = await office.http.post(
        "/v1/imports", files={"file": (name, text.encode())}, data={"default_region": region, **form}
    )
    assert sent.status_code == 202, sent.text
    await run_imports(office.pool)
    done = dict((await office.http.get(f"/v1/imports/{sent.json()['id']}")).json())
    assert done["state"] == "done", done
    return done


async def lead_of(office: Tier1, phone: str) -> Json:
    found = (await office.http.get("/v1/leads", params={"phone": phone})).json()["items"]
    return dict(found[0])


async def test_a_denver_company_is_in_denver_and_not_in_kyiv(office: Tier1) -> None:
    await imported(office, "Company,Phone,City\nTheta Inc,303-555-0152,Denver\n", "US")
    lead = await lead_of(office, "+13035550152")
    assert (lead["timezone"], lead["language"], lead["country"], lead["gaps"]) == ("America/Denver", "en", "US", [])


async def test_a_later_file_that_says_the_zone_repairs_it(office: Tier1) -> None:
    await imported(office, "Company,Phone\nIota,800-555-0199\n", "US")
    before = await lead_of(office, "+18005550199")
    assert before["timezone"] is None and before["gaps"] == ["timezone"] and len(before["possible_zones"]) > 3
    done = await imported(
        office, "Company name,Phone Number,Time Zone,Preferred language\nIota,+18005550199,America/Denver,en\n", "US"
    )
    assert done["merged"] == 1
    after = await lead_of(office, "+18005550199")
    assert (after["timezone"], after["possible_zones"], after["gaps"]) == ("America/Denver", [], [])


async def test_an_older_lead_that_was_given_the_home_zone_is_repaired_by_a_file(office: Tier1) -> None:
    lead_id = await office.lead("+13035550177")
    await office.pool.execute(
        """UPDATE leads SET timezone = 'Europe/Kyiv', language = 'uk', timezone_from = NULL, language_from = NULL
            WHERE id = $1""",
        lead_id,
    )
    await imported(office, "Company,Phone,Time zone,Language\nOld,+13035550177,America/Denver,English\n")
    after = await lead_of(office, "+13035550177")
    assert (after["timezone"], after["language"]) == ("America/Denver", "en")


async def test_an_edit_needs_the_version_that_was_read_stands_in_the_audit_and_moves_the_call(office: Tier1) -> None:
    lead_id, _ = await office.opened(ANYWHERE)
    group = "SELECT split_part(group_key, '|', 2) FROM work_items WHERE lead_id = $1"
    assert await office.pool.fetchval(group, lead_id) == ""
    url, change = f"/v1/leads/{lead_id}", {"timezone": "America/Denver", "language": "en"}
    assert (await office.http.patch(url, json=change)).status_code == 428
    tag = (await office.http.get(url)).headers["ETag"]
    changed = await office.http.patch(url, json=change, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["timezone"], changed.json()["gaps"]) == ("America/Denver", [])
    assert changed.headers["ETag"] != tag
    assert await office.pool.fetchval(group, lead_id) == "America/Denver"
    assert (await office.http.patch(url, json=change, headers={"If-Match": tag})).status_code == 412
    [line] = (await office.http.get("/v1/audit", params={"action": "edit"})).json()["items"]
    assert line["facts"]["timezone"] == {"from": None, "to": "America/Denver"}


@pytest.mark.parametrize(
    ("field", "value"), [("timezone", "Mars/Olympus"), ("language", "English"), ("country", "XX"), ("phones", [])]
)
async def test_an_edit_that_makes_no_sense_names_its_field(office: Tier1, field: str, value: Any) -> None:
    lead_id = await office.lead(f"+38044777000{len(field)}")
    answer = await office.http.patch(f"/v1/leads/{lead_id}", json={field: value}, headers={"If-Match": "*"})
    assert answer.status_code == 422 and field in answer.text


async def test_who_may_be_anywhere_is_not_enrolled_and_why_says_so(office: Tier1) -> None:
    lead_id = await office.lead("+80012345679")
    campaign_id = await office.campaign()
    async with office.pool.acquire() as conn, conn.transaction():
        await enrol_batch(conn, EnrolBatch(key=f"k:{campaign_id}", campaign_id=campaign_id, tick=1))
    assert await office.pool.fetchval("SELECT stage FROM leads WHERE id = $1", lead_id) == "new"
    why = (await office.http.get(f"/v1/leads/{lead_id}/why")).json()
    assert not why["callable"]
    assert why["window"] == why["window"] | {"timezone": None, "possible_zones": [], "open": False, "next_open": None}
    assert {"time_zone", "language"} <= {reason["rule"] for reason in why["reasons"]}


async def test_a_do_not_call_column_enters_the_ledger_with_file_and_row_as_its_proof(office: Tier1) -> None:
    calling, _ = await office.opened("+380441003057")
    text = (
        "Company,Phone,Do Not Call\nDnc Co,0441003059,TRUE\nFine Co,0441003058,FALSE\nCalled Co,0441003057,так\n"
        ",0441003056,x\n"
    )
    await imported(office, text, name="crm.csv")
    entry = (await office.http.get("/v1/do-not-call/+380441003059")).json()
    assert (entry["basis"], entry["proof"]) == ("Do Not Call: TRUE", "file crm.csv, row 1")
    assert (await lead_of(office, "+380441003059"))["stage"] == "do_not_call"
    assert (await lead_of(office, "+380441003057"))["stage"] == "do_not_call"
    assert await office.signals(f"cold-call:{calling}") == ["do_not_call"]
    assert (await office.http.get("/v1/do-not-call/+380441003058")).status_code == 404
    # A row that cannot be taken still says that nobody may call.
    assert (await office.http.get("/v1/do-not-call/+380441003056")).status_code == 200


async def test_the_same_file_again_renews_no_ban_that_was_lifted(office: Tier1) -> None:
    text = "Company,Phone,Status\nVici Co,0441003049,DNC\n"
    await imported(office, text, name="vici.csv")
    assert (await office.http.delete("/v1/do-not-call/+380441003049")).status_code == 200
    await imported(office, text, name="vici.csv")
    assert (await office.http.get("/v1/do-not-call/+380441003049")).json()["withdrawn_at"]
    await imported(office, text, name="newer.csv")
    assert (await office.http.get("/v1/do-not-call/+380441003049")).json()["withdrawn_at"] is None


async def test_a_dry_run_forbids_nothing(office: Tier1) -> None:
    await imported(office, "Company,Phone,Do Not Call\nDry Co,0441003048,TRUE\n", dry_run="true")
    assert (await office.http.get("/v1/do-not-call/+380441003048")).status_code == 404


async def test_a_lead_typed_in_has_its_numbers_read_by_its_own_country(office: Tier1) -> None:
    new = {"company": "Ręczna Sp. z o.o.", "phones": ["660 123 458"], "country": "PL", "tax_id": "526-000-12-46"}
    made = await office.http.post("/v1/leads", json=new)
    assert made.status_code == 201, made.text
    assert await lead_of(office, "+48660123458")
    other = {"company": "Branch", "phones": ["044 100 30 44"], "country": "PL", "default_region": "UA"}
    assert (await office.http.post("/v1/leads", json=other)).status_code == 201
    assert await lead_of(office, "+380441003044")
