"""Sums in tier 3: what is too large is refused at the door, and what was accepted adds up to any length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions.forecasts import fit_all
from services.account_mgmt.actions.imports import run_imports
from tests.fixtures.desk_3 import desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, boss, tier_3
from workflows.contracts.base import Tier

LARGEST = "99999999999999.99"
HALF = "41666666666666.66"
"""With a fifth of tax it is half of the largest amount."""
TOO_MUCH = ("100000000000000.00", "1e30", "1e999999", "NaN", "Infinity", "-Infinity", "-1e30")


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_mgmt_sums", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


def uah(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "UAH"}


async def order(tier: Tier3, customer_id: str, status: int = 201, **changes: Any) -> Any:
    return await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [{**LINE, **changes}]}, status)


@pytest.mark.parametrize("amount", TOO_MUCH)
async def test_an_amount_of_more_than_sixteen_digits_is_refused_by_its_field(tier: Tier3, amount: str) -> None:
    customer_id, opened = await tier.customer()
    refused = await order(tier, customer_id, 422, unit_price=uah(amount))
    assert "unit_price" in refused["errors"][0]["field"]
    invoice = f"/v1/invoices/{opened.invoice_id}"
    product = {"id": "x", "name": "X", "unit": "trip", "price": uah(amount)}
    for path, body in (
        (f"{invoice}/payments", {"amount": uah(amount), "reference": "r"}),
        (f"{invoice}/refunds", {"amount": uah(amount), "reference": "r", "reason": "r"}),
        (f"{invoice}/credit-notes", {"amount": uah(amount), "reason": "r"}),
        ("/v1/products", product),
        ("/v1/products/ftl/prices", {"price": uah(amount)}),
    ):
        assert (await tier.post(path, body, 422, boss()))["code"] == "invalid", path


@pytest.mark.parametrize("quantity", ["1000000000", "1e30", "NaN", "Infinity", "0.0001", "0", "-1"])
async def test_a_quantity_that_cannot_be_is_refused_by_its_field(tier: Tier3, quantity: str) -> None:
    customer_id, _ = await tier.customer()
    refused = await order(tier, customer_id, 422, quantity=quantity)
    assert "quantity" in refused["errors"][0]["field"]


async def test_lines_that_come_to_more_than_an_order_may_are_refused(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    refused = await order(tier, customer_id, 422, quantity="999999999", unit_price=uah(LARGEST))
    assert refused["errors"][0]["field"] == "lines"
    item = await tier.nudge()
    lines = [{**LINE, "unit_price": uah(HALF)}] * 2
    answer = {"outcome": "ordered", "lines": lines}
    assert (await tier.post(f"/v1/nudges/{item[1]}/outcome", answer, 422))["errors"][0]["field"] == "lines"


async def test_reports_and_pages_of_the_largest_sums_are_shown(tier: Tier3, dsn: str) -> None:
    """Four orders and three payments, each of which is accepted, come to more than any one amount may."""
    ids = []
    for _ in range(4):
        customer_id, _ = await tier.customer()
        placed = await order(tier, customer_id, unit_price=uah(HALF))
        ids.append((customer_id, placed["invoice"]["id"]))
    for number in range(3):
        paid = {"amount": uah(LARGEST), "reference": f"r{number}"}
        await tier.post(f"/v1/invoices/{ids[0][1]}/payments", paid)
    assert await fit_all(tier.pool) >= 4
    invoice = await tier.get(f"/v1/invoices/{ids[0][1]}")
    assert Decimal(invoice["paid"]["amount"]) == 3 * Decimal(LARGEST)
    for path in ("account-managers", "money", "nudges", "churn", "cross-sell"):
        shown = await tier.http.get(f"/v1/reports/{path}", headers=boss())
        assert shown.status_code == 200, shown.text
    money = (await tier.http.get("/v1/reports/money", headers=boss())).json()
    assert any(Decimal(one["amount"]) > Decimal(LARGEST) for one in money["credit"])
    assert any(Decimal(one["amount"]) > Decimal(LARGEST) for one in money["open"])
    for path in ("customers", f"customers/{ids[0][0]}", f"customers/{ids[0][0]}/orders", "nudges"):
        await tier.get(f"/v1/{path}")
    async with desk_3(dsn) as desk:
        for path in ("", "customers", f"customers/{ids[0][0]}", "calendar", "invoices", f"invoices/{ids[0][1]}"):
            await desk.page(path)


async def test_a_row_of_an_import_that_is_too_large_is_refused_alone(tier: Tier3) -> None:
    header = "Company,Phone,Order number,Order date,Product,Quantity,Price,VAT\n"
    bad = [
        ("999999999", "99999999999999.99"), ("1", "1e30"), ("1e30", "1"), ("NaN", "1"), ("1", "Infinity"),
        ("999999999.9999", "1"), ("0.0001", "1"), ("2", "49999999999999.99"), ("1", "-5"),
    ]  # fmt: skip
    good = [("1", HALF), ("1", HALF), ("1", HALF)]
    rows = [
        f'Customer {n},+38044{2000000 + n},{n},01.03.2025,ftl,"{quantity}","{price}",20\n'
        for n, (quantity, price) in enumerate(bad)
    ]
    # Many lines of one order come to more than one amount may.
    rows += [f"Big,+380442999999,BIG,01.03.2025,ftl,{quantity},{price},20.004\n" for quantity, price in good]
    sent = await tier.http.post(
        "/v1/imports",
        files={"file": ("customers.csv", (header + "".join(rows)).encode())},
        data={"default_region": "UA"},
        headers=boss(),
    )
    await run_imports(tier.pool)
    done = (await tier.http.get(f"/v1/imports/{sent.json()['id']}", headers=boss())).json()
    assert (done["state"], done["rejected"]) == ("done", len(bad))
    total = await tier.pool.fetchval("SELECT max(total) FROM orders")
    assert total > Decimal(LARGEST)
    assert (await tier.http.get("/v1/reports/account-managers", headers=boss())).status_code == 200
    assert await fit_all(tier.pool) >= 1
