"""One file of leads through three services, with a worker killed and Temporal gone on the way."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Any

from leadrelay.check.places import find_places
from leadrelay.stack.data_directory import DataDirectory
from tests.fixtures.house import House, import_leads, until
from tests.fixtures.saved_views import saved_views
from tests.stack.running import leadrelay

FACTS = {"need": "a truck a week", "authority": "the owner", "timing": "from next month"}
LINE = {
    "product_id": "FTL-20",
    "description": "Full truck, 20 t, domestic",
    "quantity": "2",
    "unit_price": {"amount": "28500.00", "currency": "UAH"},
}


async def next_call(house: House, caller: str, campaign: str) -> Any:
    client = await house.at("lead_gen", "caller", caller)
    answer = await client.post("/v1/calls/next", json={"campaign_id": campaign})
    return answer.json() if answer.status_code == 200 else None


async def answer_call(house: House, caller: str, call: Any, outcome: str, **fields: Any) -> None:
    body = {"token": call["token"], "outcome": outcome, **fields}
    await house.post("lead_gen", f"/v1/calls/{call['item_id']}/outcome", body, role="caller", person=caller)


async def leads_of(house: House, campaign: str) -> list[dict[str, Any]]:
    page = await house.get("lead_gen", f"/v1/leads?campaign_id={campaign}&limit=200")
    return list(page["items"])


async def test_a_lead_becomes_a_customer_who_is_nudged_and_orders_again(house: House) -> None:
    await house.post("conversion", "/v1/managers", {"id": "maria", "name": "Maria"})
    await house.post("account_mgmt", "/v1/account-managers", {"id": "oleh", "name": "Oleh"})
    campaign = await import_leads(house, "steel", 1, 1230000)
    call = await until(lambda: next_call(house, "anna", campaign))
    lead_id = call["lead"]["id"]
    await answer_call(house, "anna", call, "interested", needs="a truck a week")

    async def offered() -> Any:
        page = await house.get("conversion", "/v1/hand-overs?state=open")
        return next((item for item in page["items"] if item["lead_id"] == lead_id), None)

    offer = await until(offered)
    assert offer["manager"] == "maria"
    assert offer["needs"] == "a truck a week"
    deal = await house.post("conversion", f"/v1/hand-overs/{offer['item_id']}/accept", role="manager", person="maria")
    await house.post("conversion", f"/v1/deals/{deal['deal_id']}/qualify", FACTS, role="manager", person="maria")
    await house.post(
        "conversion", f"/v1/deals/{deal['deal_id']}/win", {"lines": [LINE]}, role="manager", person="maria"
    )

    async def customer() -> Any:
        page = await house.get("account_mgmt", "/v1/customers")
        return next((item for item in page["items"] if item["id"] == lead_id), None)

    assert (await until(customer))["account_manager"] == "oleh"
    invoices = await house.get("account_mgmt", f"/v1/invoices?customer_id={lead_id}")
    invoice = invoices["items"][0]
    paid = await house.post(
        "account_mgmt", f"/v1/invoices/{invoice['id']}/payments", {"amount": invoice["total"], "reference": "bank-1"}
    )
    assert paid["state"] == "paid"

    async def nudged() -> Any:
        page = await house.get("account_mgmt", "/v1/nudges?state=open")
        return next((item for item in page["items"] if item["customer_id"] == lead_id), None)

    nudge = await until(nudged)
    await house.post(
        "account_mgmt",
        f"/v1/nudges/{nudge['item_id']}/outcome",
        {"outcome": "ordered", "lines": [LINE]},
        role="account_manager",
        person="oleh",
    )
    orders = await house.get("account_mgmt", f"/v1/customers/{lead_id}/orders")
    assert len(orders["items"]) == 2

    async def registered() -> Any:
        lead = await house.get("lead_gen", f"/v1/leads/{lead_id}")
        return lead if (lead["tier"], lead["owner"]) == ("account_mgmt", "oleh") else None

    assert (await until(registered))["workflow_id"] == f"customer:{lead_id}"
    await _operators_read_the_whole_life(house, lead_id)


async def _operators_read_the_whole_life(house: House, lead_id: str) -> None:
    """Through all tiers, with what Temporal knows, by REST and by the command line, in the same words."""
    ops = await house.at("ops", "ops", "olena")
    found = (await ops.get("/v1/leads", params={"q": "044 123 00-00"})).json()
    assert [(one["lead_id"], one["company"]) for one in found["items"]] == [(lead_id, "steel 0")], found
    story = (await ops.get(f"/v1/leads/{lead_id}/story")).json()
    assert (story["missing"], story["head"]["tier"], story["head"]["owner"]) == ([], "account_mgmt", "Oleh")
    words = [one["words"] for one in reversed(story["items"])]
    landmarks = ["Called by anna: interested", "Offered to Maria", "Accepted by Maria", "Won", "Order", "Paid",
                 "they order"]  # fmt: skip
    places = [next(n for n, told in enumerate(words) if mark in told) for mark in landmarks]
    assert places == sorted(places), words
    kinds = [(one["kind"], one["status"]) for one in story["workflows"]]
    assert kinds == [("ColdCall", "completed"), ("Conversion", "completed"), ("CustomerCare", "running")]
    assert any(one["by"] == "timer" for one in story["coming"]), story["coming"]
    done = await asyncio.to_thread(leadrelay, "story", "steel 0", "--data", house.up.data)
    assert done.returncode == 0, done.stderr
    assert all(mark in done.stdout for mark in landmarks)


async def test_a_worker_killed_half_way_loses_and_doubles_nothing(house: House) -> None:
    campaign = await import_leads(house, "grain", 20, 1240000)
    for number in range(20):
        call = await until(lambda: next_call(house, "anna", campaign))
        await answer_call(house, "anna", call, "no_answer")
        if number == 10:
            await asyncio.to_thread(house.send, "lead_gen_worker", signal.SIGKILL)

    async def all_planned() -> Any:
        leads = await leads_of(house, campaign)
        return leads if all(lead["attempts"] == 1 and lead["next_call_at"] for lead in leads) else None

    leads = await until(all_planned)
    assert len(leads) == 20
    for lead in leads:
        story = await house.get("lead_gen", f"/v1/leads/{lead['id']}")
        assert [call["attempt"] for call in story["calls"]] == [1]


async def test_with_temporal_gone_for_twenty_seconds_fifty_answers_arrive_once(house: House) -> None:
    campaign = await import_leads(house, "paper", 50, 1250000)
    callers = [f"caller-{n}" for n in range(50)]

    async def all_calling() -> bool:
        leads = await leads_of(house, campaign)
        return len(leads) == 50 and all(lead["next_call_at"] for lead in leads)

    await until(all_calling)
    stopped = time.monotonic()
    await asyncio.to_thread(house.send, "temporal", signal.SIGSTOP)
    try:
        for number, caller in enumerate(callers, start=1):
            call = await next_call(house, caller, campaign)
            assert call is not None, "callers must not wait for Temporal"
            await answer_call(house, caller, call, "no_answer")
            # Spread over the twenty seconds of the outage.
            while (early := stopped + number * 0.4 - time.monotonic()) > 0:
                await asyncio.sleep(early)
    finally:
        await asyncio.to_thread(house.send, "temporal", signal.SIGCONT)

    async def all_heard() -> Any:
        leads = await leads_of(house, campaign)
        return leads if all(lead["attempts"] == 1 and lead["next_call_at"] for lead in leads) else None

    leads = await until(all_heard)
    assert len(leads) == 50
    callers_report = await house.get("lead_gen", "/v1/reports/callers")
    calls = {row["caller"]: row["calls"] for row in callers_report["items"]}
    assert all(calls[caller] == 1 for caller in callers)
    assert (await house.get("lead_gen", "/v1/outbox?state=dead"))["items"] == []


async def test_every_saved_view_of_the_documentation_is_a_query_that_runs(house: House) -> None:
    places = await find_places(DataDirectory(house.up.data))
    views = saved_views()
    assert len(views) > 8
    for view in views:
        found = [one async for one in places.temporal.list_workflows(view, limit=1)]
        assert len(found) <= 1
