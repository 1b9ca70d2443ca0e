"""A few leads on their way through the three tiers, made by REST as their people would make them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.browser.desks import Person, somebody_new
from tests.fixtures.house import House, import_leads, until

FACTS = {"need": "a truck a week", "authority": "the owner", "timing": "from next month"}
LINE = {
    "product_id": "FTL-20",
    "description": "Full truck, 20 t, domestic",
    "quantity": "2",
    "unit_price": {"amount": "28500.00", "currency": "UAH"},
}
# Numbers that no other test imports.
_NUMBERS = count(8_100_000, 10)


@dataclass(frozen=True)
class Relay:
    """Who has what: a caller a lead to call, a manager a hand-over and a deal, an account manager a customer."""

    caller: Person
    manager: Person
    account_manager: Person
    deal_id: str
    customer_id: str


# A name without a place to break the line, as broad as letters get.
LONG_NAME = "W" * 90


async def make_relay(house: House, company: str = "relay", named: str | None = None) -> Relay:
    """Four leads: one to be called, one offered to a manager, one a deal, one a customer with an order.

    Their companies' names begin with `company`, which holds no comma; the three people are called `named`, else each
    something else.
    """
    caller = somebody_new("lead_gen", "caller")
    for tier, path in (("conversion", "/v1/managers"), ("account_mgmt", "/v1/account-managers")):
        name = f"browser-{uuid.uuid4().hex[:8]}"
        await house.post(tier, path, {"id": name, "name": named or name.title()})
    campaign = await import_leads(house, f"{company}-{uuid.uuid4().hex[:8]}", 4, next(_NUMBERS))
    known = {"id": caller.id, "name": named or "Sofia", "languages": ["uk"], "campaigns": [campaign]}
    await house.post("lead_gen", "/v1/callers", known)
    won = await _handed_over(house, caller, campaign)
    deal = await _accepted(house, won)
    await house.post("conversion", f"/v1/deals/{deal}/qualify", FACTS, role="manager", person=won["manager"])
    await house.post("conversion", f"/v1/deals/{deal}/win", {"lines": [LINE]}, role="manager", person=won["manager"])
    kept = await _handed_over(house, caller, campaign)
    deal = await _accepted(house, kept)
    await _handed_over(house, caller, campaign)

    async def customer() -> Any:
        page = await house.get("account_mgmt", "/v1/customers?limit=200")
        return next((item for item in page["items"] if item["id"] == won["lead_id"]), None)

    account_manager = (await until(customer))["account_manager"]
    return Relay(
        caller,
        Person(kept["manager"], "conversion", "manager"),
        Person(account_manager, "account_mgmt", "account_manager"),
        deal,
        won["lead_id"],
    )


async def _handed_over(house: House, caller: Person, campaign: str) -> Any:
    """The next lead of the campaign is interested; the hand-over of it that is open now."""

    async def due() -> Any:
        client = await house.at("lead_gen", "caller", caller.id)
        answer = await client.post("/v1/calls/next", json={"campaign_id": campaign})
        return answer.json() if answer.status_code == 200 else None

    call = await until(due)
    body = {"token": call["token"], "outcome": "interested", "needs": "a truck a week"}
    await house.post("lead_gen", f"/v1/calls/{call['item_id']}/outcome", body, role="caller", person=caller.id)

    async def offered() -> Any:
        page = await house.get("conversion", "/v1/hand-overs?state=open")
        return next((item for item in page["items"] if item["lead_id"] == call["lead"]["id"]), None)

    return await until(offered)


async def _accepted(house: House, offer: Any) -> str:
    """The deal that the manager made of the hand-over."""
    path = f"/v1/hand-overs/{offer['item_id']}/accept"
    return str((await house.post("conversion", path, role="manager", person=offer["manager"]))["deal_id"])
