"""Money that came by bank is seen as such at its invoice and in the customer's story."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_bank_payments", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str) -> AsyncIterator[Desk3]:
    async with desk_3(dsn) as desk:
        yield desk


async def pay(tier: Tier3, invoice_id: str, reference: str) -> None:
    body = {"amount": {"amount": "60.00", "currency": "UAH"}, "reference": reference}
    await tier.post(f"/v1/invoices/{invoice_id}/payments", body)


async def transfer(tier: Tier3, invoice_id: str, transfer_id: str, reference: str) -> None:
    """A bank's statement told of this transfer, which was booked on the invoice."""
    statement_id = new_id()
    await tier.pool.execute(
        """INSERT INTO bank_statements (id, file_name, format, accounts, rows, outgoing, posted_by)
           VALUES ($1, 'may.csv', 'csv', '{UA}', 1, 0, 'boss')""",
        statement_id,
    )
    await tier.pool.execute(
        """INSERT INTO bank_transfers (id, statement_id, line, account, key, booked_on, amount, booked, currency,
               payer_name, payer_iban, payer_tax_id, purpose, reference, reversal, state)
           VALUES ($1, $2, 1, 'UA', $3, current_date, 60, 60, 'UAH', 'Wind', '', '', '', $4, false, 'matched')""",
        transfer_id,
        statement_id,
        new_id(),
        reference,
    )
    await tier.pool.execute("INSERT INTO bank_bookings VALUES ($1, $2, 60)", transfer_id, invoice_id)


@pytest.mark.parametrize("reference", ["B-17", ""], ids=["with the bank's reference", "without one"])
async def test_money_by_bank_is_told_apart_from_what_was_typed_in(tier: Tier3, desk: Desk3, reference: str) -> None:
    customer_id, opened = await tier.customer()
    transfer_id = new_id()
    await transfer(tier, opened.invoice_id, transfer_id, reference)
    await pay(tier, opened.invoice_id, reference or f"transfer:{transfer_id}")
    await pay(tier, opened.invoice_id, "cash-1")
    invoice, story = (
        await desk.page(f"invoices/{opened.invoice_id}"),
        await desk.page(f"customers/{customer_id}/story"),
    )
    assert invoice.count("came by bank transfer") == 1
    assert story.count("by bank transfer") == 1
    assert story.count("Paid ") == 2
