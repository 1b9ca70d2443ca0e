"""Orders, invoices, payments and credit notes through REST, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, boss, in_days, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_sales", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def money(amount: str, currency: str = "UAH") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


async def pay(tier: Tier3, invoice_id: str, amount: str, reference: str) -> dict[str, Any]:
    body = {"amount": money(amount), "reference": reference}
    return dict(await tier.post(f"/v1/invoices/{invoice_id}/payments", body))


async def test_an_order_is_invoiced_with_tax_and_told_to_the_workflow(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    order = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE | {"quantity": "3"}]})
    assert (order["total"]["amount"], order["tax"]["amount"]) == ("360.00", "60.00")
    assert order["invoice"]["total"] == order["total"]
    assert await tier.signals(customer_id) == ["order_placed"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": []}, "lines"),
        ({}, "lines"),
        ({"lines": [LINE | {"quantity": "-1"}]}, "quantity"),
        ({"lines": [LINE | {"unit_price": {"amount": "1", "currency": "euro"}}]}, "currency"),
        ({"lines": [LINE | {"product_id": "no-such"}]}, "product_id"),
        ({"lines": [LINE], "discount": 5}, "discount"),
    ],
)
async def test_a_wrong_order_names_its_field_and_changes_nothing(tier: Tier3, body: Any, field: str) -> None:
    customer_id, _ = await tier.customer()
    before = await tier.counts()
    problem = await tier.post(f"/v1/customers/{customer_id}/orders", body, status=422)
    assert field in str(problem["errors"])
    assert await tier.counts() == before


async def test_an_order_sent_twice_under_one_key_is_taken_once(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    headers = {"Idempotency-Key": new_id()}
    path = f"/v1/customers/{customer_id}/orders"
    first = await tier.post(path, {"lines": [LINE]}, headers=headers)
    assert await tier.post(path, {"lines": [LINE]}, headers=headers) == first
    assert len((await tier.get(path))["items"]) == 2  # the sale's and this one


async def test_an_unknown_customer_is_not_found(tier: Tier3) -> None:
    await tier.post(f"/v1/customers/{new_id()}/orders", {"lines": [LINE]}, status=404)


@pytest.mark.parametrize(
    "stranger",
    [
        (Tier.CONVERSION, "manager", "maria"),
        (Tier.ACCOUNT_MGMT, "ops", "op"),
        (Tier.ACCOUNT_MGMT, "account_manager", "somebody-else"),
    ],
)
async def test_strangers_take_no_orders(tier: Tier3, stranger: tuple[Tier, str, str]) -> None:
    customer_id, _ = await tier.customer()
    before = await tier.counts()
    path = f"/v1/customers/{customer_id}/orders"
    await tier.post(path, {"lines": [LINE]}, status=403, headers=auth(*stranger))
    await tier.post(path, {"lines": [LINE]}, status=401, headers={"Authorization": "Bearer nonsense"})
    assert await tier.counts() == before


async def test_money_in_parts_settles_the_invoice_when_all_of_it_is_there(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    half = await pay(tier, opened.invoice_id, "60.00", "bank-1")
    assert (half["state"], half["open_amount"]["amount"]) == ("open", "60.00")
    assert (await pay(tier, opened.invoice_id, "60.00", "bank-2"))["state"] == "paid"
    assert await tier.signals(customer_id) == ["invoice_paid", "invoice_paid"]


async def test_the_same_payment_booked_twice_counts_once(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "60.00", "bank-7")
    again = await pay(tier, opened.invoice_id, "60.00", "bank-7")
    assert again["paid"]["amount"] == "60.00"
    assert await tier.signals(customer_id) == ["invoice_paid"]


async def test_too_much_money_stays_as_credit(tier: Tier3) -> None:
    _, opened = await tier.customer()
    paid = await pay(tier, opened.invoice_id, "150.00", "bank-1")
    assert (paid["state"], paid["open_amount"]["amount"]) == ("paid", "-30.00")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": money("0"), "reference": "r"}, "amount"),
        ({"amount": money("-5"), "reference": "r"}, "amount"),
        ({"amount": money("5", "EUR"), "reference": "r"}, "currency"),
        ({"amount": money("5")}, "reference"),
        ({"amount": money("5"), "reference": "r", "paid_at": "yesterday"}, "paid_at"),
    ],
)
async def test_a_wrong_payment_names_its_field_and_changes_nothing(tier: Tier3, body: Any, field: str) -> None:
    _, opened = await tier.customer()
    before = await tier.counts()
    problem = await tier.post(f"/v1/invoices/{opened.invoice_id}/payments", body, status=422)
    assert field in str(problem["errors"])
    assert await tier.counts() == before


async def test_a_cancelled_order_voids_its_unpaid_invoice_once(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    order = (await tier.get(f"/v1/customers/{customer_id}/orders"))["items"][0]
    await tier.post(f"/v1/orders/{order['id']}/cancel", {"reason": "changed their mind"}, status=200)
    assert (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["state"] == "void"
    again = await tier.post(f"/v1/orders/{order['id']}/cancel", {"reason": "again"}, status=409)
    assert again["code"] == "wrong_state"
    await tier.post(
        f"/v1/invoices/{opened.invoice_id}/payments", {"amount": money("5"), "reference": "late"}, status=409
    )
    assert await tier.signals(customer_id) == ["invoice_voided"]


async def test_a_paid_order_that_is_cancelled_gets_a_credit_note(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "120.00", "bank-1")
    order = (await tier.get(f"/v1/customers/{customer_id}/orders"))["items"][0]
    await tier.post(f"/v1/orders/{order['id']}/cancel", {"reason": "did not arrive"}, status=200)
    invoice = await tier.get(f"/v1/invoices/{opened.invoice_id}")
    assert invoice["credit_notes"][0]["amount"]["amount"] == "120.00"


async def test_no_more_is_credited_than_was_invoiced(tier: Tier3) -> None:
    _, opened = await tier.customer()
    path = f"/v1/invoices/{opened.invoice_id}/credit-notes"
    problem = await tier.post(path, {"amount": money("120.01"), "reason": "goodwill"}, status=422)
    assert "amount" in str(problem["errors"])
    await tier.post(path, {"reason": "goodwill"})
    assert (await tier.post(path, {"reason": "again"}, status=409))["code"] == "wrong_state"


async def test_the_invoice_is_a_pdf(tier: Tier3) -> None:
    _, opened = await tier.customer()
    answer = await tier.http.get(f"/v1/invoices/{opened.invoice_id}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


async def test_money_given_back_is_booked_once_and_told_to_the_commission_ledger(tier: Tier3) -> None:
    customer_id, account = await tier.customer()
    path = f"/v1/invoices/{account.invoice_id}"
    total = (await tier.get(path))["total"]
    body = {"amount": total, "reference": "R-1", "reason": "the truck did not come"}
    early = await tier.post(f"{path}/refunds", body, 422, boss())
    assert early["errors"][0]["field"] == "amount.amount"
    await tier.post(f"{path}/payments", {"amount": total, "reference": "P-1"})
    made = [await tier.post(f"{path}/refunds", body, 201, boss()) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0]["refunded"] == total
    more = await tier.post(f"{path}/refunds", {**body, "reference": "R-2"}, 422, boss())
    assert more["errors"][0]["field"] == "amount.amount"
    await tier.post(f"{path}/refunds", body, 403)
    told = await tier.pool.fetch("SELECT payload FROM outbox WHERE payload ->> 'money' IS NOT NULL ORDER BY id")
    ours = [row["payload"]["money"] for row in told if row["payload"]["money"]["customer_id"] == customer_id]
    assert [(money["kind"], money["amount"]) for money in ours] == [("paid", total), ("refunded", total)]
    # The first order's commission is the deal's that won it.
    assert len({money["sale_id"] for money in ours}) == 1
    deal = await tier.pool.fetchval("SELECT deal_id FROM orders WHERE customer_id = $1", customer_id)
    assert ours[0]["sale_id"] == deal


async def test_orders_credit_notes_and_cancellations_are_told_to_the_commission_ledger(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    order = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]})
    part = {"amount": {"amount": "20.00", "currency": "UAH"}, "reason": "late"}
    await tier.post(f"/v1/invoices/{order['invoice']['id']}/credit-notes", part)
    await tier.post(f"/v1/orders/{order['id']}/cancel", {"reason": "not needed"}, 200)
    rows = await tier.pool.fetch("SELECT payload FROM outbox WHERE payload ->> 'money' IS NOT NULL ORDER BY id")
    ours = [row["payload"]["money"] for row in rows if row["payload"]["money"]["sale_id"] == order["id"]]
    assert [money["kind"] for money in ours] == ["ordered", "credited", "cancelled"]
    assert (ours[0]["person"], ours[0]["amount"]["amount"]) == ("oleh", "100.00")


async def reported(tier: Tier3, customer_id: str) -> list[dict[str, Any]]:
    """What tier 2's commission ledger is told about a customer, in order."""
    rows = await tier.pool.fetch(
        "SELECT start_input AS told FROM outbox WHERE activity = 'conversion.record_commission' ORDER BY id"
    )
    return [row["told"] for row in rows if row["told"]["customer_id"] == customer_id]


