"""The OpenAPI document of tier 1, and whether the service keeps to it whatever it is sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.api.openapi import (
    IN_BULK,
    NEEDED,
    Ids,
    assert_contract,
    assert_described,
    assert_examples,
    assert_nonsense_is_refused,
    reading,
    writing,
)
from tests.fixtures.documents import document_of
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

DOCUMENT: dict[str, Any] = document_of("lead_gen")
CONTRACT = """
POST /v1/imports|GET /v1/imports/{}|GET /v1/imports/{}/rejects.csv|GET /v1/imports|GET /v1/imports/{}/rows
POST /v1/leads|GET /v1/leads|GET /v1/leads/{}|GET /v1/leads/{}/why|POST /v1/campaigns|GET /v1/campaigns
POST /v1/campaigns/{}/start|POST /v1/campaigns/{}/pause|POST /v1/campaigns/{}/preview
GET /v1/criteria|POST /v1/criteria|GET /v1/scripts|POST /v1/scripts|GET /v1/instructions|POST /v1/instructions
POST /v1/calls/next|POST /v1/calls/{}/extend|POST /v1/calls/{}/release|POST /v1/calls/{}/outcome
POST /v1/inbound-calls|PUT /v1/do-not-call/{}|DELETE /v1/do-not-call/{}|GET /v1/callers|POST /v1/callers
GET /v1/shifts|POST /v1/shifts|GET /v1/supply|GET /v1/reports/callers|GET /v1/reports/funnel
GET /v1/policies|POST /v1/policies|GET /v1/events
"""
# Known by its signature, not by a token.
SIGNED = "/v1/telephony/events"
LOOK_UP, ACTS = "/v1/leads/find", "/v1/leads/{lead_id}/acts/"
"""What operators may send."""


@pytest_asyncio.fixture(scope="module")
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_openapi", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


def test_every_route_of_the_contract_is_there() -> None:
    assert_contract(DOCUMENT, CONTRACT)


def test_every_route_says_what_it_does_and_how_it_refuses() -> None:
    assert_described(DOCUMENT)


def test_every_body_has_an_example() -> None:
    assert_examples(DOCUMENT)


def whose() -> dict[str, str]:
    return auth()


@pytest.mark.parametrize(("path", "method"), writing(DOCUMENT))
async def test_nonsense_is_refused_and_never_an_error_of_the_server(house: Tier1, path: str, method: str) -> None:
    lead_id = await house.lead(f"+38044{4000000 + abs(hash((path, method))) % 900000}")
    ids = Ids(lead_id=lead_id, row_id="1", caller_id="anna", phone="+380441239911")
    for headers in (whose, caller):
        await assert_nonsense_is_refused(house.http, method, path, ids, headers)


@pytest.mark.parametrize("path", [path for path in reading(DOCUMENT) if path != "/v1/rota/plan"])
async def test_nobody_reads_without_a_token_or_with_another_tiers(house: Tier1, path: str) -> None:
    address = path.format_map(Ids(row_id="1", phone="+380441239911")) + NEEDED.get(path, "")
    assert (await house.http.get(address, headers={"Authorization": ""})).status_code == 401
    stranger = await house.http.get(address, headers=auth(Tier.CONVERSION, "supervisor"))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "wrong_tier")
    ops = await house.http.get(address, headers=auth("ops", "ops", "olena"))
    assert ops.status_code in ((403,) if path in IN_BULK else (200, 404)), ops.text


async def test_ops_changes_nothing_but_by_its_own_acts_on_a_lead(house: Tier1) -> None:
    for path, method in writing(DOCUMENT):
        if path not in (SIGNED, LOOK_UP) and not path.startswith(ACTS):
            address = path.format_map(Ids(row_id="1", phone="+380441239911"))
            answer = await house.http.request(method, address, json={}, headers=auth("ops", "ops", "olena"))
            assert (answer.status_code, answer.json()["code"]) == (403, "wrong_tier"), path


def bodies() -> list[tuple[str, str, Any]]:
    """(path, method, first example) of every body."""
    found = []
    for path, method in writing(DOCUMENT):
        schema = DOCUMENT["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
        for one in [schema, *schema.get("anyOf", [])]:
            model = DOCUMENT["components"]["schemas"].get(one.get("$ref", "").rpartition("/")[2], {})
            found += [(path, method, example) for example in model.get("examples", [])[:1]]
    return found


@pytest.mark.parametrize(("path", "method", "example"), bodies())
async def test_every_example_is_understood(house: Tier1, path: str, method: str, example: Any) -> None:
    """What the document shows is never refused for its shape: only because a thing it names is not there."""
    ids = Ids(row_id="1", caller_id="olena", phone="+380441239912")
    for headers in (whose(), caller()):
        answer = await house.http.request(method, path.format_map(ids), json=example, headers=headers)
        if answer.status_code == 422:
            reason = json.dumps(answer.json()["errors"])
            assert "There is no" in reason or "must lie in the future" in reason, reason
        else:
            assert answer.status_code < 500, answer.text
