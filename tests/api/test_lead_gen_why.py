"""Why (not) this lead: a dialer that does not pick a lead up says the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

RULES = {
    "include": [{"field": "industry", "op": "in", "value": ["Freight", "Grain"]}],
    "exclude": [{"field": "city", "op": "eq", "value": "Odesa"}],
}


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_why", tier=Tier.LEAD_GEN)) as tier:
        yield tier


async def lead(house: Tier1, **fields: Any) -> str:
    body = {"company": "Viter", "phones": ["+380441230001"], **fields}
    return str((await house.http.post("/v1/leads", json=body)).raise_for_status().json()["id"])


async def campaign(house: Tier1, *, start: bool = True) -> str:
    criteria = (await house.http.post("/v1/criteria", json={"name": "Haulage", **RULES})).raise_for_status().json()
    new = {"name": "Spring", "criteria_id": criteria["id"]}
    made = (await house.http.post("/v1/campaigns", json=new)).raise_for_status().json()
    if start:
        (await house.http.post(f"/v1/campaigns/{made['id']}/start")).raise_for_status()
    return str(made["id"])


async def why(house: Tier1, lead_id: str, query: str = "") -> dict[str, Any]:
    return dict((await house.http.get(f"/v1/leads/{lead_id}/why{query}")).raise_for_status().json())


def leaving(told: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(one["rule"], one["value"]) for one in told["reasons"] if one["verdict"] == "leaves"]


async def test_the_rule_that_leaves_a_lead_is_named_with_its_version_and_the_leads_own_value(house: Tier1) -> None:
    lead_id = await lead(house, industry="Grain", city="Odesa")
    await campaign(house)
    told = await why(house, lead_id)
    assert not told["callable"]
    assert leaving(told) == [("Haulage version 1", "Odesa"), ("campaign", None)]


async def test_a_lead_that_some_running_campaign_takes_is_callable(house: Tier1) -> None:
    lead_id = await lead(house, industry="freight")
    taking = await campaign(house)
    told = await why(house, lead_id)
    assert told["callable"]
    assert {one["campaign_id"] for one in told["reasons"] if one["rule"] == "campaign"} == {taking}
    assert any(one["rule"] == "window" and "calling window" in one["text"] for one in told["reasons"])


async def test_a_campaign_that_does_not_run_is_explained_when_asked_for(house: Tier1) -> None:
    lead_id = await lead(house, industry="Retail")
    draft = await campaign(house, start=False)
    told = await why(house, lead_id, f"?campaign_id={draft}")
    assert leaving(told) == [("Haulage version 1", "Retail"), ("campaign", None)]


async def test_the_ledger_and_the_stage_are_reasons(house: Tier1) -> None:
    lead_id = await lead(house)
    await house.http.put("/v1/do-not-call/+380441230001")
    told = await why(house, lead_id)
    assert {rule for rule, _ in leaving(told)} == {"stage", "do_not_call"}


async def test_the_score_says_what_it_is_made_of(house: Tier1) -> None:
    lead_id = await lead(house, industry="Grain")
    rule = {"field": "industry", "op": "eq", "value": "Grain"}
    new = {"name": "by hand", "weights": [{"rule": rule, "points": 7}]}
    score = (await house.http.post("/v1/scores", json=new)).raise_for_status().json()
    (await house.http.post(f"/v1/scores/{score['id']}/activate")).raise_for_status()
    told = [one for one in (await why(house, lead_id))["reasons"] if one["rule"] == "score"]
    assert (told[0]["version"], float(told[0]["value"])) == (1, 7)
    assert "industry is Grain +7" in told[0]["text"]
