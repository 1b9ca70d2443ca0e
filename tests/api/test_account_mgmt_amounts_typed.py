"""Numbers, days and products that people bring: read as they are meant, or refused with what to do."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
import pytest_asyncio

from services.account_mgmt.actions.imports import run_imports
from services.chassis.db import new_id
from tests.fixtures.desk_3 import desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, PRODUCT, Tier3, boss, in_days, tier_3
from workflows.contracts.base import Tier

HEADER = ["company", "phone", "order number", "order date", "product", "qty", "price", "currency"]


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_mgmt_amounts_typed", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture(scope="module")
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


def rows(*prices: Any, qty: Any = 1, product: str = "STEEL") -> list[list[Any]]:
    start = int(new_id()[-6:], 16) % 8_000_000 + 1_000_000
    return [
        [f"Firm {start + n}", f"+38044{start + n}", f"X{n}", "2025-03-31", product, qty, price, "UAH"]
        for n, price in enumerate(prices)
    ]


async def taken(tier: Tier3, lines: list[list[Any]], *, as_workbook: bool = False) -> list[dict[str, Any]]:
    """The verdicts of a file with these lines."""
    if as_workbook:
        book = openpyxl.Workbook()
        for line in [HEADER, *lines]:
            book.active.append(line)
        out = io.BytesIO()
        book.save(out)
        content, name = out.getvalue(), "f.xlsx"
    else:
        text = "\n".join(";".join(str(cell) for cell in line) for line in [HEADER, *lines])
        content, name = text.encode(), "f.csv"
    sent = await tier.http.post(
        "/v1/imports", files={"file": (name, content)}, data={"default_region": "UA"}, headers=boss()
    )
    assert sent.status_code == 202, sent.text
    await run_imports(tier.pool)
    found = await tier.http.get(f"/v1/imports/{sent.json()['id']}/rows", headers=boss())
    return list(found.json()["items"])


async def prices(tier: Tier3, lines: list[list[Any]], **how: bool) -> list[str]:
    """What the prices of a file were read as, by line; the reason where a row was rejected."""
    found = []
    for verdict in await taken(tier, lines, **how):
        price = await tier.pool.fetchval(
            "SELECT unit_price FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.customer_id = $1",
            verdict["lead_id"],
        )
        found.append(verdict["reason"] if verdict["verdict"] == "rejected" else str(price))
    return found


@pytest.mark.parametrize("price", ["1,234", "1.234"])
async def test_a_price_that_may_be_a_thousand_is_refused_with_what_to_write(tier: Tier3, price: str) -> None:
    (reason,) = await prices(tier, rows(price))
    assert price in reason and "1234.00" in reason and "1.23" in reason


async def test_the_whole_column_says_what_a_price_is(tier: Tier3) -> None:
    assert await prices(tier, rows("1,234", "12.50")) == ["1234.00", "12.50"]
    assert await prices(tier, rows("1.234", "12,50")) == ["1234.00", "12.50"]
    assert await prices(tier, rows("1,234", "2,345,678")) == ["1234.00", "2345678.00"]
    late = rows("1,234", *["100"] * 1500, "12.50")
    assert (await prices(tier, late[:1] + late[-1:]))[0] == "1234.00"


async def test_a_column_of_both_styles_leaves_what_is_in_doubt_to_a_person(tier: Tier3) -> None:
    doubtful, comma, dot = await prices(tier, rows("1,234", "12,50", "12.50"))
    assert "may be 1234 or" in doubtful
    assert (comma, dot) == ("12.50", "12.50")


async def test_a_price_of_parts_of_a_cent_is_not_rounded_in_silence(tier: Tier3) -> None:
    reason, _ = await prices(tier, rows("1,234", "12,50"))
    assert "parts of a cent" in reason


async def test_a_number_typed_into_a_workbook_is_what_it_is(tier: Tier3) -> None:
    assert await prices(tier, rows(1234, 12.5), as_workbook=True) == ["1234.00", "12.50"]
    (verdict,) = await taken(tier, rows(100, qty=1.234), as_workbook=True)
    assert verdict["verdict"] == "accepted"
    (text,) = await prices(tier, rows("1,234"), as_workbook=True)
    assert "may be 1234 or" in text


async def test_a_quantity_that_may_be_a_thousand_is_refused_too(tier: Tier3) -> None:
    (verdict,) = await taken(tier, rows("12.50", qty="1,234"))
    assert "the quantity '1,234' may be 1234 or 1.234" in verdict["reason"]


# ---- products that are no longer sold


async def retired(tier: Tier3) -> str:
    """A product that is no longer sold."""
    product = f"old-{new_id()[-8:]}"
    await tier.post("/v1/products", {**PRODUCT, "id": product, "name": "Old truck"}, headers=boss())
    answer = await tier.http.patch(f"/v1/products/{product}", json={"active": False}, headers=boss())
    assert answer.is_success, answer.text
    return product


async def test_a_product_that_is_no_longer_sold_is_refused_in_an_order(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    line = LINE | {"product_id": await retired(tier)}
    refused = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE, line]}, 422)
    assert refused["errors"][0]["field"] == "lines[1].product_id"
    assert "no longer sold" in refused["errors"][0]["reason"]


async def test_a_product_that_is_no_longer_sold_is_refused_in_the_answer_to_a_nudge(tier: Tier3) -> None:
    _, item = await tier.nudge()
    body = {"outcome": "ordered", "lines": [LINE | {"product_id": await retired(tier)}]}
    refused = await tier.post(f"/v1/nudges/{item}/outcome", body, 422)
    assert refused["errors"][0]["field"] == "lines[0].product_id"


async def test_a_product_that_is_no_longer_sold_is_refused_in_a_repeated_order(tier: Tier3, dsn: str) -> None:
    customer_id, _ = await tier.customer()
    product = f"then-{new_id()[-8:]}"
    await tier.post("/v1/products", {**PRODUCT, "id": product, "name": "Then sold"}, headers=boss())
    line = LINE | {"product_id": product, "description": "Then sold"}
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [line]})
    await tier.http.patch(f"/v1/products/{product}", json={"active": False}, headers=boss())
    before = await tier.counts()
    async with desk_3(dsn) as desk:
        said = await desk.act(f"customers/{customer_id}/said", outcome="ordered", quantity="1")
        assert said.status_code == 422 and "no longer sold" in said.text
    assert await tier.counts() == before


async def test_an_import_takes_a_product_that_is_no_longer_sold_and_says_so(tier: Tier3) -> None:
    (verdict,) = await taken(tier, rows("12.50", product=await retired(tier)))
    assert verdict["verdict"] == "accepted" and "no longer sold" in verdict["reason"]


# ---- when to ask again


@pytest.mark.parametrize(("days", "word"), [(-1, "future"), (400, "at the latest"), (36500, "at the latest")])
async def test_a_time_to_ask_again_is_ahead_and_within_the_policys_horizon(tier: Tier3, days: int, word: str) -> None:
    _, item = await tier.nudge()
    body = {"outcome": "later", "next_at": in_days(days)}
    refused = await tier.post(f"/v1/nudges/{item}/outcome", body, 422)
    assert refused["errors"][0]["field"] == "next_at" and word in refused["errors"][0]["reason"]
    await tier.post(f"/v1/nudges/{item}/outcome", {**body, "next_at": in_days(300)}, 200)
