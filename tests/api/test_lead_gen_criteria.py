"""Criteria through REST: tried, saved, versioned, refused, and the count of a million leads' sake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.api.openapi import NONSENSE
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

Json = dict[str, Any]


@pytest_asyncio.fixture(scope="module")
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_criteria", tier=Tier.LEAD_GEN)) as tier:
        yield tier


def eq(field: str, value: Any) -> Json:
    return {"field": field, "op": "eq", "value": value}


async def company(desk: Tier1, number: int, **fields: Any) -> str:
    """A lead of this industry (one per test, so that tests do not see each other's)."""
    lead_id = await desk.lead(f"+38044333{number:04d}")
    for name, value in fields.items():
        await desk.pool.execute(f"UPDATE leads SET {name} = $2 WHERE id = $1", lead_id, value)
    return lead_id


async def test_rules_are_tried_before_they_are_saved_and_change_nothing(desk: Tier1) -> None:
    await company(desk, 1, industry="Пекарня", city="Львів", score=9)
    best = await company(desk, 2, industry="ПЕКАРНЯ", city="Кам’янець", score=10)
    await company(desk, 3, industry="пекарня", city="кам'янець", email="a@b.ua")
    body = {"include": [eq("industry", "пекарня"), eq("city", "Камʼянець")], "exclude": [eq("has_email", True)]}
    before = await desk.pool.fetchval("SELECT count(*) FROM criteria")
    seen = (await desk.http.post("/v1/criteria/preview", json=body)).json()
    assert seen["matching"] == 1
    assert [(rule["rule"], rule["leaves"]) for rule in seen["rules"]] == [
        ("include[0]", 3), ("include[1]", 2), ("exclude[0]", seen["candidates"] - 1),
    ]  # fmt: skip
    assert seen["rules"][1]["says"] == "city is Камʼянець"
    assert [lead["id"] for lead in seen["sample"]] == [best]
    assert "+380443330002" not in str(seen["sample"]), "numbers are masked"
    assert await desk.pool.fetchval("SELECT count(*) FROM criteria") == before


async def test_a_preview_counts_who_could_be_enrolled_and_nobody_else(desk: Tier1) -> None:
    for number, fields in enumerate(({}, {"stage": "calling"}, {"tier": "conversion"}, {"stage": "resting"}), start=10):
        await company(desk, number, industry="count", **fields)
    await desk.pool.execute("UPDATE leads SET rest_until = now() + '1 day' WHERE stage = 'resting'")
    for number, scope in ((20, "phone"), (21, "company")):
        lead_id = await company(desk, number, industry="count")
        await desk.pool.execute("INSERT INTO lead_phones VALUES ($1, $2, 1)", f"+38044444{number:04d}", lead_id)
        await desk.http.put(f"/v1/do-not-call/+38044333{number:04d}", json={"scope": scope})
    wrong = await company(desk, 22, industry="count")
    await desk.pool.execute("UPDATE lead_phones SET bad = true WHERE lead_id = $1", wrong)
    seen = (await desk.http.post("/v1/criteria/preview", json={"include": [eq("industry", "count")]})).json()
    # The new one, and the one with another number beside the one on the ledger.
    assert seen["matching"] == 2


async def test_the_ledger_is_a_criterion(desk: Tier1) -> None:
    await company(desk, 30, industry="ledger")
    body = {"include": [eq("industry", "ledger"), eq("do_not_call", False)]}
    assert (await desk.http.post("/v1/criteria/preview", json=body)).json()["matching"] == 1
    await desk.http.put("/v1/do-not-call/+380443330030", json={"scope": "company"})
    assert (await desk.http.post("/v1/criteria/preview", json=body)).json()["matching"] == 0


async def test_versions_of_one_name_are_listed_and_read(desk: Tier1) -> None:
    for value in ("a", "b", "c"):
        body = {"name": "Versions", "include": [eq("industry", value)]}
        assert (await desk.http.post("/v1/criteria", json=body)).status_code == 201
    await desk.http.post("/v1/criteria", json={"name": "Another"})
    first = (await desk.http.get("/v1/criteria", params={"name": "Versions", "limit": 2}, headers=caller())).json()
    rest = (await desk.http.get("/v1/criteria", params={"name": "Versions", "after": first["next"]})).json()
    found = first["items"] + rest["items"]
    assert [(one["version"], one["include"][0]["value"]) for one in found] == [(1, "a"), (2, "b"), (3, "c")]
    assert rest["next"] is None
    one = await desk.http.get(f"/v1/criteria/{found[1]['id']}")
    assert one.json() == found[1]
    assert (await desk.http.get(f"/v1/criteria/{new_id()}")).status_code == 404
    assert (await desk.http.get("/v1/criteria/first")).status_code == 422


BAD = [
    ({"include": [eq("industry", "a"), eq("city", "b"), eq("score", "high")]}, "include[2].value"),
    ({"exclude": [{"field": "has_email", "op": "contains", "value": "x"}]}, "exclude[0].op"),
    ({"exclude": [eq("colour", "red")]}, "exclude[0].field"),
    ({"include": [eq("industry", "a"), eq("industry", "b")]}, "include[1].value"),
    ({"include": [eq("industry", "a\0")]}, "include[0].value"),
    ({"include": [{**eq("industry", "a"), "weight": 3}]}, "include[0].weight"),
    ({"include": [eq("industry", "a")] * 51}, "include"),
]


@pytest.mark.parametrize("path", ["/v1/criteria", "/v1/criteria/preview"])
@pytest.mark.parametrize(("body", "field"), BAD, ids=[field for _, field in BAD])
async def test_a_rule_that_cannot_be_right_is_refused_with_its_place(
    desk: Tier1, path: str, body: Json, field: str
) -> None:
    named = {"name": "Bad", **body} if path == "/v1/criteria" else body
    answer = await desk.http.post(path, json=named)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].removeprefix("body.") == field
    assert answer.json()["errors"][0]["reason"]
    assert await desk.pool.fetchval("SELECT count(*) FROM criteria WHERE name = 'Bad'") == 0


@pytest.mark.parametrize("path", ["/v1/criteria", "/v1/criteria/preview"])
async def test_nonsense_is_refused(desk: Tier1, path: str) -> None:
    for body in [*NONSENSE, {"include": "x"}, {"include": [[]]}, {"include": [{"field": [], "op": {}, "value": {}}]}]:
        answer = await desk.http.post(path, json=body)
        assert answer.status_code < 500, (body, answer.text)


async def test_a_caller_reads_criteria_and_keeps_none(desk: Tier1) -> None:
    for path in ("/v1/criteria", "/v1/criteria/preview"):
        answer = await desk.http.post(path, json={"name": "Mine"}, headers=caller())
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
    assert (await desk.http.get("/v1/criteria", headers=auth(Tier.CONVERSION, "supervisor"))).status_code == 403
