"""Existing customers with their orders: every row with a verdict, nothing twice, and their care is opened."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import pytest_asyncio

from services.account_mgmt.actions.imports import CustomerImporter, run_imports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, boss, tier_3
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.fit_timing import RunFit
from workflows.contracts.open_care import AdoptAccount, ReadUnopened

HEADER = "Company,Phone,Order number,Order date,Product,Quantity,Price\n"


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_imports", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def send(tier: Tier3, content: bytes, status: int = 202, name: str = "customers.csv", **form: str) -> Any:
    answer = await tier.http.post(
        "/v1/imports", files={"file": (name, content)}, data={"default_region": "UA", **form}, headers=boss()
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def taken(tier: Tier3, content: bytes, **form: str) -> dict[str, Any]:
    sent = await send(tier, content, **form)
    await run_imports(tier.pool)
    return dict((await tier.http.get(f"/v1/imports/{sent['id']}", headers=boss())).json())


def history(customers: int, orders: int = 3) -> bytes:
    rows = [
        f"Customer {n},+38044{2000000 + n},{n}-{k},{datetime.now(UTC) - timedelta(days=30 * k):%d.%m.%Y},ftl,2,100\n"
        for n in range(customers)
        for k in range(1, orders + 1)
    ]
    return (HEADER + "".join(rows)).encode()


async def totals(tier: Tier3) -> tuple[int, int, int]:
    row = await tier.pool.fetchrow(
        """SELECT (SELECT count(*) FROM customers) AS c, (SELECT count(*) FROM orders) AS o,
                  (SELECT count(*) FROM order_lines) AS l"""
    )
    return (row["c"], row["o"], row["l"]) if row else (0, 0, 0)


async def test_customers_come_with_their_history_and_without_invoices(tier: Tier3) -> None:
    done = await taken(tier, history(4))
    assert (done["state"], done["rows"], done["accepted"], done["merged"]) == ("done", 12, 4, 8)
    assert await totals(tier) == (4, 12, 12)
    assert await tier.pool.fetchval("SELECT count(*) FROM invoices") == 0
    customer = (await tier.get("/v1/customers"))["items"][0]
    orders = (await tier.get(f"/v1/customers/{customer['id']}/orders"))["items"]
    assert [order["invoice"] for order in orders] == [None] * 3
    assert orders[0]["total"] == {"amount": "240.00", "currency": "UAH"}
    refused = await tier.post(f"/v1/orders/{orders[0]['id']}/cancel", {"reason": "x"}, 409, headers=boss())
    assert "was imported" in refused["detail"]
    card = await tier.get(f"/v1/customers/{customer['id']}/card")
    assert card["last_purchase"]["days_ago"] in (29, 30)
    assert card["bought"][0]["times"] == 3


async def test_the_same_file_again_changes_nothing(tier: Tier3) -> None:
    await taken(tier, history(3))
    before = await totals(tier)
    again = await taken(tier, history(3))
    assert (again["accepted"], again["merged"], again["duplicates"]) == (0, 0, 9)
    assert await totals(tier) == before


async def test_a_dry_run_tells_the_same_verdicts_and_changes_nothing(tier: Tier3) -> None:
    content = history(5) + b"No phone,,1,01.01.2026,ftl,1,5\n"
    dry = await taken(tier, content, dry_run="true")
    assert await totals(tier) == (0, 0, 0)
    assert await tier.pool.fetchval("SELECT count(*) FROM outbox WHERE workflow_id LIKE 'open-care:%'") == 0
    wet = await taken(tier, content)
    counted = ("rows", "accepted", "merged", "duplicates", "rejected")
    assert [dry[name] for name in counted] == [wet[name] for name in counted] == [16, 5, 10, 0, 1]


async def test_rejected_rows_come_back_with_their_reason_and_can_be_corrected(tier: Tier3) -> None:
    """thinkingreed 962: 2,534 of 10,000 rows skipped, no reason given anywhere."""
    content = HEADER + "Вітер,044 123 45 67,A-1,31.02.2026,ftl,1,5\n=cmd(),1,A-1,01.02.2026,ftl,1,5\n"
    done = await taken(tier, content.encode())
    assert done["rejected"] == 2
    rejects = (await tier.http.get(f"/v1/imports/{done['id']}/rejects.csv", headers=boss())).text.splitlines()
    assert rejects[0].endswith(",reason")
    assert "is not a date such as" in rejects[1]
    assert rejects[2].startswith("'=cmd()")
    assert (await taken(tier, "\n".join(rejects).replace("31.02", "28.02").encode()))["accepted"] == 1


async def test_a_bad_value_stops_nothing_and_thousands_of_rows_come_in(tier: Tier3) -> None:
    """twenty 11372, espocrm 2133: a cap of 2,000 rows, and an end at the first bad value, marked complete."""
    content = history(1_100).replace(b"Customer 7,", b",", 1)
    done = await taken(tier, content)
    assert (done["state"], done["rows"], done["rejected"], done["accepted"]) == ("done", 3_300, 1, 1_100)


async def test_an_import_cut_short_goes_on_and_doubles_nothing(tier: Tier3, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill -9 between two chunks, and one in the middle of a chunk."""
    monkeypatch.setattr(CustomerImporter, "chunk_rows", 5)
    sent = await send(tier, history(8))
    told = CustomerImporter.write_verdicts
    chunks = 0

    async def dies(*args: Any, **kwargs: Any) -> None:
        nonlocal chunks
        chunks += 1
        if chunks in (2, 4):
            raise ConnectionResetError("killed")
        await told(*args, **kwargs)

    monkeypatch.setattr(CustomerImporter, "write_verdicts", dies)
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            await run_imports(tier.pool)
    await run_imports(tier.pool)
    done = (await tier.http.get(f"/v1/imports/{sent['id']}", headers=boss())).json()
    assert (done["state"], done["rows"], done["accepted"], done["merged"]) == ("done", 24, 8, 16)
    assert await totals(tier) == (8, 24, 24)
    assert await tier.pool.fetchval("SELECT count(*) FROM import_rows") == 24


