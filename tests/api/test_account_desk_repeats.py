"""The outcome "ordered": the last order once more, with what it comes to while the quantities are typed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_repeats", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture(scope="module")
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - Oleh must be there first
    async with desk_3(dsn) as desk:
        yield desk


async def bought(tier: Tier3, *lines: tuple[str, str, str], currency: str = "UAH") -> str:
    """A customer whose last order has these lines: (words, price, tax in per cent)."""
    customer_id, _ = await tier.customer()
    body = [
        {
            "description": words,
            "quantity": "2",
            "unit_price": {"amount": price, "currency": currency},
            "tax_percent": tax,
        }
        for words, price, tax in lines
    ]
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": body})
    return customer_id


def total(page: str) -> str:
    """What the sums say in all."""
    found = re.search(r'id="said-total"[^>]*>([^<]*)', page)
    assert found, page
    return found[1].strip()


async def sums(desk: Desk3, customer_id: str, *typed: str) -> str:
    return await desk.page(f"customers/{customer_id}/said/sums", quantity=list(typed))


async def test_the_form_opens_with_what_the_last_order_came_to(tier: Tier3, desk: Desk3) -> None:
    customer_id = await bought(tier, ("Truck", "100.00", "20"), ("Crane", "50.00", "7"))
    page = await desk.page(f"customers/{customer_id}", say="ordered")
    assert total(page) == "347.00"


async def test_each_tax_rate_and_the_total_follow_what_is_typed(tier: Tier3, desk: Desk3) -> None:
    customer_id = await bought(tier, ("Truck", "100.00", "20"), ("Crane", "50.00", "7"))
    shown = await sums(desk, customer_id, "1 000,5", "0")
    assert total(shown) == "120,060.00"
    assert "VAT 20%" in shown and "VAT 7%" not in shown
    assert 'name="quantity"' not in shown, "the fields are left alone"
    assert total(await sums(desk, customer_id, "", "1")) == "53.50"


async def test_what_was_shown_is_what_is_ordered(tier: Tier3, desk: Desk3) -> None:
    customer_id = await bought(tier, ("Truck", "99.99", "20"))
    shown = total(await sums(desk, customer_id, "1,234.5"))
    await desk.act(f"customers/{customer_id}/said", outcome="ordered", quantity="1,234.5")
    ordered = "SELECT total FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 1"
    assert await tier.pool.fetchval(ordered, customer_id) == Decimal(shown.replace(",", ""))


async def test_a_line_that_is_ordered_again_keeps_its_unit(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    sand = {"description": "Sand", "quantity": "2", "unit_price": {"amount": "9.00", "currency": "UAH"}, "unit": "TNE"}
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [sand]})
    await desk.act(f"customers/{customer_id}/said", outcome="ordered", quantity="3")
    units = "SELECT unit FROM order_lines JOIN orders ON id = order_id WHERE customer_id = $1 ORDER BY placed_at"
    assert [row["unit"] for row in await tier.pool.fetch(units, customer_id)][1:] == ["TNE", "TNE"]


async def test_quantities_for_an_order_that_is_not_the_last_one_any_more_are_refused(tier: Tier3, desk: Desk3) -> None:
    customer_id = await bought(tier, ("Truck", "100.00", "20"))
    page = await desk.page(f"customers/{customer_id}", say="ordered")
    shown = page.split('name="order_id" value="')[1].split('"')[0]
    line = {"description": "Crane", "quantity": "1", "unit_price": {"amount": "900.00", "currency": "UAH"}}
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [line]})
    before = await tier.counts()
    late = await desk.act(f"customers/{customer_id}/said", outcome="ordered", quantity="7", order_id=shown)
    assert late.status_code == 422 and "another one by now" in late.text
    assert await tier.counts() == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("many", "Truck: Write a number"),
        ("-1", "Truck: More than none"),
        ("1.2345", "Truck: Three decimals"),
        ("9999999999", "Truck: That is too many"),
    ],
)
async def test_a_quantity_that_cannot_be_right_is_told_before_it_is_sent(
    tier: Tier3, desk: Desk3, typed: str, said: str
) -> None:
    customer_id = await bought(tier, ("Truck", "100.00", "20"), ("Crane", "50.00", "7"))
    shown = await sums(desk, customer_id, typed, "1")
    assert said in shown
    assert total(shown) == "53.50", "the other lines have their sum"
    before = await tier.counts()
    answer: Any = await desk.act(f"customers/{customer_id}/said", outcome="ordered", quantity=[typed, "1"])
    assert answer.status_code == 422 and await tier.counts() == before


async def test_all_lines_left_out_is_no_order_yet(tier: Tier3, desk: Desk3) -> None:
    customer_id = await bought(tier, ("Truck", "100.00", "20"))
    assert "Nothing is ordered yet" in await sums(desk, customer_id, "0")


async def test_a_currency_without_cents_is_summed_without_them(tier: Tier3, desk: Desk3) -> None:
    customer_id = await bought(tier, ("Truck", "101", "8"))
    await tier.pool.execute("UPDATE orders SET currency = 'JPY' WHERE customer_id = $1", customer_id)
    assert total(await sums(desk, customer_id, "1")) == "109.00"
