"""A campaign's looks at the register: what is enrolled, once per look, and when the campaign is at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from services.chassis.db import Pool, create_pool
from services.chassis.imports import jobs
from services.chassis.imports.jobs import NewImport
from services.lead_gen.activities import Activities
from services.lead_gen.domain.campaigns import CampaignPlan
from services.lead_gen.repository import campaigns, leads
from services.lead_gen.schemas.campaigns import NewCampaign
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import EnrolBatch, Enrolled, OpenCall, RegisterUpdate

FILE = {
    "filename": "leads.csv",
    "dry_run": False,
    "default_region": "UA",
    "mapping": {"company": 0, "phone": 1},
    "encoding": "utf-8",
    "delimiter": ",",
    "header": ["Company name", "Phone Number"],
    "format": "csv",
    "expected_rows": 0,
    "created_by": "boss",
}


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    dsn = await fresh_database("campaign", tier=Tier.LEAD_GEN, policy="demo")
    pool = await create_pool(dsn, application_name="test", max_size=5)
    yield pool
    pool.terminate()


async def running_campaign(pool: Pool) -> str:
    async with pool.acquire() as conn:
        campaign = await campaigns.create(conn, CampaignPlan.of(NewCampaign(name="spring")), "boss")
        await campaigns.set_state(conn, campaign.id, "running", started=True)
    return campaign.id


async def lead(pool: Pool, number: int) -> str:
    async with pool.acquire() as conn:
        return await leads.insert(conn, {"company": f"Company {number}"}, [f"+38044123{number:04d}"], "manual")


async def look(pool: Pool, campaign_id: str, tick: int) -> Enrolled:
    request = EnrolBatch(key=f"campaign:{campaign_id}:1:tick:{tick}", campaign_id=campaign_id, tick=tick)
    return await Activities(pool).enrol_batch(request)


async def test_a_look_delivered_twice_enrols_once(pool: Pool) -> None:
    campaign_id = await running_campaign(pool)
    lead_id = await lead(pool, 1)
    first, again = await look(pool, campaign_id, 1), await look(pool, campaign_id, 1)
    assert first == again
    assert first.count == 1
    rows = await pool.fetch("SELECT workflow_id FROM outbox")
    assert [row["workflow_id"] for row in rows] == [f"cold-call:{lead_id}"]


async def test_a_campaign_without_leads_is_at_its_end(pool: Pool) -> None:
    assert (await look(pool, await running_campaign(pool), 1)).finished


async def test_a_campaign_waits_for_the_file_that_is_still_being_imported(pool: Pool) -> None:
    campaign_id = await running_campaign(pool)
    async with pool.acquire() as conn:
        import_id = await jobs.create(conn, NewImport(**FILE))
        assert not (await look(pool, campaign_id, 1)).finished
        await jobs.finish(conn, import_id)
    assert (await look(pool, campaign_id, 2)).finished


async def test_a_call_opened_twice_is_one_item(pool: Pool) -> None:
    campaign_id = await running_campaign(pool)
    lead_id = await lead(pool, 1)
    request = OpenCall(key="k", lead_id=lead_id, campaign_id=campaign_id, workflow_id="w", attempt=1, policy_version=1)
    first, again = await Activities(pool).open_call(request), await Activities(pool).open_call(request)
    assert first == again
    assert await pool.fetchval("SELECT count(*) FROM work_items") == 1


async def test_a_lead_on_the_ledger_is_never_opened(pool: Pool) -> None:
    campaign_id = await running_campaign(pool)
    lead_id = await lead(pool, 1)
    await pool.execute("INSERT INTO do_not_call (phone, scope, by) VALUES ('+380441230001', 'phone', 'anna')")
    request = OpenCall(key="k", lead_id=lead_id, campaign_id=campaign_id, workflow_id="w", attempt=1, policy_version=1)
    assert (await Activities(pool).open_call(request)).refused == "do_not_call"


async def test_old_news_never_overwrites_newer_in_the_register(pool: Pool) -> None:
    lead_id = await lead(pool, 1)
    now = await pool.fetchval("SELECT now()")
    for key, stage, seconds in (("b", "won", 60), ("a", "accepted", 30)):
        at = await pool.fetchval("SELECT $1::timestamptz + make_interval(secs => $2)", now, seconds)
        await Activities(pool).update_register(
            RegisterUpdate(key=key, lead_id=lead_id, tier=Tier.CONVERSION, stage=stage, workflow_id="w", at=at)
        )
    assert await pool.fetchval("SELECT stage FROM leads") == "won"
