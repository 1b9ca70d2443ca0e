"""Criteria in the browser: tried while they are typed, mistakes at their rule, taken up by campaigns."""

from __future__ import annotations

from services.lead_gen.api import build_app
from tests.api.test_policy_pages import words
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import tier_1
from workflows.contracts.base import Tier

BASE = "/desk/settings/criteria"
RULE = {"include.0.field": "industry", "include.0.op": "in", "include.0.value": "Cargo, retail"}
EMPTY = {"include.1.field": "", "include.1.op": "eq", "include.1.value": "", "exclude.0.field": ""}


async def test_a_supervisor_says_who_is_worth_calling(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("lead_gen_criteria_pages", tier=Tier.LEAD_GEN)
    app = build_app(make_settings(dsn, origin=ORIGIN))
    async with tier_1(dsn) as tier, signed_in(app, "lead_gen", "supervisor", "boss") as http:
        for phone, industry in (("+380441110001", "cargo"), ("+380441110002", "retail"), ("+380441110003", "steel")):
            lead_id = await tier.lead(phone)
            await tier.pool.execute("UPDATE leads SET industry = $1 WHERE id = $2", industry, lead_id)
        assert "No criteria yet" in (await http.get(BASE)).text
        assert "of 3 leads" in words((await http.get(f"{BASE}/new")).text)
        live = (await http.put(f"{BASE}/new", data={"name": "Spring", **RULE, **EMPTY})).text
        assert "2 of 3 leads" in words(live)
        assert "Industry is one of Cargo, retail" in words(live)
        # Each mistake stands at its rule, and a contradiction at the rule that no lead can match.
        wrong = {"include.1.field": "attempts", "include.1.op": "gte", "include.1.value": "few"}
        live = (await http.put(f"{BASE}/new", data={"name": "Spring", **RULE, **EMPTY, **wrong})).text
        assert "Needs a number" in live.partition('id="says-include-1-value"')[2].partition("</p>")[0]
        clash = {"include.1.field": "industry", "include.1.op": "eq", "include.1.value": "steel"}
        live = (await http.put(f"{BASE}/new", data={"name": "Spring", **RULE, **EMPTY, **clash})).text
        assert "no lead can ever match" in live.partition('id="says-include-1-value"')[2].partition("</p>")[0]
        assert (await http.post(f"{BASE}/new", data={"name": "Spring", **RULE, **clash})).status_code == 422
        assert (await http.post(f"{BASE}/new", data={"name": "Spring", **RULE, **EMPTY})).status_code == 303
        first = str(await tier.pool.fetchval("SELECT id FROM criteria"))
        campaign = await tier.campaign()
        await tier.pool.execute("UPDATE campaigns SET criteria_id = $1 WHERE id = $2", first, campaign)
        # The next version: what differs, and the campaigns take it.
        page = words((await http.get(f"{BASE}/{first}")).text)
        assert "The campaign that goes by these criteria" not in page
        change = {
            **RULE,
            "include.0.value": "cargo",
            "exclude.0.field": "has_email",
            "exclude.0.op": "yes",
            "seen": "1",
        }
        live = words((await http.put(f"{BASE}/{first}", data=change)).text)
        assert "1 of 3 leads" in live
        assert "The campaign that goes by these criteria takes the new version" in live
        done = await http.post(f"{BASE}/{first}", data={**change, "campaigns_too": "1"})
        assert done.status_code == 303, done.text
        second = await tier.pool.fetchval("SELECT id FROM criteria WHERE version = 2")
        assert await tier.pool.fetchval("SELECT criteria_id FROM campaigns WHERE id = $1", campaign) == second
        listed = words((await http.get(BASE)).text)
        assert "version 2" in listed
        assert "Has an e-mail address yes" in listed
        # Whoever began with version 1 is told that there is another one.
        late = await http.post(f"{BASE}/{first}", data={**RULE, "seen": "1", "idempotency_key": "late"})
        assert late.status_code == 422
        assert "published version 2 while you were here" in late.text
