"""What goes wrong with a contract's date: shown to a person with its reason, and nobody else's series stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from services.account_mgmt.actions import contract_mails
from services.account_mgmt.actions.contract_invoices import issue_due
from services.account_mgmt.actions.contract_mails import mail_issued
from services.account_mgmt.actions.customer_status import mark_lost
from tests.fixtures.contracts_3 import after, days_pass, issued, make, states, today
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, PRODUCT, Tier3, boss, tier_3
from workflows.contracts.base import Tier

MAIL = "office@viter.example.com"


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_contract_failures", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def act(tier: Tier3, contract: dict[str, Any], what: str, body: Any = None, status: int = 200) -> Any:
    return await tier.post(f"/v1/contracts/{contract['id']}/{what}", body, status)


async def sold(tier: Tier3, product_id: str, *, active: bool) -> None:
    answer = await tier.http.patch(f"/v1/products/{product_id}", json={"active": active}, headers=boss())
    assert answer.is_success, answer.text


async def test_a_product_that_is_not_sold_any_more_is_shown_and_the_series_goes_on(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id, lines=[{**LINE, "product_id": "ftl"}], unit="day", every=7)
    other = await make(tier, (await tier.customer())[0], unit="day", every=7)
    await sold(tier, "ftl", active=False)
    await days_pass(tier, contract, 1)
    [work] = await tier.work(customer_id, "contract")
    assert work["assignee"] == "oleh"
    assert work["payload"]["text"].endswith("was not issued: ftl is not sold any more")
    assert await states(tier, other["id"]) == ["issued"]
    assert (await tier.get(f"/v1/contracts/{contract['id']}"))["failed"] == 1
    # The next date fails, too: it is the same work of the same person.
    await days_pass(tier, contract, 1)
    assert len(await tier.work(customer_id, "contract")) == 1
    await sold(tier, "ftl", active=True)
    await days_pass(tier, contract, 1)
    assert await states(tier, contract["id"]) == ["failed", "failed", "issued"]
    assert (await act(tier, contract, "periods/1/issue"))["state"] == "issued"
    assert len(await tier.work(customer_id, "contract")) == 1
    assert (await act(tier, contract, "periods/2/skip"))["failed"] == 0
    assert await tier.work(customer_id, "contract") == []
    assert await states(tier, contract["id"]) == ["issued", "skipped", "issued"]


async def test_trying_again_never_writes_a_second_invoice(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id, lines=[{**LINE, "product_id": "ftl"}])
    await sold(tier, "ftl", active=False)
    await days_pass(tier, contract, 1)
    assert (await act(tier, contract, "periods/1/issue"))["state"] == "failed"
    await sold(tier, "ftl", active=True)
    answers = await asyncio.gather(*(act(tier, contract, "periods/1/issue") for _ in range(4)))
    assert len({one["invoice_id"] for one in answers}) == 1
    assert await tier.pool.fetchval("SELECT count(*) FROM orders WHERE contract_id = $1", contract["id"]) == 1
    await act(tier, contract, "periods/1/skip", status=409)


async def test_a_customer_who_left_is_not_invoiced_and_the_contract_is_ended_by_a_person(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    async with tier.pool.acquire() as conn, conn.transaction():
        await mark_lost(conn, customer_id, event_id="left")
    await days_pass(tier, contract, 1)
    [work] = await tier.work(customer_id, "contract")
    assert work["payload"]["text"].endswith("The customer is lost")
    await act(tier, contract, "end", {"reason": "they left"})
    assert await tier.work(customer_id, "contract") == []
    assert await states(tier, contract["id"]) == ["skipped"]


async def test_a_legal_entity_that_does_not_invoice_any_more_is_shown(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    await tier.http.patch("/v1/legal-entities/LR", json={"active": False}, headers=boss())
    await days_pass(tier, contract, 1)
    [work] = await tier.work(customer_id, "contract")
    assert "does not invoice any more" in work["payload"]["text"]


async def test_what_breaks_in_one_contract_stops_no_other(tier: Tier3) -> None:
    """A row that no rule foresees: a fault of ours in one contract is one contract's."""
    customer_id, _ = await tier.customer()
    broken = await make(tier, customer_id)
    sound = await make(tier, (await tier.customer())[0])
    await tier.pool.execute("ALTER TABLE orders ADD CONSTRAINT no_such_note CHECK (note <> 'Broken')")
    await tier.http.patch(f"/v1/contracts/{broken['id']}", json={"name": "Broken"})
    await issue_due(tier.pool, after(today(1)))
    assert await states(tier, broken["id"]) == ["failed"]
    assert await states(tier, sound["id"]) == ["issued"]
    [work] = await tier.work(customer_id, "contract")
    assert "it broke off (CheckViolationError)" in work["payload"]["text"]
    numbers = [row["number"] for row in await tier.pool.fetch("SELECT number FROM invoices ORDER BY number")]
    assert [int(one[-6:]) for one in numbers] == list(range(1, len(numbers) + 1))


