"""A team of many managers: pages of people, names typed instead of chosen, many deals handed on at once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from services.conversion.domain.calendar import ALWAYS
from tests.api.test_conversion_team import TEAM, words
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier

HOURS = "/desk/settings/hours"
TOGETHER = re.compile(r"Together [0-9]+ open deals?")
OPEN = ALWAYS.model_dump(mode="json")
MORE = """INSERT INTO managers (id, name, capacity)
          SELECT 'more-' || n, 'Name ' || lpad(n::text, 2, '0'), 50 FROM generate_series(1, 45) n"""
COPIES = """INSERT INTO deals (id, lead_id, workflow_id, stage, owner, policy_version, contact, reason, offered_at,
                               next_action, next_action_at)
            SELECT gen_random_uuid(), lead, 'conversion:' || lead, 'informing', $1, 1,
                   jsonb_build_object('lead_id', lead, 'company', 'Company ' || n), 'interested', now(), 'call',
                   now() + interval '1 day'
              FROM (SELECT n, gen_random_uuid() AS lead FROM generate_series(1, 120) n) made"""


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_team_of_many", tier=Tier.CONVERSION)) as running:
        await running.only("anna", name="Anna Lys", hours=OPEN)
        await running.pool.execute(MORE)
        yield running


async def test_the_busiest_come_first_and_sums_are_of_everybody_on_every_page(tier: Tier2) -> None:
    deal = await tier.accepted("anna")
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '2 days' WHERE id = $1", deal["id"])
    async with person(tier, "boss", "supervisor") as boss:
        first = words(await boss.look(TEAM))
        assert "Anna Lys" in first
        assert "1 to 20 of 46" in first
        last = words(await boss.look(f"{TEAM}?page=3"))
        assert "Anna Lys" not in last.partition("Waiting and late")[0]
        assert "41 to 46 of 46" in last
        assert TOGETHER.findall(first) == TOGETHER.findall(last) != []
        assert "Name 07" in words(await boss.look(f"{TEAM}?q=name+07"))
        assert "Nobody is called so." in words(await boss.look(f"{TEAM}?q=nobody"))


async def test_a_lead_is_given_to_whoever_is_typed_and_a_wrong_name_is_refused(tier: Tier2) -> None:
    item = (await tier.offered(hand_over())).item_id
    async with person(tier, "boss", "supervisor") as boss:
        assert '<option value="Name 07 (more-7)">' in await boss.look(TEAM)
        refused = await boss.press(f"{TEAM}/hand-overs/{item}/give", manager="Name 99", status=422)
        assert "nobody is called so" in words(refused.text).lower()
        await boss.press(f"{TEAM}/hand-overs/{item}/give", manager="Name 07 (more-7)")
    assert await tier.pool.fetchval("SELECT owner FROM deals WHERE owner = 'more-7'") == "more-7"


async def test_many_deals_are_shown_in_pages_and_found_by_company_and_receiver(tier: Tier2) -> None:
    await tier.pool.execute("UPDATE deals SET stage = 'lost', lost_reason = 'price' WHERE owner = 'more-1'")
    await tier.pool.execute(COPIES, "more-1")
    page = f"{TEAM}/hand-on?manager=more-1"
    async with person(tier, "boss", "supervisor") as boss:
        first = words(await boss.look(page))
        assert "1 to 50 of 120" in first
        assert "Hand on 120 deals" in first
        assert "101 to 120 of 120" in words(await boss.look(f"{page}&page=3"))
        found = words(await boss.look(f"{page}&q=company+77"))
        assert "Company 77" in found
        assert "Company 78" not in found
        named = words(await boss.look(f"{page}&to=Name+05&q=company+1&page=2"))
        assert "Name 05 (more-5)" in named or "Name 05 120 deals" in named
        await boss.press(f"{TEAM}/hand-on", manager="more-1", to="more-5", reason="ill")
    assert await tier.pool.fetchval("SELECT count(*) FROM deals WHERE owner = 'more-5'") == 120


async def test_a_week_of_many_is_turned_page_by_page_and_opens_on_whoever_was_chosen(tier: Tier2) -> None:
    async with person(tier, "boss", "supervisor") as boss:
        assert "1 to 25 of 46" in words(await boss.look(HOURS))
        await tier.pool.execute("UPDATE managers SET id = 'zz', name = 'Zoe Ray' WHERE id = 'more-40'")
        assert "26 to 46 of 46" in words(await boss.look(f"{HOURS}?who=zz"))
        found = words(await boss.look(f"{HOURS}?q=zoe"))
        assert "Zoe Ray" in found
        assert "Anna Lys" not in found
