"""The settings of tier 1: what is in force, instructions, and where a call that comes in would go."""

from __future__ import annotations

from services.lead_gen.api import build_app
from tests.api.test_policy_pages import words
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import tier_1
from workflows.contracts.base import Tier

BASE = "/desk/settings"


async def test_a_supervisor_sees_what_is_in_force_and_changes_it(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("lead_gen_settings", tier=Tier.LEAD_GEN)
    app = build_app(make_settings(dsn, origin=ORIGIN))
    async with tier_1(dsn) as tier, signed_in(app, "lead_gen", "supervisor", "boss") as http:
        page = words((await http.get(BASE)).text)
        assert "version 1 in force" in page
        assert "Nothing yet" in page
        # An instruction is written, found, changed once and taken out of use.
        place = f"{BASE}/instructions"
        assert "No instructions yet" in (await http.get(place)).text
        new = {"title": "They ask for a price", "text": "Name none.", "tags": "price, money", "seen": "0"}
        new |= {"s.0.kind": "objection", "s.0.value": "too expensive", "s.1.kind": "", "s.1.value": ""}
        assert (await http.post(f"{place}/new", data=new | {"title": ""})).status_code == 422
        assert (await http.post(f"{place}/new", data=new)).status_code == 303
        one = str(await tier.pool.fetchval("SELECT id FROM instructions"))
        assert await tier.pool.fetchval("SELECT situations FROM instructions") == ["objection:too expensive"]
        assert "They ask for a price" in (await http.get(place, params={"q": "pric"})).text
        assert "too expensive" in (await http.get(f"{place}/{one}")).text
        changed = new | {"seen": "1", "text": "Name none; the manager calls."}
        assert (await http.post(f"{place}/{one}", data=changed)).status_code == 303
        assert (await http.post(f"{place}/{one}", data=changed | {"text": "Other"})).status_code == 409
        assert "“They ask for a price”, version 2" in words((await http.get(BASE)).text)
        assert (await http.post(f"{place}/{one}/archive", data={})).status_code == 303
        assert "No instructions yet" in (await http.get(place)).text
        # A number is tried: known and in conversion, unknown, and none at all. Nothing is written.
        lead = await tier.lead("+380441112233", "Vantazh Plus")
        place = f"{BASE}/inbound"
        await tier.pool.execute(
            "UPDATE leads SET tier = 'conversion', stage = 'offer', owner = 'anna' WHERE id = $1", lead
        )
        assert "To their manager in conversion" in (await http.get(place, params={"from": "044 111 22 33"})).text
        assert "Vantazh Plus" in (await http.get(place, params={"from": "044 111 22 33"})).text
        assert "To conversion, for whoever" in (await http.get(place, params={"from": "+380441119999"})).text
        assert "lr-late" in (await http.get(place, params={"from": "12"})).text
        assert await tier.pool.fetchval("SELECT count(*) FROM inbound_calls") == 0
    async with signed_in(build_app(make_settings(dsn, origin=ORIGIN)), "lead_gen", "caller", "anna") as http:
        for name in ("", "/policy", "/criteria", "/scripts", "/instructions", "/inbound"):
            assert (await http.get(BASE + name)).status_code == 403, name
