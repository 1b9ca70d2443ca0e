"""Routing tried in the browser: who would get a lead, and what every rule says of every manager."""

from __future__ import annotations

from services.conversion.api import build_app
from tests.api.test_policy_pages import words
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import tier_2
from workflows.contracts.base import Tier


async def test_a_lead_is_tried_on_the_rules(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("conversion_routing_page", tier=Tier.CONVERSION, policy="demo")
    app = build_app(make_settings(dsn, origin=ORIGIN))
    async with tier_2(dsn) as tier, signed_in(app, "conversion", "supervisor", "boss") as http:
        place = "/desk/settings/routing"
        assert "the supervisor would be asked" in words((await http.get(place)).text)
        await tier.manager("anna", languages=["uk"], segments=["steel"])
        await tier.manager("boris", languages=["pl"], capacity=0)
        page = words((await http.get(place, params={"language": "uk", "segment": "steel"})).text)
        assert "It would go to" in page
        assert "does not speak their language" in page
        page = words((await http.get(place, params={"language": "pl"})).text)
        assert "wait for the first manager who is free" in page
        assert "has no room" in page
        assert "no language" in words((await http.get(place, params={"language": "??"})).text)
        assert "No deal is like that" in (await http.get(place, params={"q": "Nobody Ltd"})).text
        deal = await tier.accepted("anna")
        page = words((await http.get(place, params={"deal": deal["id"]})).text)
        assert "would" in page
        assert await tier.pool.fetchval("SELECT count(*) FROM hand_overs") == 1
