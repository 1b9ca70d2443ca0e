"""A parameter that a route does not know is refused: a filter that is misspelt would find everybody."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.openapi import Ids, operations
from tests.api.test_doors import ANYBODY, CODEC, SIGNED, declared, door
from tests.fixtures.documents import APPS, document_of
from tests.fixtures.http import api_client, auth, make_settings
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

__all__ = ["door"]


def person(service: str, who: set[str]) -> dict[str, str]:
    """Headers of somebody who may come in."""
    if who == {ANYBODY}:
        return {}
    tier, _, role = (" " + sorted(who)[0]).rpartition(" ")
    return auth(tier.strip() or ("ops" if role == "ops" else service), role)


async def ask(http: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], **form: Any) -> httpx.Response:
    address = path.format_map(Ids(row_id="1", phone="+380441239911", number="1", month="2024-01"))
    return await http.request(method, address, params={"nobody_knows": "1"}, headers=headers, **form)


async def test_every_route_names_the_parameter_that_it_does_not_know(door: tuple[str, httpx.AsyncClient]) -> None:
    service, http = door
    doors = declared(service)
    let_pass = {}
    for path, method, _ in operations(document_of(service)):
        route = f"{method.upper()} {path}"
        if not path.startswith("/v1") or route in CODEC or doors[route] == {SIGNED}:
            continue
        answer = await ask(http, method.upper(), path, person(service, doors[route]))
        if answer.status_code != 422 or answer.json()["errors"][0]["field"] != "nobody_knows":
            let_pass[route] = answer.text
    assert let_pass == {}


async def test_a_list_that_is_always_whole_takes_the_parameters_of_lists(fresh_database: FreshDatabase) -> None:
    app = APPS["account_mgmt"](make_settings(await fresh_database("whole_lists", tier=Tier.ACCOUNT_MGMT)))
    async with api_client(app, headers=auth("account_mgmt", "supervisor")) as http:
        asked = {"limit": "50", "after": "x"}
        answer = await http.get("/v1/reports/account-managers", params=asked)
        assert answer.status_code == 200, answer.text


LISTS = {"lead_gen": "/v1/leads", "conversion": "/v1/deals", "account_mgmt": "/v1/customers", "ops": "/v1/late"}


@pytest.mark.parametrize("asked", [{"limit": "5", "mananger": "anna"}, {"mananger": "anna", "colour": "red"}])
async def test_the_refusal_names_all_and_says_what_the_address_takes(
    door: tuple[str, httpx.AsyncClient], asked: dict[str, str]
) -> None:
    service, http = door
    answer = await http.get(LISTS[service], params=asked, headers=auth("ops", "ops"))
    refused = answer.json()
    assert (answer.status_code, refused["code"]) == (422, "invalid")
    unknown = [name for name in asked if name not in ("limit", "after")]
    assert [error["field"] for error in refused["errors"]] == unknown
    assert all("unknown parameter; this address takes" in error["reason"] for error in refused["errors"])