async def test_missed_dates_are_caught_up_in_order_each_dated_when_it_is_issued(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id, unit="day", every=5)
    await days_pass(tier, contract, 1)
    back = after(today(17))
    await issue_due(tier.pool, back)
    became = await issued(tier, contract["id"])
    assert [one["on"] for one in became] == [today(1 + 5 * n).isoformat() for n in range(4)]
    found = await tier.pool.fetch(
        "SELECT i.number, i.issued_at FROM invoices i JOIN orders o ON o.id = i.order_id WHERE o.contract_id = $1 "
        "ORDER BY o.placed_at, i.number",
        contract["id"],
    )
    assert [one["number"] for one in found] == [one["invoice_number"] for one in became]
    assert {one["issued_at"] for one in found[1:]} == {back}


async def test_what_is_too_old_to_catch_up_is_asked_about_first(tier: Tier3) -> None:
    """A clock that jumps a year ahead, or a stop of months, writes no heap of invoices."""
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    assert await issue_due(tier.pool, datetime.now(UTC) + timedelta(days=400)) == 1
    now = await tier.get(f"/v1/contracts/{contract['id']}")
    assert (now["state"], now["issued"]) == ("paused", 0)
    [work] = await tier.work(customer_id, "contract")
    assert "too long ago" in work["payload"]["text"]
    resumed = await act(tier, contract, "resume", {"missed": "skip"})
    assert (resumed["state"], resumed["next"]["number"]) == ("active", 1)
    assert await tier.work(customer_id, "contract") == []


async def test_two_sweeps_at_once_share_the_work_and_double_nothing(tier: Tier3) -> None:
    made = [await make(tier, (await tier.customer())[0], unit="day", every=3) for _ in range(6)]
    at = after(today(8))
    done = await asyncio.gather(*(issue_due(tier.pool, at) for _ in range(3)))
    await issue_due(tier.pool, at)
    for contract in made:
        assert await states(tier, contract["id"]) == ["issued"] * 3
    assert sum(done) <= 18
    assert await tier.pool.fetchval("SELECT count(*) FROM orders WHERE contract_id IS NOT NULL") == 18


