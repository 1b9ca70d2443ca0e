"""Work items: nobody gets what somebody else has, and a lost lease answers no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.chassis import work_items
from services.chassis.db import Pool, create_pool, new_id
from services.chassis.errors import Conflict
from services.chassis.work_items import NewItem, WorkItem
from tests.fixtures.postgres import FreshDatabase

LEASE = timedelta(minutes=5)


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("work_items"), application_name="test", max_size=20)
    yield pool
    pool.terminate()


async def opened(pool: Pool, key: str = "a", **fields: object) -> WorkItem:
    async with pool.acquire() as conn:
        new = NewItem(kind="call", key=key, workflow_id="w", lead_id=new_id(), **fields)  # type: ignore[arg-type]
        return await work_items.open_item(conn, new)


async def claim(pool: Pool, person: str, **fields: object) -> WorkItem | None:
    async with pool.acquire() as conn, conn.transaction():
        return await work_items.claim(conn, kind="call", person=person, lease=LEASE, **fields)  # type: ignore[arg-type]


async def test_the_same_key_opens_one_item(pool: Pool) -> None:
    first, again = await opened(pool), await opened(pool)
    assert first.id == again.id


async def test_a_thousand_claimers_on_a_thousand_leads_never_share_one(pool: Pool) -> None:
    for number in range(1000):
        await opened(pool, str(number))
    claimed = await asyncio.gather(*(claim(pool, f"caller-{n}") for n in range(1000)))
    ids = [item.id for item in claimed if item]
    assert len(ids) == len(set(ids)) == 1000


async def test_what_is_not_due_yet_is_not_given(pool: Pool) -> None:
    await opened(pool, not_before=datetime.now(UTC) + timedelta(hours=1))
    assert await claim(pool, "anna") is None


async def test_priority_then_score_decide(pool: Pool) -> None:
    await opened(pool, "low", rank=9)
    wanted = await opened(pool, "high", priority=1)
    item = await claim(pool, "anna")
    assert item is not None
    assert item.id == wanted.id


async def test_a_personal_item_is_the_assignees_until_it_falls_to_everybody(pool: Pool) -> None:
    await opened(pool, assignee="anna", assignee_until=datetime.now(UTC) + timedelta(hours=1))
    assert await claim(pool, "boris") is None
    await pool.execute("UPDATE work_items SET assignee_until = now() - interval '1 second'")
    assert await claim(pool, "boris") is not None


async def test_only_the_groups_asked_for(pool: Pool) -> None:
    await opened(pool, group_key="spring|Europe/Kyiv")
    assert await claim(pool, "anna", groups=["autumn|Europe/Kyiv"]) is None
    assert await claim(pool, "anna", groups=["spring|Europe/Kyiv"]) is not None


async def test_a_lost_browser_gets_the_same_item_again(pool: Pool) -> None:
    await opened(pool, "1")
    await opened(pool, "2")
    first, again = await claim(pool, "anna"), await claim(pool, "anna")
    assert first is not None
    assert again is not None
    assert (first.id, first.lease_token) == (again.id, again.lease_token)


async def test_whoever_gets_their_own_item_again_keeps_no_other_from_colleagues(pool: Pool) -> None:
    for rank, key in enumerate(("third", "second", "first")):
        await opened(pool, key, rank=rank)
    mine = await claim(pool, "anna")
    async with pool.acquire() as conn, conn.transaction():
        again = await work_items.claim(conn, kind="call", person="anna", lease=LEASE)
        theirs = await claim(pool, "boris")
    assert mine is not None
    assert again is not None
    assert theirs is not None
    assert (again.id, again.lease_token, theirs.key) == (mine.id, mine.lease_token, "second")


async def test_an_expired_lease_goes_back_and_its_holder_can_no_longer_answer(pool: Pool) -> None:
    await opened(pool)
    first = await claim(pool, "anna")
    await pool.execute("UPDATE work_items SET lease_until = now() - interval '1 second'")
    async with pool.acquire() as conn:
        assert await work_items.return_expired(conn) == 1
    second = await claim(pool, "boris")
    assert first is not None
    assert second is not None
    assert second.lease_token > first.lease_token
    async with pool.acquire() as conn:
        with pytest.raises(Conflict) as error:
            await work_items.complete(conn, first.id, person="anna", token=first.lease_token, result="x")
        assert error.value.code == "stale_lease"
        done = await work_items.complete(conn, first.id, person="boris", token=second.lease_token, result="ok")
        assert (done.state, done.result) == ("done", "ok")
        with pytest.raises(Conflict) as error:
            await work_items.complete(conn, first.id, person="boris", token=second.lease_token, result="ok")
        assert error.value.code == "already_closed"


async def test_cancelled_work_cannot_be_answered_by_whoever_holds_it(pool: Pool) -> None:
    item = await opened(pool)
    held = await claim(pool, "anna")
    assert held is not None
    async with pool.acquire() as conn:
        assert len(await work_items.cancel_for_lead(conn, item.lead_id, result="do_not_call")) == 1
        with pytest.raises(Conflict):
            await work_items.complete(conn, item.id, person="anna", token=held.lease_token, result="x")


async def test_released_work_is_due_again(pool: Pool) -> None:
    await opened(pool)
    held = await claim(pool, "anna")
    assert held is not None
    async with pool.acquire() as conn:
        await work_items.release(conn, held.id, "anna", held.lease_token)
    assert await claim(pool, "boris") is not None
