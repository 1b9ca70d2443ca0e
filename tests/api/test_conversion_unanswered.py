"""Reminders that nobody answered in time: who sees them and who may act on them, the same wherever they are shown."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from services.chassis.db import new_id
from services.conversion.domain.calendar import ALWAYS
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2, whose
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier
from workflows.contracts.conversion import RemindDeal

QUIET = "stands still in accepted"


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_unanswered", tier=Tier.CONVERSION)) as tier:
        for manager in ("anna", "borys"):
            await tier.manager(manager, hours=ALWAYS.model_dump(mode="json"))
        yield tier


async def unanswered(tier: Tier2, levels: tuple[int, ...] = (2,)) -> tuple[str, str]:
    """(deal of Anna's, item) of a warning that went to the supervisors because nobody answered it."""
    deal = await tier.accepted("anna")
    for level in levels:
        await tier.activities.remind_deal(RemindDeal(key=new_id(), deal_id=deal["id"], level=level, stale=True))
    item = await tier.pool.fetchval("SELECT id FROM work_items WHERE kind = 'stale' AND assignee IS NULL")
    return deal["id"], str(item)


async def test_the_owner_and_the_supervisor_see_it_everywhere_and_a_colleague_nowhere(tier: Tier2) -> None:
    deal_id, item = await unanswered(tier)
    for name, sees in (("anna", True), ("borys", False), ("", True)):
        listed = [one["item_id"] for one in (await tier.get("/v1/reminders", name))["items"]]
        assert (item in listed) is sees, name
        async with person(tier, name or "boss", "manager" if name else "supervisor") as reader:
            assert (f"row-stale-{item}" in await reader.look()) is sees, name
            assert (QUIET in await reader.look(f"/desk/deals/{deal_id}/fresh")) is sees, name


async def test_the_owner_may_finish_it_and_a_colleague_may_not(tier: Tier2) -> None:
    _, item = await unanswered(tier)
    path = f"/v1/reminders/{item}/done"
    refused = await tier.http.post(path, json={}, headers=whose("borys"))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_owner")
    await tier.post(path, {}, "anna")
    assert (await tier.get("/v1/reminders"))["items"] == []


async def test_the_supervisor_may_finish_it_from_the_board(tier: Tier2) -> None:
    _, item = await unanswered(tier)
    async with person(tier, "boss", "supervisor") as boss:
        await boss.look()
        await boss.press(f"/desk/today/items/{item}/done")
        assert f"row-stale-{item}" not in boss.page


async def test_what_was_told_twice_stands_once_on_the_owners_list(tier: Tier2) -> None:
    await unanswered(tier, (1, 2))
    async with person(tier, "anna") as anna:
        assert (await anna.look()).count('id="row-stale-') == 1
    [mine] = (await tier.get("/v1/reminders", "anna"))["items"]
    await tier.post(f"/v1/reminders/{mine['item_id']}/done", {}, "anna")
    # It is answered: nobody else needs to look any more.
    assert (await tier.get("/v1/reminders"))["items"] == []


async def test_a_discount_is_nobodys_to_decide_but_the_supervisors(tier: Tier2) -> None:
    deal_id, item = await unanswered(tier)
    await tier.pool.execute("UPDATE work_items SET kind = 'approval' WHERE id = $1", item)
    assert (await tier.get("/v1/reminders", "anna"))["items"] == []
    assert [one["deal_id"] for one in (await tier.get("/v1/reminders"))["items"]] == [deal_id]
