"""Money at the page of an invoice: payments and credit notes, by right and once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.invoices_3 import credit, pay, text_of
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_invoice_money", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture(scope="module")
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - Oleh must be there first
    async with desk_3(dsn) as desk:
        yield desk


# ---- money comes


@pytest.mark.parametrize(
    ("amount", "said", "left"),
    [
        ("20", "100.00 is still open", "UAH 100.00"),
        ("120,00", "the invoice is paid.", "UAH 0.00"),
        ("150", "30.00 is too much", "UAH 0.00"),
    ],
)
async def test_money_is_booked_in_part_in_full_and_more(
    tier: Tier3, desk: Desk3, amount: str, said: str, left: str
) -> None:
    _, opened = await tier.customer()
    answer = await pay(desk, opened.invoice_id, amount)
    assert answer.status_code == 200 and said in answer.text
    assert text_of(answer.text, "open-amount") == left


async def test_the_same_reference_again_changes_nothing_and_says_so(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    await pay(desk, opened.invoice_id, "20", reference="PB-1")
    again = await pay(desk, opened.invoice_id, "20", reference="PB-1")
    assert "was booked on this invoice before" in again.text
    assert text_of(again.text, "open-amount") == "UAH 100.00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "a lot"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"amount": "9" * 20}, "amount"),
        ({"currency": "EUR"}, "amount.currency"),
        ({"reference": " "}, "reference"),
        ({"paid_on": "yesterday"}, "paid_on"),
        ({"paid_on": "2199-12-31"}, "paid_on"),
    ],
)
async def test_a_wrong_payment_is_refused_beside_its_field(
    tier: Tier3, desk: Desk3, changes: dict[str, str], field: str
) -> None:
    _, opened = await tier.customer()
    before = await tier.counts()
    answer = await pay(desk, opened.invoice_id, **changes)
    assert answer.status_code == 422 and f'"{field}"' in answer.headers["hx-trigger"]
    assert await tier.counts() == before


# ---- credit notes


@pytest.mark.parametrize(
    ("fields", "credited"),
    [
        ({"what": "open"}, "120.00"),
        ({"what": "whole"}, "120.00"),
        ({"what": "lines", "lines": ["1"]}, "120.00"),
        ({"what": "amount", "amount": "12,5"}, "12.50"),
    ],
)
async def test_a_credit_note_takes_back_what_was_chosen(
    tier: Tier3, desk: Desk3, fields: dict[str, Any], credited: str
) -> None:
    _, opened = await tier.customer()
    answer = await credit(desk, opened.invoice_id, **fields)
    assert answer.status_code == 200, answer.text
    assert (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["credited"]["amount"] == credited
    assert "is written" in answer.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"what": "lines"}, "lines"),
        ({"what": "lines", "lines": ["2"]}, "lines"),
        ({"what": "lines", "lines": ["0"]}, "lines"),
        ({"what": "amount", "amount": ""}, "amount"),
        ({"what": "amount", "amount": "500"}, "amount.amount"),
        ({"what": "everything"}, "what"),
        ({"what": "open", "reason": ""}, "reason"),
    ],
)
async def test_a_wrong_credit_note_is_refused_beside_its_field(
    tier: Tier3, desk: Desk3, fields: dict[str, Any], field: str
) -> None:
    _, opened = await tier.customer()
    before = await tier.counts()
    answer = await credit(desk, opened.invoice_id, **fields)
    assert answer.status_code == 422 and f'"{field}"' in answer.headers["hx-trigger"]
    assert await tier.counts() == before
