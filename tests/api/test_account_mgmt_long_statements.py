"""Long bank statements: answered at once, booked by the worker, part by part, once, and given up with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.account_mgmt.actions import bank_statements, transfer_booking
from services.account_mgmt.actions.bank_statements import PART_ROWS, run_statements
from services.chassis.db import Connection, new_id
from services.chassis.imports.queue import ATTEMPTS
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

HEADER = "date;amount;currency;payer name;payer iban;purpose;reference\n"


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_long_statements", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def rows(count: int, purpose: str = "", amount: str = "1.00") -> str:
    """So many transfers, each with a reference of its own."""
    return "".join(f"2030-05-06;{amount};UAH;;;{purpose};{new_id()}\n" for _ in range(count))


async def send(tier: Tier3, text: str, status: int = 202) -> dict[str, Any]:
    answer = await tier.http.post("/v1/bank-statements", files={"file": ("s.csv", text.encode())}, headers=boss())
    assert answer.status_code == status, answer.text
    assert answer.headers["location"] == f"/v1/bank-statements/{answer.json()['id']}"
    return dict(answer.json())


async def seen(tier: Tier3, statement: dict[str, Any]) -> dict[str, Any]:
    return await tier.get(f"/v1/bank-statements/{statement['id']}")


async def cancel(tier: Tier3, statement: dict[str, Any]) -> httpx.Response:
    return await tier.http.post(f"/v1/bank-statements/{statement['id']}/cancel", headers=boss())


async def booked(tier: Tier3, statement: dict[str, Any]) -> int:
    count: int = await tier.pool.fetchval(
        "SELECT count(*) FROM bank_transfers WHERE statement_id = $1", statement["id"]
    )
    return count


async def files_kept(tier: Tier3, statement: dict[str, Any]) -> int:
    count: int = await tier.pool.fetchval(
        "SELECT count(*) FROM bank_statement_files WHERE statement_id = $1", statement["id"]
    )
    return count


async def test_a_statement_of_five_hundred_rows_is_booked_when_it_is_answered(tier: Tier3) -> None:
    done = await send(tier, HEADER + rows(PART_ROWS), 201)
    assert (done["state"], done["rows"], done["rows_taken"], done["error"]) == ("done", PART_ROWS, PART_ROWS, None)
    assert done["finished_at"] is not None
    assert await booked(tier, done) == PART_ROWS


async def test_a_longer_statement_is_queued_and_booked_by_the_worker(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    one = await tier.get(f"/v1/invoices/{opened.invoice_id}")
    outgoing, bad = "2030-05-06;-5.00;UAH;;;;\n", "2030-02-30;5.00;UAH;;;;\n"
    queued = await send(tier, HEADER + rows(PART_ROWS) + outgoing + bad + rows(3, one["number"], "10.00"))
    assert (queued["state"], queued["rows"], queued["outgoing"], queued["totals"]) == ("queued", 505, 1, [])
    assert queued["rows_taken"] == 0
    assert await booked(tier, queued) == 0
    listed = (await tier.get("/v1/bank-statements?state=queued"))["items"]
    assert [item["id"] for item in listed] == [queued["id"]]
    await run_statements(tier.pool)
    done = await seen(tier, queued)
    assert (done["state"], done["rows_taken"], done["known"], done["rejected"]) == ("done", 505, 0, 1)
    assert done["problems"][0]["line"] == PART_ROWS + 3
    assert {total["state"]: total["transfers"] for total in done["totals"]} == {"matched": 3, "unmatched": PART_ROWS}
    assert (await tier.get(f"/v1/invoices/{one['id']}"))["paid"]["amount"] == "30.00"
    assert await tier.signals(customer_id) == ["invoice_paid"] * 3
    assert await files_kept(tier, queued) == 0


async def test_equal_rows_of_a_long_file_are_told_apart_over_its_parts_and_known_when_it_comes_again(
    tier: Tier3,
) -> None:
    text = HEADER + "2030-05-06;7.00;UAH;;;the same every time;\n" * (2 * PART_ROWS + 1)
    for known in (0, 2 * PART_ROWS + 1):
        queued = await send(tier, text)
        await run_statements(tier.pool)
        assert (await seen(tier, queued))["known"] == known


async def test_a_long_statement_that_no_process_can_read_any_more_is_refused_when_it_is_sent(tier: Tier3) -> None:
    answer = await tier.http.post(
        "/v1/bank-statements", files={"file": ("s.csv", (HEADER + rows(20_001)).encode())}, headers=boss()
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")
    foreign = "date;amount;account\n" + "2030-05-06;1.00;DE00FOREIGN\n" * 600
    answer = await tier.http.post("/v1/bank-statements", files={"file": ("s", foreign.encode())}, headers=boss())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "account")
    assert (await tier.get("/v1/bank-statements?state=queued"))["items"] == []


async def test_a_long_statement_of_rows_that_pay_nothing_is_done_with_its_problems(tier: Tier3) -> None:
    queued = await send(tier, HEADER + "2030-05-06;-1.00;UAH;;;;\n" * 600 + "never;1.00;UAH;;;;\n" * 2)
    await run_statements(tier.pool)
    done = await seen(tier, queued)
    assert (done["state"], done["rows"], done["outgoing"], done["rejected"]) == ("done", 602, 600, 2)


async def test_a_statement_whose_worker_dies_goes_on_behind_its_checkpoint_and_books_nothing_twice(
    tier: Tier3, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = await send(tier, HEADER + rows(PART_ROWS + 1) + "never;1.00;UAH;;;;\n")
    take, calls = transfer_booking.take_transfers, 0

    async def killed(conn: Connection, *args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ConnectionResetError("killed")
        return await take(conn, *args, **named)

    monkeypatch.setattr(bank_statements, "take_transfers", killed)
    with pytest.raises(ConnectionResetError):
        await run_statements(tier.pool)
    between = await seen(tier, queued)
    assert (between["state"], between["rows_taken"], await booked(tier, queued)) == ("running", PART_ROWS, PART_ROWS)
    await run_statements(tier.pool)
    done = await seen(tier, queued)
    assert (done["state"], done["known"], done["rejected"]) == ("done", 0, 1)
    assert await booked(tier, queued) == PART_ROWS + 1


async def test_a_statement_that_fails_three_times_is_given_up_and_stops_no_other(
    tier: Tier3, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await send(tier, HEADER + rows(PART_ROWS + 1)), await send(tier, HEADER + rows(PART_ROWS + 2))
    take = transfer_booking.take_transfers

    async def broken(conn: Connection, statement_id: str, *args: Any, **named: Any) -> Any:
        if statement_id == bad["id"]:
            raise RuntimeError("cannot take it")
        return await take(conn, statement_id, *args, **named)

    monkeypatch.setattr(bank_statements, "take_transfers", broken)
    for _ in range(ATTEMPTS):
        assert (await seen(tier, bad))["state"] != "failed"
        await run_statements(tier.pool)
        assert (await seen(tier, good))["state"] == "done"
    given_up = await seen(tier, bad)
    assert given_up["state"] == "failed"
    assert given_up["error"] == "It was tried 3 times and broke off after row 0 (RuntimeError)"
    assert await files_kept(tier, bad) == 0


async def test_a_statement_that_cannot_be_read_again_fails_with_the_reason(tier: Tier3) -> None:
    queued = await send(tier, HEADER + rows(PART_ROWS + 1))
    await tier.pool.execute(
        "UPDATE bank_statement_files SET content = '<Document'::bytea WHERE statement_id = $1", queued["id"]
    )
    await run_statements(tier.pool)
    failed = await seen(tier, queued)
    assert failed["state"] == "failed"
    assert failed["error"].startswith("The file cannot be read: ")


async def test_a_statement_is_called_off_before_it_began_and_not_when_it_is_over(tier: Tier3) -> None:
    queued = await send(tier, HEADER + rows(PART_ROWS + 1))
    assert (await cancel(tier, queued)).json()["state"] == "cancelled"
    await run_statements(tier.pool)
    closed = await seen(tier, queued)
    assert (closed["state"], closed["rows_taken"], await booked(tier, queued)) == ("cancelled", 0, 0)
    assert closed["finished_at"] is not None
    assert (await cancel(tier, queued)).status_code == 409
    assert (await cancel(tier, {"id": new_id()})).status_code == 404
    assert (await cancel(tier, await send(tier, HEADER + rows(1), 201))).status_code == 409


async def test_a_statement_that_is_called_off_midway_keeps_what_was_booked(
    tier: Tier3, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = await send(tier, HEADER + rows(3 * PART_ROWS))
    take, calls = transfer_booking.take_transfers, 0

    async def called_off(conn: Connection, *args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            await cancel(tier, queued)
        return await take(conn, *args, **named)

    monkeypatch.setattr(bank_statements, "take_transfers", called_off)
    await run_statements(tier.pool)
    closed = await seen(tier, queued)
    assert (closed["state"], closed["rows_taken"], await booked(tier, queued)) == ("cancelled", PART_ROWS, PART_ROWS)


async def test_an_invoice_that_is_paid_between_the_parts_of_a_statement_is_looked_at_again(
    tier: Tier3, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, opened = await tier.customer()
    one = await tier.get(f"/v1/invoices/{opened.invoice_id}")
    queued = await send(tier, HEADER + rows(PART_ROWS) + rows(1, one["number"], "70.00"))
    take, calls = transfer_booking.take_transfers, 0

    async def typed_in(conn: Connection, *args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            body = {"amount": {"amount": "20.00", "currency": "UAH"}, "reference": "typed in"}
            await tier.post(f"/v1/invoices/{one['id']}/payments", body)
        return await take(conn, *args, **named)

    monkeypatch.setattr(bank_statements, "take_transfers", typed_in)
    await run_statements(tier.pool)
    assert (await seen(tier, queued))["totals"][0]["state"] == "matched"
    assert (await tier.get(f"/v1/invoices/{one['id']}"))["paid"]["amount"] == "90.00"


async def test_two_workers_book_a_statement_once(tier: Tier3) -> None:
    queued = await send(tier, HEADER + rows(2 * PART_ROWS))
    await asyncio.gather(*(run_statements(tier.pool) for _ in range(3)))
    done = await seen(tier, queued)
    assert (done["state"], done["known"], await booked(tier, queued)) == ("done", 0, 2 * PART_ROWS)
