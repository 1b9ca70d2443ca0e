"""Nobody waits for a lock that is held over slow work: printing an invoice, reassigning a whole portfolio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions import assignment
from services.account_mgmt.actions.customer_status import find_risks
from services.account_mgmt.actions.suggestions import learn_pairs
from services.account_mgmt.actions.take_over import plan_take_over
from services.account_mgmt.documents import invoice_pdf
from services.account_mgmt.schemas.account_managers import TakeOver
from services.chassis.db import Connection, new_id
from services.chassis.errors import Unavailable
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts import ids
from workflows.contracts.account_mgmt import RemindInvoice
from workflows.contracts.base import Tier
from workflows.contracts.fit_timing import FindRisks, RunFit

ADDRESS = "olena@customer.example"


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_locks", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


class SlowPrinter:
    """Prints when it is told to, in the thread that asked for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.busy, self.go_on = threading.Event(), threading.Event()
        quick = invoice_pdf.document

        def slow(*args: Any, **kwargs: Any) -> bytes:
            self.busy.set()
            assert self.go_on.wait(30)
            return quick(*args, **kwargs)

        monkeypatch.setattr(invoice_pdf, "document", slow)

    async def until_busy(self) -> None:
        assert await asyncio.to_thread(self.busy.wait, 30)


async def pay_half(tier: Tier3, invoice_id: str) -> None:
    body = {"amount": {"amount": "60.00", "currency": "UAH"}, "reference": "bank-1"}
    await asyncio.wait_for(tier.post(f"/v1/invoices/{invoice_id}/payments", body), 10)


def dunning(customer_id: str, invoice_id: str) -> RemindInvoice:
    workflow_id = ids.customer(customer_id)
    key = ids.key(workflow_id, f"dunning:{invoice_id}", 1)
    return RemindInvoice(key=key, workflow_id=workflow_id, customer_id=customer_id, invoice_id=invoice_id, level=1)


