"""Requests made up from the OpenAPI documents: every answer is one that the document promises, and none is an error of
the server.

`LEADRELAY_CASES=10000 python -m pytest tests/fuzz/test_requests.py` (or `make fuzz`) tries that many in all, other ones
each time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import asyncpg
import httpx
import pytest
import pytest_asyncio
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from services.chassis.db import Pool
from tests.fixtures.documents import APPS, document_of
from tests.fixtures.http import api_client, auth
from tests.fixtures.ops import ops_before
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier

ROLES = {
    "lead_gen": ("supervisor", "caller"),
    "conversion": ("supervisor", "manager"),
    "account_mgmt": ("supervisor", "account_manager"),
    "ops": ("ops",),
}
Operation = schemathesis.APIOperation[Any, Any, Any, Any]
OPERATIONS = {
    (name, operation.method.upper(), operation.path): operation
    for name in APPS
    for found in schemathesis.openapi.from_dict(document_of(name)).get_all_operations()
    # The stream of events has no end.
    if (operation := found.ok()).path != "/v1/events"
}
MORE = int(os.environ.get("LEADRELAY_CASES", "0"))
# A request without any parts can be made in one way only.
VARIED = [one for one in OPERATIONS.values() if {"parameters", "requestBody"} & set(one.definition.raw)]
EACH = -(-MORE // len(VARIED)) if MORE else 2
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


SENT = ("method", "url", "headers", "cookies", "params", "json", "data", "files")


@dataclass(frozen=True)
class Service:
    """One service with some records in it."""

    http: httpx.AsyncClient
    pool: Pool | None

    async def known(self, placeholder: str) -> str | None:
        """An id that there is, for a placeholder such as `deal_id`."""
        noun = placeholder.removesuffix("_id")
        if self.pool is None or noun == placeholder:
            return None
        table = {"item": "work_items", "entity": "legal_entities", "transfer": "bank_transfers"}.get(noun, f"{noun}s")
        with contextlib.suppress(asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
            found = await self.pool.fetchval(f"SELECT id::text FROM {table} ORDER BY random() LIMIT 1")
            return cast(str | None, found)
        return None


@pytest_asyncio.fixture(scope="module")
async def services(fresh_database: FreshDatabase) -> AsyncIterator[dict[str, Service]]:
    dsn = {tier.value: await fresh_database(f"requests_{tier.value}", tier=tier, policy="demo") for tier in Tier}
    async with (
        contextlib.AsyncExitStack() as around,
        tier_1(dsn["lead_gen"]) as first,
        tier_2(dsn["conversion"]) as second,
        tier_3(dsn["account_mgmt"]) as third,
    ):
        tiers = {"lead_gen": first.http, "conversion": second.http, "account_mgmt": third.http}
        fourth = await around.enter_async_context(api_client(ops_before(tiers)))
        await fill(first, second, third)
        yield {
            "lead_gen": Service(first.http, first.pool),
            "conversion": Service(second.http, second.pool),
            "account_mgmt": Service(third.http, third.pool),
            "ops": Service(fourth, None),
        }


async def fill(first: Tier1, second: Tier2, third: Tier3) -> None:
    """Some records of most kinds."""
    for number in range(3):
        await first.leased(f"+38044500000{number}", "anna")
    await second.manager("ivan")
    for _ in range(2):
        await second.accepted("ivan")
        await second.offered()
    for _ in range(2):
        await third.nudge()
    await third.bought([10, 40, 70])


def cases(operation: Operation) -> Iterator[tuple[int, schemathesis.Case]]:
    """Requests that the document allows, and as many that it does not, if there are any; numbered."""
    for mode in schemathesis.GenerationMode:
        yield from enumerate(made_up(operation.as_strategy(generation_mode=mode)))


def made_up(strategy: st.SearchStrategy[schemathesis.Case]) -> list[schemathesis.Case]:
    """Half of the requests for one operation: the same each time, or other ones if a number was asked for."""
    found: list[schemathesis.Case] = []

    @settings(
        max_examples=(EACH + 1) // 2, derandomize=not MORE, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def collect(case: schemathesis.Case) -> None:
        found.append(case)

    with contextlib.suppress(Unsatisfiable):  # there is nothing to be wrong in a request without any parts
        collect()
    return found


async def send(service: Service, case: schemathesis.Case, headers: Mapping[str, str]) -> httpx.Response:
    """Exactly what was made up, whether an HTTP client would send it or not."""
    given = {name: value for name, value in case.as_transport_kwargs(base_url="http://test").items() if name in SENT}
    made = requests.Request(**{**given, "headers": {**given.get("headers", {}), **headers}}).prepare()
    content = made.body.encode() if isinstance(made.body, str) else made.body
    raw = [(_bytes(name), _bytes(value)) for name, value in made.headers.items()]
    return await service.http.request(str(made.method), str(made.url), content=content, headers=raw)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")


@pytest.mark.parametrize("at", OPERATIONS, ids=" ".join)
async def test_every_answer_is_one_that_the_document_promises(
    services: dict[str, Service], at: tuple[str, str, str]
) -> None:
    name, service = at[0], services[at[0]]
    for number, case in cases(OPERATIONS[at]):
        if number % 2:
            known = {one: await service.known(one) for one in case.path_parameters or {}}
            case.path_parameters = {**case.path_parameters, **{one: value for one, value in known.items() if value}}
        for role in ROLES[name]:
            answer = await send(service, case, auth(name, role, "ivan"))
            case.validate_response(answer, checks=CHECKS)
            if answer.status_code != 403:
                break
