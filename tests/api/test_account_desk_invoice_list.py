"""The list of invoices at the account desk: whose, which, page by page, and by number."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from services.account_mgmt.domain.invoice_lists import InvoiceQuery
from services.account_mgmt.repository import invoice_lists
from services.account_mgmt.repository.invoice_lists import sums
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.invoices_3 import overdue, pay
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_invoice_list", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture(scope="module")
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - Oleh must be there first
    async with desk_3(dsn) as desk:
        yield desk


@pytest_asyncio.fixture(scope="module")
async def supervisor(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - as above
    async with desk_3(dsn, "boss", "supervisor") as desk:
        yield desk


@pytest_asyncio.fixture(scope="module")
async def colleague(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - as above
    async with desk_3(dsn, "petro") as desk:
        yield desk


async def test_the_list_is_filtered_and_its_sums_lead_to_their_invoices(tier: Tier3, desk: Desk3) -> None:
    (first, late), (_, paid) = await tier.customer(company="Перший"), await tier.customer(company="Другий")
    await overdue(tier, late.invoice_id, 3)
    await pay(desk, paid.invoice_id)
    open_ones = await desk.page("invoices")
    assert late.invoice_id in open_ones and paid.invoice_id not in open_ones
    assert "view=late&amp;currency=UAH" in open_ones
    assert late.invoice_id in await desk.page("invoices", view="late")
    assert paid.invoice_id in await desk.page("invoices", view="paid")
    own = await desk.page("invoices", view="all", customer_id=first)
    assert late.invoice_id in own and paid.invoice_id not in own and "Перший" in own
    assert late.invoice_id not in await desk.page("invoices", currency="EUR")
    issued: datetime = await tier.pool.fetchval("SELECT issued_at FROM invoices WHERE id = $1", paid.invoice_id)
    month = f"{issued.astimezone(ZoneInfo('Europe/Kyiv')):%Y-%m}"
    assert paid.invoice_id in await desk.page("invoices", view="paid", month=month)
    assert paid.invoice_id not in await desk.page("invoices", view="paid", month="2001-01")


async def test_mine_are_those_of_my_customers(tier: Tier3, desk: Desk3, colleague: Desk3) -> None:
    _, opened = await tier.customer()
    await overdue(tier, opened.invoice_id, 100)
    assert opened.invoice_id in await desk.page("invoices", mine="1")
    assert opened.invoice_id not in await colleague.page("invoices", mine="1")


async def test_an_account_managers_list_opens_on_their_own_and_a_supervisors_on_all(
    tier: Tier3, desk: Desk3, colleague: Desk3, supervisor: Desk3
) -> None:
    _, opened = await tier.customer()
    await overdue(tier, opened.invoice_id, 200)
    for person, params, shown in (
        (desk, {}, True), (supervisor, {}, True), (colleague, {}, False), (colleague, {"mine": "0"}, True),
    ):  # fmt: skip
        assert (opened.invoice_id in await person.page("invoices", **params)) is shown
    page = await colleague.page("invoices", mine="0")
    assert 'name="mine" value="0"' in page


async def test_a_customers_invoices_are_all_shown_to_a_colleague(tier: Tier3, colleague: Desk3) -> None:
    customer_id, opened = await tier.customer()
    assert opened.invoice_id in await colleague.page("invoices", view="all", customer_id=customer_id)


async def test_a_number_leads_to_its_invoice(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    number = (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["number"]
    for typed in (number, number.lower(), number.removeprefix("LR-"), str(int(number.rpartition("-")[2]))):
        found = await desk.http.get("/desk/invoices", params={"q": f" {typed} "})
        assert found.headers["location"] == f"/accounts/desk/invoices/{opened.invoice_id}", typed
    for typed in ("LR-2001-000001", "999999999", "Вітер", "%", "12'34", "LR-CN-2026-000001"):
        assert "No invoice has this number" in await desk.page("invoices", q=typed)


async def test_the_list_goes_on_page_by_page_without_losing_one(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer()
    await tier.pool.execute(
        """INSERT INTO orders (id, customer_id, number, source, total, tax, currency, placed_by)
           SELECT gen_random_uuid(), $1, 'many-' || n, 'own', 1, 0, 'UAH', 'test' FROM generate_series(1, 70) AS n""",
        customer_id,
    )
    await tier.pool.execute(
        """INSERT INTO invoices (id, number, entity, order_id, customer_id, total, currency, due_at, issued_at)
           SELECT gen_random_uuid(), number, 'LR', id, $1, 1, 'UAH', now(), now() FROM orders
            WHERE customer_id = $1 AND number LIKE 'many-%'""",
        customer_id,
    )
    for view in ("all", "open"):
        seen: list[str] = []
        params: dict[str, Any] | None = {"view": view, "customer_id": customer_id}
        while params:
            page = await desk.page("invoices", **params)
            seen += re.findall(r'<tr id="row-([^"]+)"', page)
            following = re.search(r'<a href="[^"]*after=([\w-]+)"', page)
            params = {**params, "after": following[1]} if following else None
        assert len(seen) == len(set(seen)) == 71 and opened.invoice_id in seen


@pytest.mark.parametrize(
    "params",
    [{"view": "secret"}, {"customer_id": "x"}, {"currency": "uah; --"}, {"month": "2026-13"}, {"after": "nonsense"}],
)
async def test_a_filter_that_cannot_be_is_answered_in_words(desk: Desk3, params: dict[str, str]) -> None:
    assert "That did not work" in await desk.page("invoices", 422, **params)


async def test_very_many_invoices_of_a_time_are_not_added_up(tier: Tier3, monkeypatch: pytest.MonkeyPatch) -> None:
    customer_id, _ = await tier.customer()
    lately = datetime.now(UTC) - timedelta(hours=1)
    everybodys = InvoiceQuery(view="all", since=lately)
    async with tier.pool.acquire() as conn:
        assert await sums(conn, everybodys)
        monkeypatch.setattr(invoice_lists, "_MOST_ADDED", 0)
        assert await sums(conn, everybodys) is None
        # One customer's are always added up, and what is open stands added up.
        assert await sums(conn, InvoiceQuery(view="all", customer_id=customer_id, since=lately))
        assert await sums(conn, InvoiceQuery(view="open"))


async def test_a_manager_of_few_customers_is_shown_the_newest_of_their_invoices(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    await pay(desk, opened.invoice_id)
    assert f'id="row-{opened.invoice_id}"' in await desk.page("invoices", view="paid", mine=1)
    assert '<tr id="row-' not in await desk.page("invoices", view="void", mine=1)
