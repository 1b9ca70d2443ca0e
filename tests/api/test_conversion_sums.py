"""Sums in tier 2: what is too large is refused at the door, and what was accepted adds up to any length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, tier_2, whose
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier

ANNA = "anna"
LARGEST = "99999999999999.99"
HALF = "49999999999999.99"
TOO_MUCH = ("100000000000000.00", "1e30", "1e999999", "NaN", "Infinity", "-Infinity", "-1e30")


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_sums", tier=Tier.CONVERSION)) as tier:
        await tier.manager(ANNA, capacity=1000)
        yield tier


async def qualified(tier: Tier2) -> str:
    deal = await tier.accepted(ANNA)
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, ANNA)
    return f"/v1/deals/{deal['id']}"


def line(amount: str, quantity: str = "1") -> dict[str, Any]:
    return {**LINE, "quantity": quantity, "unit_price": {"amount": amount, "currency": "UAH"}}


async def refused(tier: Tier2, path: str, body: Any, headers: dict[str, str] | None = None) -> str:
    answer = await tier.http.post(path, json=body, headers=headers or whose(ANNA))
    assert answer.status_code == 422, answer.text
    return str(answer.json()["errors"][0]["field"])


@pytest.mark.parametrize("way", ["win", "offers"])
@pytest.mark.parametrize("amount", TOO_MUCH)
async def test_an_amount_of_more_than_sixteen_digits_is_refused_by_its_field(
    tier: Tier2, way: str, amount: str
) -> None:
    assert "unit_price" in await refused(tier, f"{await qualified(tier)}/{way}", {"lines": [line(amount)]})
    correction = {"person": ANNA, "role": "closed", "amount": {"amount": amount, "currency": "UAH"}, "reason": "x"}
    assert "amount" in await refused(tier, "/v1/commissions/adjustments", correction, whose())


@pytest.mark.parametrize("way", ["win", "offers"])
@pytest.mark.parametrize("quantity", ["1000000000", "1e30", "NaN", "Infinity", "0.0001", "0", "-1"])
async def test_a_quantity_that_cannot_be_is_refused_by_its_field(tier: Tier2, way: str, quantity: str) -> None:
    field = await refused(tier, f"{await qualified(tier)}/{way}", {"lines": [line("1.00", quantity)]})
    assert field == "lines[0].quantity"


@pytest.mark.parametrize("way", ["win", "offers"])
async def test_lines_that_come_to_more_than_a_sale_may_are_refused(tier: Tier2, way: str) -> None:
    for lines in ([line(LARGEST, "999999999")], [line(HALF), line(HALF)]):
        assert await refused(tier, f"{await qualified(tier)}/{way}", {"lines": lines}) == "lines"


async def test_reports_and_pages_of_the_largest_sums_are_shown(tier: Tier2) -> None:
    """Four sales and as many open offers, each of which is accepted, come to more than any one amount may."""
    for _ in range(4):
        await tier.post(f"{await qualified(tier)}/win", {"lines": [line(HALF)]}, ANNA)
        path = await qualified(tier)
        await tier.post(f"{path}/offers", {"lines": [line(HALF)]}, ANNA, status=201)
    month = f"{datetime.now(UTC):%Y-%m}"
    report = await tier.get("/v1/reports/managers")
    assert f"{4 * Decimal(HALF):f}" in str(report)
    paths = ("reports/reasons", "reports/callers", "reports/playbooks", "commissions", "deals", path[4:])
    for one in (*paths, f"commissions/statements?month={month}", f"commissions/statements.csv?month={month}"):
        shown = await tier.http.get(f"/v1/{one}", headers=whose())
        assert shown.status_code == 200, shown.text
    async with person(tier, ANNA) as anna, person(tier, "boss", role="supervisor") as boss:
        for one in (anna, boss):
            for page in ("/desk/", "/desk/deals", "/desk/commission", "/desk/calendar", f"/desk/deals/{path[10:]}"):
                await one.look(page)
