"""Numbers of invoices: one series per legal entity and year, without gap or double, however many orders come."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_numbers", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def counted(number: str) -> int:
    """The running part of a number."""
    return int(re.findall(r"\d+", number)[-1])


async def test_a_hundred_orders_at_once_are_numbered_without_gap_or_double(tier: Tier3) -> None:
    """erpnext 53308: one failure disables the series. Here it is refused with its reason, and the series goes on."""
    customers = [(await tier.customer())[0] for _ in range(10)]
    bad = {"lines": [{**LINE, "product_id": "unknown"}]}

    async def order(number: int) -> int:
        """As clients do: whoever is told that all connections are busy sends the same request again."""
        body, key = bad if number % 5 == 0 else {"lines": [LINE]}, {"Idempotency-Key": new_id()}
        path = f"/v1/customers/{customers[number % 10]}/orders"
        while (answer := await tier.http.post(path, json=body, headers=key)).status_code == 503:
            assert answer.headers["Retry-After"]
        return answer.status_code

    answers = await asyncio.gather(*(order(number) for number in range(125)))
    assert sorted(set(answers)) == [201, 422]
    rows = await tier.pool.fetch("SELECT number FROM invoices")
    numbers = sorted(counted(row["number"]) for row in rows)
    # Ten first orders and the hundred; what was refused has used no number up.
    assert numbers == list(range(1, 111))
    assert len({row["number"] for row in rows}) == 110