async def first_order(tier: Tier3, customer_id: str) -> str:
    return str((await tier.get(f"/v1/customers/{customer_id}/orders"))["items"][0]["id"])


async def test_an_order_that_corrects_a_credited_one_says_so_to_the_ledger(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    path, order_id = f"/v1/customers/{customer_id}/orders", await first_order(tier, customer_id)
    body = {"lines": [LINE], "corrects": order_id}
    early = await tier.post(path, body, status=422)
    assert early["errors"][0] == {
        "field": "corrects", "reason": "That order stands: cancel it, or credit all of its invoice first",
    }  # fmt: skip
    await tier.post(f"/v1/invoices/{opened.invoice_id}/credit-notes", {"reason": "wrong address"})
    order = await tier.post(path, body)
    assert order["corrects"] == order_id
    first_sale = await tier.pool.fetchval("SELECT deal_id FROM orders WHERE id = $1", order_id)
    assert [one["corrects"] for one in await reported(tier, customer_id)] == [None, first_sale]
    again = await tier.post(path, body, status=422)
    assert again["errors"][0]["field"] == "corrects"


async def test_nobody_corrects_another_customers_order_or_one_in_another_currency(tier: Tier3) -> None:
    (customer_id, _), (other_id, _) = await tier.customer(), await tier.customer()
    order_id = await first_order(tier, customer_id)
    await tier.post(f"/v1/orders/{order_id}/cancel", {"reason": "not wanted"}, status=200)
    body = {"lines": [LINE], "corrects": order_id}
    euros = body | {"lines": [LINE | {"unit_price": {"amount": "100.00", "currency": "EUR"}}]}
    for who, wrong in ((other_id, body), (customer_id, euros), (customer_id, body | {"corrects": new_id()})):
        refused = await tier.post(f"/v1/customers/{who}/orders", wrong, status=422)
        assert refused["errors"][0]["field"] == "corrects"


async def test_the_ledger_hears_the_day_the_money_came_and_none_that_is_still_to_come(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    body = {"amount": money("60.00"), "reference": "bank-1", "paid_at": "2026-01-31T22:30:00+02:00"}
    path = f"/v1/invoices/{opened.invoice_id}/payments"
    await tier.post(path, body)
    assert (await reported(tier, customer_id))[-1]["at"].startswith("2026-01-31T20:30:00")
    refused = await tier.post(path, body | {"reference": "bank-2", "paid_at": in_days(1)}, status=422)
    assert refused["errors"][0]["field"] == "paid_at"
