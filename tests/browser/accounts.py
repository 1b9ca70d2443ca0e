"""Tier 3's desk behind a front door, with customers of one account manager: what a browser test of it needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from leadrelay.identity_provider.app import build_app as build_provider
from services.account_mgmt.api import build_app
from services.chassis.db import new_id
from tests.browser.desks import Person
from tests.fixtures.http import dev_issuer, make_settings
from tests.fixtures.one_origin import FrontDoor
from tests.fixtures.ports import free_port
from tests.fixtures.tier_3 import Tier3, nudge_request, tier_3

OLEH = Person("oleh", "account_mgmt", "account_manager")
BOSS = Person("boss", "account_mgmt", "supervisor")
HERE = "/accounts/desk/"


@dataclass
class Accounts:
    """The tier, and where its desk is."""

    tier: Tier3
    address: str

    async def due(self, company: str, worth: int) -> str:
        """A customer of Oleh's who is due, worth so much: the more, the higher on the list."""
        customer_id, _ = await self.tier.customer(
            company=company, contact_name="Ірина Савчук", industry="Furniture", size="51-200"
        )
        await self.tier.pool.execute(
            """INSERT INTO forecasts (customer_id, speaker, expected_low, expected_at, expected_high, p_alive, p_buys,
                                      order_value, expected_value)
               VALUES ($1, 'own gaps', now(), now() + interval '2 days', now() + interval '6 days', 0.9, 0.5, $2, $2)
               ON CONFLICT (customer_id) DO UPDATE SET order_value = $2, expected_value = $2, p_buys = 0.5""",
            customer_id,
            worth,
        )
        await self.tier.activities.open_nudge(nudge_request(customer_id))
        return customer_id

    async def outcome(self, customer_id: str) -> str | None:
        """What was written down of this customer's reminder."""
        found: str | None = await self.tier.pool.fetchval(
            "SELECT outcome FROM nudges WHERE customer_id = $1", customer_id
        )
        return found

    async def refuse(self, customer_id: str) -> None:
        """They never want to be offered a truck again."""
        await self.tier.pool.execute(
            "INSERT INTO never_offer (customer_id, product_id, reason, recorded_by) VALUES ($1, 'ftl', $2, 'oleh')",
            customer_id,
            "own trucks",
        )

    async def complain(self, customer_id: str, text: str) -> None:
        """A colleague hears a complaint of theirs."""
        await self.tier.post(f"/v1/customers/{customer_id}/complaints", {"text": text})

    async def need(self, customer_id: str) -> None:
        """They need something."""
        await self.tier.pool.execute(
            "INSERT INTO needs (id, customer_id, text, recorded_by) VALUES ($1, $2, 'containers from May', 'oleh')",
            new_id(),
            customer_id,
        )


@asynccontextmanager
async def accounts_at(dsn: str) -> AsyncIterator[Accounts]:
    """The desk, running."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    app = build_app(make_settings(dsn, origin=address, oidc_issuer=f"{address}/identity"))
    door = FrontDoor({"/identity": build_provider(dev_issuer(), address), "/accounts": app, "": app})
    server = uvicorn.Server(uvicorn.Config(door, host="127.0.0.1", port=port, lifespan="off", log_config=None))
    async with tier_3(dsn) as tier, app.router.lifespan_context(app):
        serving = asyncio.create_task(server._serve())
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
        yield Accounts(tier, address)
        app.state.events.close()
        server.should_exit = server.force_exit = True
        await serving
