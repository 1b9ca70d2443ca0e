"""An account manager's break, by the key of the page: colleagues do what is due, and give back what they leave open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from services.account_mgmt.actions.work_assignment import cover_absent
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, in_days, tier_3
from workflows.contracts.base import Tier

AWAY = "SELECT EXISTS (SELECT FROM absences WHERE manager = 'oleh' AND during @> now())"


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_breaks", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str) -> AsyncIterator[Desk3]:
    async with desk_3(dsn) as desk:
        yield desk


async def test_a_break_is_an_absence_that_ends_by_the_same_key(tier: Tier3, desk: Desk3) -> None:
    assert "On duty" in await desk.page("")
    begun = await desk.act("duty/break", minutes="30")
    assert "Back from the break" in begun.text
    assert "Back from the break" in await desk.page("customers")
    assert await tier.pool.fetchval(AWAY)
    again = await desk.act("duty/break", minutes="15")
    assert again.status_code == 409
    assert "already away" in again.text
    for _ in range(2):
        ended = await desk.act("duty/back")
        assert "On duty" in ended.text
        assert not await tier.pool.fetchval(AWAY)


async def test_a_break_lasts_as_long_as_the_page_offers(tier: Tier3, desk: Desk3) -> None:
    refused = await desk.act("duty/break", minutes="480")
    assert refused.status_code == 422
    assert "Must be one of 15, 30, 60." in refused.text
    assert not await tier.pool.fetchval(AWAY)


async def test_a_break_without_script_leads_back_to_the_desk(tier: Tier3, desk: Desk3) -> None:
    led = await desk.act("duty/break", htmx=False, minutes="15")
    assert (led.status_code, led.headers["location"]) == (303, "/accounts/desk/")
    assert await tier.pool.fetchval(AWAY)


async def test_colleagues_do_what_is_due_in_a_break_and_give_back_what_is_open(
    tier: Tier3, desk: Desk3, dsn: str
) -> None:
    heard: list[str] = []
    listener = await asyncpg.connect(dsn)
    customer_id, _ = await tier.nudge()
    await tier.post("/v1/account-managers", {"id": "larysa", "name": "Larysa"}, headers=boss())
    await desk.act("duty/break", minutes="15")
    await listener.add_listener("leadrelay_events", lambda *told: heard.append(str(told[-1])))
    await cover_absent(tier.pool)
    [covered] = await tier.work(customer_id, "nudge")
    assert covered["assignee"] == "larysa"
    await desk.act("duty/back")
    await cover_absent(tier.pool)
    [returned] = await tier.work(customer_id, "nudge")
    assert returned["assignee"] == "oleh"
    await cover_absent(tier.pool)
    await listener.execute("SELECT 1")  # whatever was published before has arrived with its answer
    await listener.close()
    told = [json.loads(text) for text in heard]
    one = {"kind": "absence.changed", "manager": "oleh"}
    assert told == [one] * 3, "what went, the end of the break, what came back; nothing when nothing moves"


async def test_an_absence_by_the_supervisor_is_not_ended_by_the_page(tier: Tier3, desk: Desk3) -> None:
    await tier.post("/v1/account-managers", {"id": "larysa", "name": "Larysa"}, headers=boss())
    away = {"starts_at": in_days(-1), "ends_at": in_days(7), "reason": "break", "cover": "larysa"}
    await tier.post("/v1/account-managers/oleh/absences", away, headers=boss())
    page = await desk.page("")
    assert "Larysa covers" in page
    assert "/duty/back" not in page
    await desk.act("duty/back")
    assert await tier.pool.fetchval(AWAY)


@pytest.mark.usefixtures("tier")
async def test_whoever_is_no_account_manager_has_no_break(dsn: str) -> None:
    async with desk_3(dsn, "boss", "supervisor") as supervisor:
        assert 'popovertarget="break"' not in await supervisor.page("")
        refused = await supervisor.act("duty/break", minutes="15")
    assert refused.status_code == 403
