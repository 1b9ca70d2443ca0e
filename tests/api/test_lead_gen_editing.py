"""Tier 1: whatever people edit takes If-Match, and of two who edit one thing at once one is told."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.editing import STALE, Change, assert_only_what_was_read_is_changed
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

NUMBERS = (f"+380441239{number:03d}" for number in itertools.count())
SCRIPT = {"start": "bye", "nodes": {"bye": {"kind": "end", "text": "Bye."}}}


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_editing", tier=Tier.LEAD_GEN, policy="demo")) as running:
        yield running


async def made(tier: Tier1, path: str, body: Any) -> dict[str, Any]:
    return dict((await tier.http.post(path, json=body)).raise_for_status().json())


async def lead(tier: Tier1) -> Change:
    path = f"/v1/leads/{await tier.lead(next(NUMBERS))}"
    return Change(path, "PATCH", path, ({"city": "Lviv"}, {"city": "Odesa"}))


async def instruction(tier: Tier1) -> Change:
    path = f"/v1/instructions/{(await made(tier, '/v1/instructions', {'title': new_id(), 'text': 'Text.'}))['id']}"
    return Change(path, "PUT", path, ({"title": "One", "text": "Text."}, {"title": "Other", "text": "Text."}))


async def archived_instruction(tier: Tier1) -> Change:
    path = (await instruction(tier)).path
    return Change(path, "POST", f"{path}/archive")


async def a_caller(tier: Tier1) -> str:
    return str((await made(tier, "/v1/callers", {"id": f"c-{new_id()}", "name": "Somebody"}))["id"])


async def person_who_calls(tier: Tier1) -> Change:
    path = f"/v1/callers/{await a_caller(tier)}"
    return Change(path, "PATCH", path, ({"name": "One"}, {"name": "Other"}))


async def rota_line(tier: Tier1) -> Change:
    line = {
        "caller_id": await a_caller(tier),
        "weekday": 0,
        "starts": "09:00",
        "ends": "13:00",
        "valid_from": "2026-01-01",
    }
    path = f"/v1/rota/{(await made(tier, '/v1/rota', line))['id']}"
    return Change(path, "DELETE", path)


async def shift(tier: Tier1) -> Change:
    now = datetime.now(UTC)
    hours = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=4)).isoformat()}
    path = f"/v1/shifts/{(await made(tier, '/v1/shifts', {'caller_id': await a_caller(tier), **hours}))['id']}"
    return Change(path, "POST", f"{path}/sign-on")


async def campaign(tier: Tier1) -> Change:
    path = f"/v1/campaigns/{await tier.campaign()}"
    return Change(path, "POST", f"{path}/pause")


async def ledger_entry(tier: Tier1) -> Change:
    path = f"/v1/do-not-call/{next(NUMBERS)}"
    (await tier.http.put(path, json={})).raise_for_status()
    return Change(path, "DELETE", path)


async def duplicate(tier: Tier1) -> Change:
    one, other = sorted([await tier.lead(next(NUMBERS)), await tier.lead(next(NUMBERS))])
    pair = await tier.pool.fetchval(
        """INSERT INTO lead_duplicates (id, lead_a, lead_b, similarity, reason) VALUES ($1, $2, $3, 1, 'test')
           RETURNING id""",
        new_id(),
        one,
        other,
    )
    return Change(f"/v1/duplicates/{pair}", "POST", f"/v1/duplicates/{pair}/refuse")


async def merge(tier: Tier1) -> Change:
    pair = await duplicate(tier)
    path = f"/v1/merges/{(await made(tier, f'{pair.read}/merge', {}))['id']}"
    return Change(path, "POST", f"{path}/undo")


async def policy(tier: Tier1) -> Change:
    body = (await tier.http.get("/v1/policies/current")).json()["body"]
    one, other = ({"body": {**body, "max_attempts": number}} for number in (4, 5))
    return Change("/v1/policies/current", "POST", "/v1/policies", (one, other))


@pytest.mark.parametrize(
    "thing",
    [
        lead, instruction, archived_instruction, person_who_calls, rota_line, shift, campaign, ledger_entry, duplicate,
        merge, policy,
    ],
    ids=lambda thing: str(thing.__name__),
)  # fmt: skip
async def test_only_what_was_read_is_changed(tier: Tier1, thing: Callable[[Tier1], Awaitable[Change]]) -> None:
    maria = auth(Tier.LEAD_GEN, "supervisor", "maria")
    await assert_only_what_was_read_is_changed(tier.http, await thing(tier), auth(), maria)


@pytest.mark.parametrize(("noun", "body"), [("scripts", SCRIPT), ("criteria", {})])
async def test_a_next_version_names_the_newest_one(tier: Tier1, noun: str, body: dict[str, Any]) -> None:
    body = {"name": f"{noun}-{new_id()}", **body}
    first = await tier.http.post(f"/v1/{noun}", json=body, headers={"If-Match": "*"})
    assert first.status_code == 412, "there is none yet"
    first = await made(tier, f"/v1/{noun}", body)
    tag = (await tier.http.get(f"/v1/{noun}/{first['id']}")).headers["etag"]
    assert (await tier.http.post(f"/v1/{noun}", json=body, headers={"If-Match": STALE})).status_code == 412
    both = await asyncio.gather(
        *(tier.http.post(f"/v1/{noun}", json=body, headers={"If-Match": tag}) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in both) == [201, 412]


@pytest.mark.parametrize("act", ["cancel", "reopen", "erase"])
async def test_a_lead_that_was_edited_meanwhile_is_not_given_up_or_erased(tier: Tier1, act: str) -> None:
    change = await lead(tier)
    tag = (await tier.http.get(change.read)).headers["etag"]
    await change.send(tier.http, auth(), tag)
    late = await tier.http.post(f"{change.path}/{act}", json={"reason": "closed"}, headers={"If-Match": tag})
    assert late.status_code == 412, late.text
    assert (await tier.http.get(change.read)).json()["stage"] == "new"


async def test_a_withdrawal_of_consent_is_never_refused_because_somebody_was_faster(tier: Tier1) -> None:
    path = f"/v1/do-not-call/{next(NUMBERS)}"
    assert (await tier.http.put(path, json={}, headers={"If-Match": STALE})).status_code == 200


async def test_a_caller_sees_their_own_shifts_only(tier: Tier1) -> None:
    change = await shift(tier)
    refused = await tier.http.get(change.read, headers=caller())
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
