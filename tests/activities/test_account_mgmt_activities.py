"""Every activity of tier 3 delivered twice has one effect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.chassis import effects
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, account_request, nudge_request, tier_3
from workflows.contracts import ids
from workflows.contracts.account_mgmt import CloseCustomer, EscalateNudge, ReadCustomer, RemindInvoice
from workflows.contracts.base import Tier
from workflows.contracts.conversion import OpenInbound


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_activities", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def work(tier: Tier3, customer_id: str, kind: str) -> list[str]:
    rows = await tier.pool.fetch(
        "SELECT state FROM work_items WHERE lead_id = $1 AND kind = $2 ORDER BY id", customer_id, kind
    )
    return [row["state"] for row in rows]


def dunning(customer_id: str, invoice_id: str) -> RemindInvoice:
    workflow_id = ids.customer(customer_id)
    key = f"{workflow_id}:dunning:{invoice_id}:1"
    return RemindInvoice(key=key, workflow_id=workflow_id, customer_id=customer_id, invoice_id=invoice_id, level=1)


async def test_an_account_opened_twice_has_one_order_and_one_invoice(tier: Tier3) -> None:
    request = account_request()
    first = await tier.activities.open_account(request)
    assert await tier.activities.open_account(request) == first
    assert first.account_manager == "oleh"
    orders = await tier.get(f"/v1/customers/{request.customer_id}/orders")
    assert [order["invoice"]["id"] for order in orders["items"]] == [first.invoice_id]


async def test_another_sale_to_a_customer_adds_an_order(tier: Tier3) -> None:
    customer_id, first = await tier.customer()
    again = await tier.activities.open_account(account_request(customer_id))
    assert again.invoice_id != first.invoice_id
    assert len((await tier.get(f"/v1/customers/{customer_id}/orders"))["items"]) == 2


async def test_invoice_numbers_of_orders_at_one_moment_have_no_gap(tier: Tier3) -> None:
    await asyncio.gather(*(tier.customer() for _ in range(20)))
    numbers = [row["number"] for row in await tier.pool.fetch("SELECT number FROM invoices ORDER BY number")]
    counted = [int(number.rpartition("-")[2]) for number in numbers]
    assert counted == list(range(1, len(numbers) + 1))


async def test_a_nudge_opened_twice_is_one_piece_of_work(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    first = await tier.activities.open_nudge(nudge_request(customer_id))
    assert await tier.activities.open_nudge(nudge_request(customer_id)) == first
    assert await work(tier, customer_id, "nudge") == ["open"]


async def test_a_second_nudge_within_the_gap_is_refused_with_a_later_look(tier: Tier3) -> None:
    customer_id, _ = await tier.nudge()
    second = await tier.activities.open_nudge(nudge_request(customer_id, 2))
    assert second.item_id is None
    assert second.look_again_at is not None
    assert await work(tier, customer_id, "nudge") == ["open"]


async def test_an_escalated_nudge_belongs_to_everybody(tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    request = EscalateNudge(key=f"escalate:{item_id}", customer_id=customer_id, item_id=item_id, level=1)
    first = await tier.activities.escalate_nudge(request)
    assert await tier.activities.escalate_nudge(request) == first
    assert await tier.pool.fetchval("SELECT assignee FROM work_items WHERE id = $1", item_id) is None


async def test_a_dunning_step_is_carried_out_once(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    request = dunning(customer_id, opened.invoice_id)
    first = await tier.activities.remind_invoice(request)
    assert await tier.activities.remind_invoice(request) == first
    assert not first.settled
    assert await work(tier, customer_id, "dunning") == ["open"]
    assert (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["dunning"] == 1


async def test_a_later_reminder_takes_the_place_of_the_one_before(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    first = dunning(customer_id, opened.invoice_id)
    await tier.activities.remind_invoice(first)
    await tier.activities.remind_invoice(first.model_copy(update={"key": f"{first.key}:again", "level": 2}))
    assert await work(tier, customer_id, "dunning") == ["cancelled", "open"]


@pytest.mark.parametrize("way", ["payments", "credit-notes", "cancel"])
async def test_nobody_asks_for_the_money_of_an_invoice_that_is_settled(tier: Tier3, way: str) -> None:
    """Paid, credited in full, or of an order that is cancelled; a part of the money leaves the work open."""
    customer_id, opened = await tier.customer()
    await tier.activities.remind_invoice(dunning(customer_id, opened.invoice_id))
    invoice = await tier.get(f"/v1/invoices/{opened.invoice_id}")
    part = {"amount": {**invoice["total"], "amount": "1.00"}, "reference": "a part"}
    await tier.post(f"/v1/invoices/{opened.invoice_id}/payments", part)
    assert await work(tier, customer_id, "dunning") == ["open"]
    if way == "cancel":
        await tier.post(f"/v1/orders/{invoice['order_id']}/cancel", {"reason": "not needed"}, status=200)
    else:
        left = (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["open_amount"]
        words = {"reference": "the rest"} if way == "payments" else {"reason": "damaged"}
        await tier.post(f"/v1/invoices/{opened.invoice_id}/{way}", {"amount": left, **words})
    assert await work(tier, customer_id, "dunning") == ["cancelled"]


async def test_a_paid_invoice_is_not_dunned(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    invoice = await tier.get(f"/v1/invoices/{opened.invoice_id}")
    await tier.post(f"/v1/invoices/{opened.invoice_id}/payments", {"amount": invoice["total"], "reference": "bank"})
    assert (await tier.activities.remind_invoice(dunning(customer_id, opened.invoice_id))).settled
    assert await work(tier, customer_id, "dunning") == []


async def test_an_inbound_call_is_one_urgent_work(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    request = OpenInbound(
        key=f"inbound:{customer_id}",
        workflow_id=ids.customer(customer_id),
        inbound_call_id="c",
        lead_id=customer_id,
        note="where is the truck",
    )
    await tier.activities.open_inbound(request)
    await tier.activities.open_inbound(request)
    assert await work(tier, customer_id, "inbound") == ["open"]


async def test_an_opt_out_cancels_nudges_and_plans_no_other(tier: Tier3) -> None:
    customer_id, _ = await tier.nudge()
    request = CloseCustomer(key=f"close:{customer_id}", customer_id=customer_id, stage="opted_out", reason="asked")
    await tier.activities.close_customer(request)
    await tier.activities.close_customer(request)
    assert await work(tier, customer_id, "nudge") == ["cancelled"]
    customer = await tier.get(f"/v1/customers/{customer_id}")
    assert (customer["state"], customer["next_nudge_at"]) == ("opted_out", None)
    refused = await tier.activities.open_nudge(nudge_request(customer_id, 2))
    assert refused.refused == "the customer is opted out"


async def test_the_win_back_card_tells_the_purchases(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    card = await tier.activities.read_customer(ReadCustomer(customer_id=customer_id))
    assert card.won_by == "maria"
    first, owed = card.history.splitlines()
    assert first == "1 orders, the last 0 days ago: Full truck (1x)"
    assert owed.startswith("owes 120,00 UAH on LR-")


async def test_what_no_retry_can_ask_for_any_more_is_forgotten(tier: Tier3) -> None:
    request = account_request()
    await tier.activities.open_account(request)
    assert await effects.purge(tier.pool) == 0
    await tier.pool.execute("UPDATE effects SET at = now() - interval '91 days' WHERE key = $1", request.key)
    assert await effects.purge(tier.pool) == 1