async def test_a_sweep_that_is_killed_leaves_all_of_a_date_or_nothing(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    before = await tier.counts()
    await tier.pool.execute("ALTER TABLE contract_periods ADD CONSTRAINT not_yet CHECK (number < 0)")
    assert await issue_due(tier.pool, after(today(1))) == 0
    assert await tier.counts() == before
    await tier.pool.execute("ALTER TABLE contract_periods DROP CONSTRAINT not_yet")
    await issue_due(tier.pool, after(today(1)))
    assert await states(tier, contract["id"]) == ["issued"]


async def test_the_last_invoice_that_was_agreed_waits_for_one_that_failed(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id, lines=[{**LINE, "product_id": "ftl"}], unit="day", every=2, times=2)
    await sold(tier, "ftl", active=False)
    await days_pass(tier, contract, 1)
    await sold(tier, "ftl", active=True)
    await days_pass(tier, contract, 1)
    waiting = await tier.get(f"/v1/contracts/{contract['id']}")
    assert (waiting["state"], waiting["next"]) == ("active", None)
    assert (await act(tier, contract, "periods/1/issue"))["state"] == "issued"
    assert (await tier.get(f"/v1/contracts/{contract['id']}"))["state"] == "ended"


async def test_the_mail_goes_out_once_within_the_customers_contact_hours(tier: Tier3) -> None:
    await tier.policy(contact_hours={"begin": "09:00", "end": "18:00"}, working_days_only=True)
    customer_id, _ = await tier.customer(email=MAIL, timezone="Pacific/Auckland")
    contract = await make(tier, customer_id, first_on=today().isoformat(), issue_at="00:00")
    await issue_due(tier.pool)
    assert await mail_issued(tier.pool) == 1
    assert await mail_issued(tier.pool) == 0
    [mail] = await tier.pool.fetch("SELECT * FROM mails WHERE lead_id = $1", customer_id)
    there = mail["next_at"].astimezone(ZoneInfo("Pacific/Auckland"))
    assert (mail["purpose"], 9 <= there.hour < 18 or (there.hour == 18 and not there.minute)) == ("invoice", True)
    assert there.weekday() < 5
    assert [one["mail"] for one in await issued(tier, contract["id"])] == ["sent"]


async def test_a_customer_without_an_address_is_work_and_has_the_invoice_all_the_same(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    await days_pass(tier, contract, 1)
    await mail_issued(tier.pool)
    assert [(one["state"], one["mail"]) for one in await issued(tier, contract["id"])] == [("issued", "failed")]
    [work] = await tier.work(customer_id, "contract")
    assert work["payload"]["text"].endswith("but not mailed: the customer has no e-mail address")
    await tier.pool.execute(
        "UPDATE customers SET contact = contact || jsonb_build_object('email', $2::text) WHERE id = $1",
        customer_id,
        MAIL,
    )
    assert (await act(tier, contract, "periods/1/issue"))["mail"] == "due"
    await mail_issued(tier.pool)
    assert await tier.work(customer_id, "contract") == []
    assert [one["mail"] for one in await issued(tier, contract["id"])] == ["sent"]


async def test_an_invoice_that_cannot_be_printed_is_issued_and_shown(
    tier: Tier3, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise ValueError("no glyph")

    monkeypatch.setattr(contract_mails, "mailed_documents", broken)
    customer_id, _ = await tier.customer(email=MAIL)
    contract = await make(tier, customer_id)
    other = await make(tier, (await tier.customer(email=MAIL))[0])
    await issue_due(tier.pool, after(today(1)))
    assert await mail_issued(tier.pool) == 2
    for one in (contract, other):
        assert [(p["state"], p["mail"]) for p in await issued(tier, one["id"])] == [("issued", "failed")]
    assert "cannot be printed: no glyph" in (await tier.work(customer_id, "contract"))[0]["payload"]["text"]


async def test_the_invoice_of_an_order_that_was_cancelled_meanwhile_is_not_mailed(tier: Tier3) -> None:
    customer_id, _ = await tier.customer(email=MAIL)
    contract = await make(tier, customer_id)
    await days_pass(tier, contract, 1)
    [period] = await issued(tier, contract["id"])
    await tier.post(f"/v1/orders/{period['order_id']}/cancel", {"reason": "not wanted"}, 200)
    await mail_issued(tier.pool)
    assert await tier.pool.fetchval("SELECT count(*) FROM mails WHERE lead_id = $1", customer_id) == 0
    assert [(one["state"], one["mail"]) for one in await issued(tier, contract["id"])] == [("issued", None)]


async def test_a_product_with_no_price_in_the_contracts_currency_is_shown(tier: Tier3) -> None:
    await tier.post(
        "/v1/products", {**PRODUCT, "id": "eur", "price": {"amount": "9.00", "currency": "EUR"}}, headers=boss()
    )
    customer_id, _ = await tier.customer()
    line = {**LINE, "product_id": "eur"}
    body = {"lines": [line], "price_by": "catalogue", "name": "Rent", "first_on": today(1).isoformat()}
    refused = await tier.post(f"/v1/customers/{customer_id}/contracts", body, 422)
    assert refused["errors"][0]["field"] == "lines[0].product_id"
