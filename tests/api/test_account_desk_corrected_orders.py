"""An order at the account desk that is written again for one that was cancelled or credited."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_corrected", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture(scope="module")
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - Oleh must be there first
    async with desk_3(dsn) as desk:
        yield desk


async def with_a_truck(desk: Desk3, customer_id: str) -> str:
    """The page with a truck in the order."""
    return (await desk.act(f"customers/{customer_id}/order", act="add:ftl")).text


async def test_an_order_that_is_written_again_for_an_undone_one_says_so(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer()
    assert "Written again for" not in await with_a_truck(desk, customer_id)
    await tier.post(f"/v1/invoices/{opened.invoice_id}/credit-notes", {"reason": "wrong address"})
    [first] = (await tier.get(f"/v1/customers/{customer_id}/orders"))["items"]
    page = await desk.page(f"customers/{customer_id}")
    assert "Written again for" in page
    assert f'<option value="{first["id"]}">{first["number"]} of ' in page
    placed = await desk.act(f"customers/{customer_id}/orders", total="120.00", corrects=first["id"])
    assert placed.status_code == 200, placed.text
    found = (await tier.get(f"/v1/customers/{customer_id}/orders"))["items"]
    assert [one["corrects"] for one in found] == [None, first["id"]]
    assert "Written again for" not in await with_a_truck(desk, customer_id), "each is corrected once"


async def test_an_order_that_is_new_corrects_nothing(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer()
    await tier.post(f"/v1/invoices/{opened.invoice_id}/credit-notes", {"reason": "wrong address"})
    await with_a_truck(desk, customer_id)
    assert (await desk.act(f"customers/{customer_id}/orders", total="120.00", corrects="")).status_code == 200
    found = (await tier.get(f"/v1/customers/{customer_id}/orders"))["items"]
    assert [one["corrects"] for one in found] == [None, None]