async def test_a_customer_of_tier_2_is_recognised_by_its_number(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    content = HEADER + "Вітер,+38 (044) 123-45-67,B-1,01.02.2026,ftl,3,100\n"
    done = await taken(tier, content.encode())
    assert (done["accepted"], done["merged"]) == (0, 1)
    assert len((await tier.get(f"/v1/customers/{customer_id}/orders"))["items"]) == 2


async def test_a_workbook_is_read_like_a_text_file(tier: Tier3) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.strip().split(","))
    sheet.append(["Вітер", "0441234567", "B-1", datetime(2026, 2, 1), "ftl", 3, 100.5])
    content = io.BytesIO()
    book.save(content)
    done = await taken(tier, content.getvalue(), name="customers.xlsx")
    assert (done["format"], done["accepted"], done["rejected"]) == ("xlsx", 1, 0)


@pytest.mark.parametrize(
    ("content", "form", "field"),
    [
        (b"", {}, "file"),
        (b"a,b\n1,2\n", {}, "file"),
        (b"Company,Phone\nx,1\n", {"default_region": "XX"}, "default_region"),
        (b"Company,Phone\nx,1\n", {"mapping": '{"firm": "Company"}'}, "mapping"),
        (b"\xd0\xcf\x11\xe0old", {}, "file"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    tier: Tier3, content: bytes, form: dict[str, str], field: str
) -> None:
    answer = await tier.http.post(
        "/v1/imports", files={"file": ("x.csv", content)}, data={"default_region": "UA", **form}, headers=boss()
    )
    assert answer.status_code in (415, 422)
    assert answer.json()["errors"][0]["field"] == field
    assert await tier.pool.fetchval("SELECT count(*) FROM imports") == 0


async def test_an_order_does_not_wait_for_the_customers_turn(tier: Tier3) -> None:
    await taken(tier, history(1))
    customer_id = (await tier.get("/v1/customers"))["items"][0]["id"]
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]}, headers=boss())
    told = await tier.pool.fetchrow("SELECT * FROM outbox WHERE workflow_id = $1", ids.customer(customer_id))
    assert told is not None
    assert (told["signal"], told["workflow"], told["start_input"]["imported"]) == ("order_placed", "CustomerCare", True)


async def test_a_file_of_orders_asks_to_be_learned_from_at_once_and_everybody_is_predicted(tier: Tier3) -> None:
    done = await taken(tier, history(30))
    asked = await tier.pool.fetch("SELECT * FROM outbox WHERE workflow_id = $1", ids.FIT_TIMING)
    assert [(one["signal"], one["event_id"]) for one in asked] == [("orders_imported", f"imported:{done['id']}")]
    fitted = await tier.activities.fit_timing(RunFit(key="fit:imported"))
    told = await tier.pool.fetch("SELECT * FROM forecasts")
    assert fitted.customers == len(told) == 30
    assert all(one["expected_low"] <= one["expected_at"] <= one["expected_high"] for one in told)


async def test_the_care_of_imported_customers_is_opened_gradually(tier: Tier3) -> None:
    done = await taken(tier, history(30, orders=2))
    start = await tier.pool.fetchrow("SELECT * FROM outbox WHERE workflow_id = $1", ids.open_care(done["id"]))
    assert start is not None
    assert start["workflow"] == "OpenCare"
    await tier.policy(care_starts_per_second=1)
    seen: list[str] = []
    after: str | None = None
    for _ in range(30):
        batch = await tier.activities.read_unopened(ReadUnopened(import_id=done["id"], after=after))
        if batch.full:
            break
        seen += [one.customer_id for one in batch.customers]
        after = seen[-1]
    assert len(seen) == 10, "no more than ten seconds' worth are on their way"
    for customer_id in seen[:5]:
        adopted = await tier.activities.adopt_account(
            AdoptAccount(key=f"{customer_id}:adopt", workflow_id=ids.customer(customer_id), customer_id=customer_id)
        )
        assert adopted.account_manager == "oleh"
        assert adopted.next_nudge_at is not None
        assert adopted.contact.phones
    assert len((await tier.activities.read_unopened(ReadUnopened(import_id=done["id"], after=after))).customers) == 1
