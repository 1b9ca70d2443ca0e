"""The OpenAPI document of tier 3, and whether the service keeps to it whatever it is sent."""

from __future__ import annotations

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
    assert_nonsense_is_refused,
    reading,
    writing,
)
from tests.fixtures.documents import document_of
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

DOCUMENT: dict[str, Any] = document_of("account_mgmt")
CONTRACT = """
GET /v1/customers|GET /v1/customers/{}|GET /v1/customers/{}/card
POST /v1/customers/{}/orders|GET /v1/customers/{}/orders|POST /v1/orders/{}/cancel
GET /v1/invoices|GET /v1/invoices/{}|GET /v1/invoices/{}.pdf
POST /v1/invoices/{}/payments|POST /v1/invoices/{}/credit-notes
GET /v1/nudges|POST /v1/nudges/{}/outcome|POST /v1/customers/{}/needs|GET /v1/customers/{}/needs
GET /v1/customers/{}/suggestions|GET /v1/products|POST /v1/products|GET /v1/account-managers
POST /v1/account-managers|GET /v1/reports/account-managers|GET /v1/policies|POST /v1/policies|GET /v1/events
POST /v1/bank-statements|GET /v1/bank-statements|GET /v1/bank-statements/{}
GET /v1/bank-transfers|GET /v1/bank-transfers/{}|POST /v1/bank-transfers/{}/match|POST /v1/bank-transfers/{}/ignore
"""


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_openapi", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def test_every_route_of_the_contract_is_there() -> None:
    assert_contract(DOCUMENT, CONTRACT)


def test_every_route_says_what_it_does_and_how_it_refuses() -> None:
    assert_described(DOCUMENT)


@pytest.mark.parametrize(("path", "method"), writing(DOCUMENT))
async def test_nonsense_is_refused_and_never_an_error_of_the_server(tier: Tier3, path: str, method: str) -> None:
    customer_id, account = await tier.customer()
    ids = Ids(customer_id=customer_id, invoice_id=account.invoice_id)
    await assert_nonsense_is_refused(tier.http, method, path, ids, boss)


@pytest.mark.parametrize("path", reading(DOCUMENT))
async def test_nobody_reads_without_a_token_or_with_another_tiers(tier: Tier3, path: str) -> None:
    address = path.format_map(Ids(entity_id="MAIN", kind="invoice", language="en")) + NEEDED.get(path, "")
    assert (await tier.http.get(address, headers={"Authorization": ""})).status_code == 401
    stranger = await tier.http.get(address, headers=auth(Tier.LEAD_GEN, "supervisor"))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "wrong_tier")
    ops = await tier.http.get(address, headers=auth("ops", "ops", "olena"))
    assert ops.status_code in ((403,) if path in IN_BULK else (200, 404)), ops.text


async def test_ops_changes_nothing_but_by_its_own_acts_on_a_lead(tier: Tier3) -> None:
    for path, method in writing(DOCUMENT):
        if path.startswith("/v1/leads/{lead_id}/acts/"):
            continue
        answer = await tier.http.request(method, path.format_map(Ids()), json={}, headers=auth("ops", "ops", "olena"))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_tier"), path
