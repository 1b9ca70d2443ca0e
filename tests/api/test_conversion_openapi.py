"""The OpenAPI document of tier 2, and whether the service keeps to it whatever it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.api.openapi import (
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
from tests.fixtures.tier_2 import Tier2, tier_2, whose
from workflows.contracts.base import Tier

DOCUMENT: dict[str, Any] = document_of("conversion")
ACTS = "/v1/leads/{lead_id}/acts/"
CONTRACT = """
GET /v1/hand-overs|POST /v1/hand-overs/{}/accept|POST /v1/hand-overs/{}/decline|GET /v1/deals
GET /v1/deals/{}|POST /v1/deals/{}/qualify|POST /v1/deals/{}/next-step|POST /v1/deals/{}/notes
POST /v1/deals/{}/meetings|POST /v1/deals/{}/offers|POST /v1/deals/{}/win|POST /v1/deals/{}/lose
POST /v1/deals/{}/answer
POST /v1/offers/{}/approve|POST /v1/offers/{}/reject|POST /v1/offers/{}/accept|GET /v1/offers/{}.pdf
GET /v1/meeting-slots
POST /v1/meetings/{}/reschedule|POST /v1/meetings/{}/cancel|POST /v1/meetings/{}/held|POST /v1/meetings/{}/no-show
GET /v1/meetings/{}.ics|GET /v1/managers|POST /v1/managers|PATCH /v1/managers/{}|GET /v1/commissions
GET /v1/commissions/statements|GET /v1/reports/managers|GET /v1/reminders|POST /v1/reminders/{}/done
GET /v1/policies|POST /v1/policies|GET /v1/events
"""


@pytest_asyncio.fixture(scope="module")
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_openapi", tier=Tier.CONVERSION)) as tier:
        await tier.manager("anna")
        yield tier


def test_every_route_of_the_contract_is_there() -> None:
    assert_contract(DOCUMENT, CONTRACT)


def test_every_route_says_what_it_does_and_how_it_refuses() -> None:
    assert_described(DOCUMENT)


def test_every_body_has_an_example() -> None:
    assert_examples(DOCUMENT)


@pytest.mark.parametrize(("path", "method"), writing(DOCUMENT))
async def test_nonsense_is_refused_and_never_an_error_of_the_server(conversion: Tier2, path: str, method: str) -> None:
    deal = await conversion.accepted("anna") if "{deal_id}" in path else {"id": new_id()}
    ids = Ids(deal_id=deal["id"], row_id="1", manager_id="anna")
    await assert_nonsense_is_refused(conversion.http, method, path, ids, whose)


@pytest.mark.parametrize("path", reading(DOCUMENT))
async def test_nobody_reads_without_a_token_or_with_another_tiers(conversion: Tier2, path: str) -> None:
    address = path.format_map(Ids()) + NEEDED.get(path, "")
    assert (await conversion.http.get(address)).status_code == 401
    # Callers look for free times while the lead is on the phone; account managers do not.
    tier = Tier.ACCOUNT_MGMT if path == "/v1/meeting-slots" else Tier.LEAD_GEN
    stranger = await conversion.http.get(address, headers=auth(tier, "supervisor"))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "wrong_tier")
    ops = await conversion.http.get(address, headers=auth("ops", "ops", "olena"))
    assert ops.status_code in (200, 404), ops.text


async def test_ops_changes_nothing_but_by_its_own_acts_on_a_lead(conversion: Tier2) -> None:
    for path, method in writing(DOCUMENT):
        if path.startswith(ACTS):
            continue
        answer = await conversion.http.request(
            method, path.format_map(Ids(row_id="1")), json={}, headers=auth("ops", "ops", "olena")
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_tier"), path
