"""Events of one standard life, counted in the histories: three calls, interest, acceptance, one meeting, a sale,
the first invoice paid, one nudge answered with an order.

`python -m bench.lives`. Beside it: 87 events, the count of a bare relay of the same steps without search
attributes' updates, register reports or business code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client

from bench.stack import Running, running_stack
from workflows.contracts import ids

BARE_RELAY_EVENTS = 87
LINE = {"description": "Full truck", "quantity": "1", "unit_price": {"amount": "28500.00", "currency": "UAH"}}
POLICIES: dict[str, dict[str, Any]] = {
    "lead_gen": {"always_open": True, "gaps": [0.5], "other_part_of_day": False, "campaign_tick": 0.5},
    "account_mgmt": {
        "default_interval": 4,
        "shortest_interval": 2,
        "nudge_ahead": 0,
        "nudge_gap": 1,
        "working_days_only": False,
    },
}


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until there is an answer, a minute at most."""
    async with asyncio.timeout(60):
        while not (found := await look()):
            await asyncio.sleep(0.2)
    return found


async def live(house: Running) -> str:
    """One life through REST; the lead's id."""
    caller = house.client("lead_gen", "caller", "anna")
    manager = house.client("conversion", "manager", "maria")
    keeper = house.client("account_mgmt", "account_manager", "oleh")
    boss = {tier: house.client(tier, "supervisor", "boss") for tier in ("conversion", "account_mgmt")}
    await boss["conversion"].post("/v1/managers", json={"id": "maria", "name": "Maria"})
    await boss["account_mgmt"].post("/v1/account-managers", json={"id": "oleh", "name": "Oleh"})
    await house.leads(1)

    async def given() -> Any:
        answer = await caller.post("/v1/calls/next", json={})
        return answer.json() if answer.status_code == 200 else None

    async def first(client: Any, path: str) -> Any:
        items = (await client.get(path)).json()["items"]
        return items[0] if items else None

    lead_id = ""
    for outcome in ("no_answer", "no_answer", "interested"):
        call = await until(given)
        lead_id = call["lead"]["id"]
        body = {"token": call["token"], "outcome": outcome}
        (await caller.post(f"/v1/calls/{call['item_id']}/outcome", json=body)).raise_for_status()
    offer = await until(lambda: first(manager, "/v1/hand-overs?state=open&mine=true"))
    deal = (await manager.post(f"/v1/hand-overs/{offer['item_id']}/accept", json={})).raise_for_status().json()
    at = (datetime.now(UTC) + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
    meeting = {"starts_at": at.isoformat(), "duration_minutes": 30, "kind": "phone"}
    (await manager.post(f"/v1/deals/{deal['deal_id']}/meetings", json=meeting)).raise_for_status()
    (await manager.post(f"/v1/deals/{deal['deal_id']}/win", json={"lines": [LINE]})).raise_for_status()
    invoice = await until(lambda: first(keeper, "/v1/invoices"))
    payment = {"amount": invoice["total"], "reference": "bank-1"}
    (await keeper.post(f"/v1/invoices/{invoice['id']}/payments", json=payment)).raise_for_status()
    nudge = await until(lambda: first(keeper, "/v1/nudges?state=open&mine=true"))
    body = {"outcome": "ordered", "lines": [LINE]}
    (await keeper.post(f"/v1/nudges/{nudge['item_id']}/outcome", json=body)).raise_for_status()
    return lead_id


async def main() -> None:
    """Print the events per workflow and in all."""
    async with running_stack(POLICIES) as house:
        lead_id = await live(house)
        client = await Client.connect(house.addresses["temporal"])

        async def counted() -> dict[str, int] | None:
            found = {}
            for workflow_id in (ids.cold_call(lead_id), ids.conversion(lead_id), ids.customer(lead_id)):
                history = await client.get_workflow_handle(workflow_id).fetch_history()
                found[workflow_id.split(":")[0]] = len(history.events)
                names = [e.workflow_execution_signaled_event_attributes.signal_name for e in history.events]
            return found if "nudge_answered" in names else None

        events = await until(counted)
        await asyncio.sleep(1)
        events = await until(counted)
    for workflow, count in events.items():
        print(f"{workflow:<12} {count:>4} events")
    print(f"{'a life':<12} {sum(events.values()):>4} events, bare relay {BARE_RELAY_EVENTS}")


if __name__ == "__main__":
    asyncio.run(main())
