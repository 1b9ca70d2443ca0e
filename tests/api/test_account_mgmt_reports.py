"""Reports of the tier, counted by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, PRODUCT, Tier3, boss, nudge_request, tier_3
from workflows.contracts.base import Tier
from workflows.contracts.fit_timing import LearnPairs


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_reports", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def report(tier: Tier3, name: str, **params: Any) -> Any:
    answer = await tier.http.get(f"/v1/reports/{name}", params=params, headers=boss())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def nudged(tier: Tier3, outcome: str | None, *, opened_days_ago: int, answered_days_ago: int = 0) -> str:
    """A customer with an answered nudge, as if it had been opened so many days ago."""
    customer_id, item_id = await tier.nudge()
    if outcome:
        lines = {"lines": [LINE]} if outcome == "ordered" else {}
        await tier.post(f"/v1/nudges/{item_id}/outcome", {"outcome": outcome, **lines}, 200)
    await tier.pool.execute(
        """UPDATE nudges SET opened_at = now() - make_interval(days => $2),
                  answer_by = now() - make_interval(days => $2) + interval '2 days',
                  answered_at = CASE WHEN answered_at IS NOT NULL THEN now() - make_interval(days => $3) END
            WHERE item_id = $1""",
        item_id,
        opened_days_ago,
        answered_days_ago,
    )
    # The first order came long before the nudge.
    await tier.pool.execute(
        "UPDATE orders SET placed_at = now() - interval '80 days' WHERE customer_id = $1 AND source = 'sale'",
        customer_id,
    )
    return customer_id


async def test_a_portfolio_shows_its_nudges_orders_losses_and_overdue_money(tier: Tier3) -> None:
    await nudged(tier, "ordered", opened_days_ago=1)
    await nudged(tier, "not_now", opened_days_ago=10, answered_days_ago=3)
    lost = await nudged(tier, "left", opened_days_ago=2)
    await nudged(tier, None, opened_days_ago=1)
    await tier.pool.execute("UPDATE invoices SET due_at = now() - interval '1 day' WHERE customer_id = $1", lost)
    [mine] = (await report(tier, "account-managers"))["items"]
    assert (mine["customers"], mine["lost"], mine["at_risk"]) == (3, 1, 0)
    assert (mine["nudges"], mine["answered_in_time"], mine["orders_after_nudge"]) == (4, 2, 1)
    assert mine["overdue"] == {"amount": "120.00", "currency": "UAH"}
    assert mine["orders"] == 5


async def test_a_period_cuts_what_happened_outside_of_it(tier: Tier3) -> None:
    await nudged(tier, "ordered", opened_days_ago=40)
    start = datetime.now(UTC).isoformat()
    refused = await tier.http.get(
        "/v1/reports/account-managers", params={"from": start, "to": "2020-01-01T00:00:00Z"}, headers=boss()
    )
    assert refused.status_code == 422
    endless = await tier.http.get("/v1/reports/churn", params={"from": "0001-01-01T00:00:00Z"}, headers=boss())
    assert (endless.status_code, endless.json()["errors"][0]["field"]) == (422, "from")
    [mine] = (await report(tier, "account-managers", **{"from": "2020-01-01T00:00:00Z", "to": "2020-02-01T00:00:00Z"}))[
        "items"
    ]
    assert (mine["nudges"], mine["orders"]) == (0, 0)


async def test_orders_after_a_nudge_are_compared_with_customers_randomly_held_out(tier: Tier3) -> None:
    for outcome in ("ordered", "ordered", "not_now"):
        await nudged(tier, outcome, opened_days_ago=5)
    assert "hold_out" in (await report(tier, "nudges"))["note"]
    await tier.policy(hold_out=0.5)
    answers = []
    for _ in range(16):
        customer_id, _ = await tier.customer()
        await tier.pool.execute("UPDATE orders SET placed_at = now() - interval '90 days'")
        answers.append(await tier.activities.open_nudge(nudge_request(customer_id)))
    held = [one for one in answers if one.item_id is None]
    assert 0 < len(held) < 16
    assert all(one.look_again_at and "randomly held out" in (one.refused or "") for one in held)
    found = await report(tier, "nudges", within_days=20)
    assert (found["held_out"]["customers"], found["held_out"]["ordered"]) == (len(held), 0)
    assert found["nudged"]["customers"] == 3 + 16 - len(held)
    low, high = found["interval"]
    assert low <= found["difference"] <= high


async def test_money_is_by_currency_and_age_and_what_was_paid_too_much_is_credit(tier: Tier3) -> None:
    accounts = [await tier.customer() for _ in range(4)]
    for (_, account), days in zip(accounts[1:], (10, 45, 120), strict=True):
        await tier.pool.execute(
            "UPDATE invoices SET due_at = now() - make_interval(days => $2) WHERE id = $1", account.invoice_id, days
        )
    _, over = await tier.customer()
    paid = {"amount": {"amount": "150.00", "currency": "UAH"}, "reference": "r1"}
    await tier.post(f"/v1/invoices/{over.invoice_id}/payments", paid)
    found = await report(tier, "money")
    assert found["open"] == [{"amount": "480.00", "currency": "UAH"}]
    assert [(one["days"], one["invoices"]) for one in found["overdue"]] == [("1-30", 1), ("31-60", 1), ("over 90", 1)]
    assert found["credit"] == [{"amount": "30.00", "currency": "UAH"}]


async def test_churn_counts_who_was_there_and_who_left_month_by_month(tier: Tier3) -> None:
    for number in range(4):
        customer_id, item_id = await tier.nudge()
        if number == 0:
            await tier.post(f"/v1/nudges/{item_id}/outcome", {"outcome": "left"}, 200)
        elif number == 1:
            await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "late"})
    await tier.pool.execute("UPDATE customers SET created_at = now() - interval '70 days'")
    found = await report(tier, "churn")
    last = found["months"][-1]
    assert (last["customers"], last["lost"], last["share"]) == (4, 1, pytest.approx(0.25))
    assert last["interval"][0] < 0.25 < last["interval"][1]
    assert found["at_risk"] == 1


async def test_cross_sold_is_what_a_customer_buys_for_the_first_time_after_something_else(tier: Tier3) -> None:
    await tier.post("/v1/products", {**PRODUCT, "id": "reefer"}, headers=boss())
    customer_id, _ = await tier.customer()
    for product in ("ftl", "ftl", "reefer", "reefer"):
        await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [{**LINE, "product_id": product}]})
    once, _ = await tier.customer()
    await tier.activities.learn_pairs(LearnPairs(key="pairs:1"))
    found = await report(tier, "cross-sell")
    assert [(one["product_id"], one["customers"], one["net"]["amount"]) for one in found["items"]] == [
        ("ftl", 1, "100.00"),
        ("reefer", 1, "100.00"),
    ]
    assert (found["customers"], found["with_more_than_one"]) == (2, 1)
    assert once != customer_id


async def test_reports_are_for_the_supervisor(tier: Tier3) -> None:
    """erpnext 13104: reports ignore who may see what."""
    for name in ("account-managers", "nudges", "money", "churn", "cross-sell"):
        assert (await tier.http.get(f"/v1/reports/{name}")).status_code == 403
