"""A crew that lives the standard life many times over, all through REST, as fast as the department lets it.

Three calls, interest, acceptance, one meeting, a sale, the first invoice paid, one nudge answered with an order.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bench.stack import Running

FACTS = {"need": "a truck a week", "authority": "the owner", "timing": "from next month"}
LINE = {"description": "Full truck", "quantity": "1", "unit_price": {"amount": "28500.00", "currency": "UAH"}}
OUTCOMES = ("no_answer", "no_answer", "interested")
CALLERS = 4
MANAGERS = [f"manager-{n}" for n in range(4)]
ACCOUNT_MANAGERS = [f"account-manager-{n}" for n in range(4)]
IDLE_SECONDS = 0.2
POLICIES: dict[str, dict[str, Any]] = {
    "lead_gen": {
        "always_open": True,
        "gaps": [0.5],
        "min_gap": 0,
        "other_part_of_day": False,
        "campaign_tick": 0.5,
        "window": 1000,
        "stock_limit": 1000,
    },
    "account_mgmt": {
        "default_interval": 4,
        "shortest_interval": 2,
        "nudge_ahead": 0,
        "nudge_gap": 1,
        "working_days_only": False,
        "contact_hours": None,
    },
}


class Crew:
    """Callers, managers and account managers. `lived` are the leads whose nudge was answered with an order."""

    def __init__(self, stack: Running) -> None:
        self._stack = stack
        self._attempts: Counter[str] = Counter()
        self._slots = itertools.count()
        self._payers: set[str] = set()
        self.leads: set[str] = set()
        self.lived: set[str] = set()

    async def open(self) -> None:
        """Enter the managers and account managers."""
        for tier, path, people in (
            ("conversion", "/v1/managers", MANAGERS),
            ("account_mgmt", "/v1/account-managers", ACCOUNT_MANAGERS),
        ):
            supervisor = self._stack.client(tier, "supervisor", "iryna")
            for who in people:
                await _post(supervisor, path, {"id": who, "name": who, "capacity": 1000})

    async def work(self, lives: int) -> None:
        """Work until this many more lives are over. The leads must be imported and their calls open."""
        stack, lives = self._stack, len(self.lived) + lives
        payer = stack.client("account_mgmt", "supervisor", "iryna")
        turns = [
            *((self._call, stack.client("lead_gen", "caller", f"caller-{n}")) for n in range(CALLERS)),
            *((self._win, stack.client("conversion", "manager", who)) for who in MANAGERS),
            (self._pay, payer),
            *((self._answer_nudges, stack.client("account_mgmt", "account_manager", who)) for who in ACCOUNT_MANAGERS),
        ]
        await asyncio.gather(*(self._until(lives, turn, client) for turn, client in turns))

    async def _until(
        self, lives: int, turn: Callable[[httpx.AsyncClient], Awaitable[bool]], client: httpx.AsyncClient
    ) -> None:
        while len(self.lived) < lives:
            if not await turn(client):
                await asyncio.sleep(IDLE_SECONDS)

    async def _call(self, client: httpx.AsyncClient) -> bool:
        answer = (await client.post("/v1/calls/next", json={})).raise_for_status()
        if answer.status_code != httpx.codes.OK:
            return False
        call = answer.json()
        lead_id = call["lead"]["id"]
        outcome = OUTCOMES[self._attempts[lead_id]]
        self._attempts[lead_id] += 1
        await _post(client, f"/v1/calls/{call['item_id']}/outcome", {"token": call["token"], "outcome": outcome})
        self.leads.add(lead_id)
        return True

    async def _win(self, client: httpx.AsyncClient) -> bool:
        offers = await _items(client, "/v1/hand-overs?state=open&mine=true")
        for offer in offers:
            deal_id = (await _post(client, f"/v1/hand-overs/{offer['item_id']}/accept", {}))["deal_id"]
            await _post(client, f"/v1/deals/{deal_id}/meetings", self._meeting())
            await _post(client, f"/v1/deals/{deal_id}/qualify", FACTS)
            await _post(client, f"/v1/deals/{deal_id}/win", {"lines": [LINE]})
        return bool(offers)

    def _meeting(self) -> dict[str, Any]:
        at = (datetime.now(UTC) + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
        at += timedelta(minutes=30) * next(self._slots)
        return {"starts_at": at.isoformat(), "duration_minutes": 30, "kind": "phone"}

    async def _pay(self, client: httpx.AsyncClient) -> bool:
        """Pay each customer's first invoice."""
        invoices = await _items(client, "/v1/invoices?state=open&limit=200")
        first = [invoice for invoice in invoices if invoice["customer_id"] not in self._payers]
        for invoice in first:
            body = {"amount": invoice["total"], "reference": invoice["id"]}
            await _post(client, f"/v1/invoices/{invoice['id']}/payments", body)
            self._payers.add(invoice["customer_id"])
        return bool(first)

    async def _answer_nudges(self, client: httpx.AsyncClient) -> bool:
        nudges = await _items(client, "/v1/nudges?state=open&mine=true")
        for nudge in nudges:
            await _post(client, f"/v1/nudges/{nudge['item_id']}/outcome", {"outcome": "ordered", "lines": [LINE]})
            self.lived.add(nudge["customer_id"])
        return bool(nudges)


async def _items(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(path)).raise_for_status().json()["items"]
    return items


async def _post(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Any:
    return (await client.post(path, json=body)).raise_for_status().json()
