"""Years, months and days are people's: the legal entity's on documents, the tier's in reports and texts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import pytest_asyncio

from services.account_mgmt.actions.credit_notes import write_credit_note
from services.account_mgmt.actions.invoice_documents import print_invoice, read_full_invoice
from services.account_mgmt.actions.orders import write_order
from services.account_mgmt.documents import mail_texts
from services.account_mgmt.domain.orders import InvoicedOrder, OrderDraft
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import working_time
from services.account_mgmt.repository import customers, invoices, reports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Money, OrderLine, Tier

# Half past midnight of New Year's Day in Kyiv, still last year in London.
NEW_YEAR = datetime(2027, 12, 31, 22, 30, tzinfo=UTC)
LINE = OrderLine(description="Full truck", quantity=Decimal(1), unit_price=Money(amount=Decimal("100.00")))


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_local_days", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def ordered(tier: Tier3, at: datetime) -> InvoicedOrder:
    customer_id, _ = await tier.customer(email="buyer@example.com")
    async with tier.pool.acquire() as conn, conn.transaction():
        draft = OrderDraft(await customers.get(conn, customer_id), [LINE], source="own", by="oleh", note=None)
        order, _ = await write_order(conn, Policy(), draft, at=at)
        return order


@pytest.mark.parametrize(("zone", "year"), [("Europe/Kyiv", 2028), ("Europe/London", 2027), ("America/Toronto", 2027)])
async def test_numbers_take_the_year_of_the_legal_entitys_own_zone(tier: Tier3, zone: str, year: int) -> None:
    [entity] = (await tier.http.get("/v1/legal-entities", headers=boss())).json()["items"]
    assert entity["timezone"] == "Europe/Kyiv"
    changed = await tier.http.patch(f"/v1/legal-entities/{entity['id']}", json={"timezone": zone}, headers=boss())
    assert (changed.status_code, changed.json()["timezone"]) == (200, zone)
    order = await ordered(tier, NEW_YEAR)
    assert str(year) in order.number
    assert str(year) in order.invoice.number
    async with tier.pool.acquire() as conn, conn.transaction():
        invoice = await invoices.get(conn, order.invoice.id, lock=True)
        number = await write_credit_note(conn, invoice, Decimal("1.00"), "late", "oleh", at=NEW_YEAR)
    assert str(year) in number


async def test_documents_show_the_day_of_the_legal_entity(tier: Tier3) -> None:
    order = await ordered(tier, NEW_YEAR)
    async with tier.pool.acquire() as conn:
        full = await read_full_invoice(conn, order.invoice.id)
        assert full.seller.day_of(full.invoice.issued_at) == date(2028, 1, 1)
        assert "15.01.2028" in mail_texts.invoice(full).body + mail_texts.dunning(full, 1).body
        assert (await print_invoice(conn, order.invoice.id)).content.startswith(b"%PDF")


async def test_a_zone_that_does_not_exist_is_refused(tier: Tier3) -> None:
    [entity] = (await tier.http.get("/v1/legal-entities", headers=boss())).json()["items"]
    for wrong in ("Europe/Atlantis", "../etc/passwd", ""):
        answer = await tier.http.patch(f"/v1/legal-entities/{entity['id']}", json={"timezone": wrong}, headers=boss())
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "timezone"), answer.text


async def test_months_of_reports_are_those_of_the_tiers_zone(tier: Tier3) -> None:
    await tier.customer()
    await tier.pool.execute(
        "UPDATE customers SET created_at = '2027-01-05T00:00:00Z', state = 'lost', lost_at = $1", NEW_YEAR
    )
    async with tier.pool.acquire() as conn:
        start, end = datetime(2027, 12, 10, tzinfo=UTC), datetime(2028, 1, 20, tzinfo=UTC)
        kyiv = await reports.churn(conn, start, end, "Europe/Kyiv")
        london = await reports.churn(conn, start, end, "Europe/London")
    assert [(month.month, month.lost) for month in kyiv] == [("2027-12", 0), ("2028-01", 1)]
    assert [(month.month, month.lost) for month in london] == [("2027-12", 1), ("2028-01", 0)]


async def test_the_churn_of_ten_years_has_all_its_months(tier: Tier3) -> None:
    await tier.customer()
    path = "/v1/reports/churn?from=2016-02-01T00:00:00Z&to=2026-01-20T00:00:00Z"
    months = (await tier.http.get(path, headers=boss())).json()["months"]
    assert (len(months), months[0]["month"], months[-1]["month"]) == (120, "2016-02", "2026-01")


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        # Friday evening in London is Saturday in Kyiv: no working day.
        (datetime(2027, 6, 4, 22, 30, tzinfo=UTC), datetime(2027, 6, 6, 22, 30, tzinfo=UTC)),
        # Sunday evening in London is Monday in Kyiv: a working day.
        (datetime(2027, 6, 6, 22, 30, tzinfo=UTC), datetime(2027, 6, 6, 22, 30, tzinfo=UTC)),
    ],
)
def test_working_days_are_those_of_the_tiers_zone(moment: datetime, then: datetime) -> None:
    assert working_time(Policy(holidays_of=None), moment) == then