async def test_a_payment_does_not_wait_for_a_reminder_and_the_reminder_tells_the_new_sum(
    tier: Tier3, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer_id, account = await tier.customer(email=ADDRESS, language="en")
    request = dunning(customer_id, account.invoice_id)
    printer = SlowPrinter(monkeypatch)
    reminding = asyncio.create_task(tier.activities.remind_invoice(request))
    await printer.until_busy()
    await pay_half(tier, account.invoice_id)
    printer.go_on.set()
    with pytest.raises(Unavailable, match="changed while its reminder was prepared"):
        await reminding
    assert await tier.pool.fetchval("SELECT count(*) FROM mails") == 0
    # Temporal delivers it again.
    assert (await tier.activities.remind_invoice(request)).by == "mail"
    assert "60,00 UAH" in await tier.pool.fetchval("SELECT body FROM mails")


async def test_an_invoice_that_changed_while_it_was_printed_is_not_sent(
    tier: Tier3, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, account = await tier.customer(email=ADDRESS)
    printer = SlowPrinter(monkeypatch)
    path = f"/v1/invoices/{account.invoice_id}/send"
    sending = asyncio.create_task(tier.http.post(path))
    await printer.until_busy()
    await pay_half(tier, account.invoice_id)
    printer.go_on.set()
    answer = await sending
    assert (answer.status_code, answer.json()["code"]) == (409, "changed")
    await tier.post(path, None, 202)
    assert await tier.pool.fetchval("SELECT count(*) FROM mails") == 1


async def portfolio(tier: Tier3, count: int) -> list[str]:
    """So many customers of Oleh's, each with a nudge to be made."""
    customers = [new_id() for _ in range(count)]
    contact = {"company": "Вітер", "language": "uk", "timezone": "Europe/Kyiv"}
    await tier.pool.executemany(
        "INSERT INTO customers (id, contact, account_manager) VALUES ($1, $2, 'oleh')",
        [(one, {"lead_id": one, **contact}) for one in customers],
    )
    await tier.pool.executemany(
        """INSERT INTO work_items (id, kind, key, workflow_id, lead_id, assignee)
           VALUES (gen_random_uuid(), 'nudge', $1::text, 'customer:' || $1::text, $1::text::uuid, 'oleh')""",
        [(one,) for one in customers],
    )
    return customers


async def hire(tier: Tier3, manager_id: str, capacity: int) -> None:
    await tier.post(
        "/v1/account-managers", {"id": manager_id, "name": manager_id, "capacity": capacity}, headers=boss()
    )


async def owners(tier: Tier3, table: str, column: str) -> dict[str, int]:
    rows = await tier.pool.fetch(f"SELECT {column} AS who, count(*) AS n FROM {table} GROUP BY 1")
    return {row["who"]: row["n"] for row in rows}


async def test_a_large_portfolio_is_taken_over_chunk_by_chunk_and_nobody_gets_too_much(tier: Tier3) -> None:
    await portfolio(tier, 130)
    await hire(tier, "larysa", 60)
    await hire(tier, "maria", 50)
    body = {"reason": "Oleh left", "dry_run": False}
    done = await tier.post("/v1/account-managers/oleh/take-over", body, 200, headers=boss())
    assert (len(done["items"]), done["left"]) == (130, 20)
    expected = {"larysa": 60, "maria": 50, "oleh": 20}
    assert await owners(tier, "customers", "account_manager") == expected
    assert await owners(tier, "work_items", "assignee") == expected
    assert await tier.pool.fetchval("SELECT count(*) FROM outbox WHERE signal = 'account_manager_changed'") == 110


async def test_customers_who_moved_since_the_plan_are_left_alone(tier: Tier3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "_CHUNK", 2)
    first, moved, lost, last = await portfolio(tier, 4)
    await hire(tier, "larysa", 10)
    await hire(tier, "maria", 0)
    await tier.pool.execute("UPDATE customers SET account_manager = 'maria' WHERE id = $1", moved)
    await tier.pool.execute("UPDATE customers SET state = 'lost' WHERE id = $1", lost)
    done = await assignment.reassign(tier.pool, [first, moved, lost, last], current="oleh", by="boss")
    assert [(one.customer_id, one.account_manager) for one in done] == [(first, "larysa"), (last, "larysa")]
    assert await owners(tier, "customers", "account_manager") == {"larysa": 2, "maria": 1, "oleh": 1}


async def test_two_take_overs_at_once_keep_every_capacity(tier: Tier3) -> None:
    await portfolio(tier, 60)
    await hire(tier, "larysa", 40)
    body = {"reason": "Oleh left", "dry_run": False}
    path = "/v1/account-managers/oleh/take-over"
    await asyncio.gather(*(tier.post(path, body, 200, headers=boss()) for _ in range(3)))
    assert await owners(tier, "customers", "account_manager") == {"larysa": 40, "oleh": 20}
    assert await tier.pool.fetchval("SELECT count(*) FROM outbox WHERE signal = 'account_manager_changed'") == 40


@contextmanager
def counted(conn: Connection) -> Iterator[list[str]]:
    """The statements that go through a connection meanwhile."""
    seen: list[str] = []

    def note(query: Any) -> None:
        seen.append(query.query)

    conn.add_query_logger(note)
    try:
        yield seen
    finally:
        conn.remove_query_logger(note)


async def test_a_plan_asks_as_much_of_the_database_for_many_customers_as_for_few(tier: Tier3) -> None:
    await hire(tier, "larysa", 1_000)
    asked = []
    for more in (2, 40):
        await portfolio(tier, more)
        async with tier.pool.acquire() as conn:
            with counted(conn) as statements:
                plan = await plan_take_over(conn, "oleh", TakeOver(reason="Oleh left"))
        asked.append(len(statements))
    assert len(plan.items) == 42
    assert asked[0] == asked[1]


async def test_risks_are_read_at_once_however_many_they_are(tier: Tier3) -> None:
    await tier.regular_buyers()
    for _ in range(12):
        await tier.bought([400, 430, 460, 490])
    await hire(tier, "larysa", 1_000)
    await tier.pool.execute(
        """INSERT INTO absences (id, manager, cover, starts_at, ends_at, created_by)
           VALUES (gen_random_uuid(), 'oleh', 'larysa', now() - interval '1 day', now() + interval '1 day', 'boss')"""
    )
    await tier.activities.fit_timing(RunFit(key="fit:1"))
    async with tier.pool.acquire() as conn, conn.transaction():
        with counted(conn) as statements:
            found = await find_risks(conn, FindRisks(key="risks:1"))
    assert found.customers == 12
    writes = [one for one in statements if "INSERT INTO" in one or one.startswith("UPDATE")]
    assert len(writes) == 5  # their state, their work, what workflows hear, what the register hears, what webhooks hear
    assert await tier.pool.fetchval("SELECT count(*) FROM outbox WHERE signal = 'standing_changed'") == 12
    assert await tier.pool.fetchval("SELECT count(*) FROM outbox WHERE start_input ->> 'stage' = 'at_risk'") == 12
    reads = [one for one in statements if one.lstrip().startswith("SELECT") and "FROM" in one]
    assert len(reads) == 4  # policy, risks, who is away, account managers
    assert await owners(tier, "work_items", "assignee") == {"larysa": 12}


async def test_a_long_nightly_count_leaves_the_limit_of_other_statements_as_it_was(tier: Tier3) -> None:
    await tier.customer()
    async with tier.pool.acquire() as conn:
        usual = await conn.fetchval("SHOW statement_timeout")
        async with conn.transaction():
            await learn_pairs(conn)
            assert await conn.fetchval("SHOW statement_timeout") == "2min"
        assert await conn.fetchval("SHOW statement_timeout") == usual
