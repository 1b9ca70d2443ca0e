"""An organisation that moves in goes on with its own series of numbers: upwards only, nothing twice, and audited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, account_manager, boss, tier_3
from workflows.contracts.base import Tier

NUMBERS = "/v1/legal-entities/LR/numbers"
WHY = "317 invoices of this year in the old program"


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_numbers", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def move_on(tier: Tier3, number: int, status: int = 200, **more: Any) -> Any:
    return await tier.post(NUMBERS, {"next_number": number, "reason": WHY, **more}, status, headers=boss())


async def invoice(tier: Tier3, customer_id: str) -> int:
    order = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]})
    return int(order["invoice"]["number"].rpartition("-")[2])


async def test_the_first_invoice_has_the_number_that_was_set_and_the_next_ones_follow_it(tier: Tier3) -> None:
    moved = await move_on(tier, 318)
    this_year = datetime.now(ZoneInfo("Europe/Kyiv")).year
    assert moved["next"] == [{"series": "invoice", "year": this_year, "next_number": 318}]
    [start] = moved["starts"]
    assert (start["was"], start["next_number"], start["reason"], start["set_by"]) == (1, 318, WHY, "boss")
    customer_id, _ = await tier.customer()  # its first order takes 318
    assert [await invoice(tier, customer_id) for _ in range(3)] == [319, 320, 321]


async def test_a_series_that_runs_goes_upwards_only(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    problem = await move_on(tier, 1, 422)
    assert (problem["errors"][0]["field"], problem["errors"][0]["reason"]) == (
        "next_number",
        "1 is taken: the next number is at least 2",
    )
    assert (await move_on(tier, 2))["starts"] == []
    assert await invoice(tier, customer_id) == 2
    await move_on(tier, 100)
    await move_on(tier, 50, 422)
    assert await invoice(tier, customer_id) == 100


async def test_numbers_that_are_set_while_invoices_are_issued_are_never_given_twice(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    found = await asyncio.gather(
        *(invoice(tier, customer_id) for _ in range(5)),
        move_on(tier, 1000),
        *(invoice(tier, customer_id) for _ in range(5)),
    )
    given = sorted(one for one in found if isinstance(one, int))
    low, high = [one for one in given if one < 1000], [one for one in given if one >= 1000]
    assert low == list(range(2, 2 + len(low))) and high == list(range(1000, 1000 + len(high)))
    assert len(given) == 10


async def test_credit_notes_and_next_year_have_series_of_their_own(tier: Tier3) -> None:
    year = datetime.now(UTC).astimezone(ZoneInfo("Europe/Kyiv")).year
    await move_on(tier, 70, series="credit_note")
    await move_on(tier, 5, year=year + 1)
    _, account = await tier.customer()
    noted = await tier.post(f"/v1/invoices/{account.invoice_id}/credit-notes", {"reason": "late"})
    assert noted["credit_notes"][0]["number"].endswith("-000070") and noted["number"].endswith("-000001")
    for wrong in (year - 1, year + 2):
        assert (await move_on(tier, 5, 422, year=wrong))["errors"][0]["field"] == "year"


async def test_only_a_supervisor_moves_a_series_on(tier: Tier3) -> None:
    body = {"next_number": 9, "reason": WHY}
    assert (await tier.http.post(NUMBERS, json=body, headers=account_manager())).status_code == 403
    assert (await tier.http.post("/v1/legal-entities/NO/numbers", json=body, headers=boss())).status_code == 404
    stale = await tier.http.post(NUMBERS, json=body, headers={**boss(), "If-Match": '"other"'})
    assert stale.status_code == 412
