"""The switchboard: signed events decide where a call goes, once, and a missed caller is promised a call back."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.chassis.settings import DEV_TELEPHONY_SECRET
from services.lead_gen.actions.promises import watch_promises
from services.lead_gen.domain.telephony import HEADER, sign
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import RegisterUpdate

NUMBER = "+380441239900"


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_telephony", tier=Tier.LEAD_GEN, policy="demo")
    async with tier_1(dsn) as tier:
        yield tier


async def tell(
    house: Tier1, event: str, call_id: str = "c-1", secret: str = DEV_TELEPHONY_SECRET, shown: str | None = NUMBER
) -> httpx.Response:
    body = {"from": shown, "call_id": call_id, "event": event, "at": datetime.now(UTC).isoformat()}
    content = json.dumps(body).encode()
    headers = {HEADER: sign(secret.encode(), content, int(time.time())), "Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=house.http._transport, base_url="http://test") as stranger:
        return await stranger.post("/v1/telephony/events", content=content, headers=headers)


async def promises(house: Tier1) -> list[dict[str, Any]]:
    return list((await house.http.get("/v1/promises")).json()["items"])


async def test_events_without_the_houses_signature_change_nothing(house: Tier1) -> None:
    answer = await tell(house, "ringing", secret="somebody else's secret")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert await house.pool.fetchval("SELECT count(*) FROM leads") == 0


async def test_a_ringing_call_of_somebody_unknown_goes_to_tier_2_once(house: Tier1) -> None:
    first, again = await tell(house, "ringing"), await tell(house, "ringing")
    assert first.json() == again.json()
    assert (first.json()["routed_to"], first.json()["known"], first.json()["state"]) == ("conversion", False, "ringing")
    assert await house.pool.fetchval("SELECT count(*) FROM outbox WHERE workflow = 'Conversion'") == 1


@pytest.mark.parametrize("shown", [None, "", "anonymous", "204"])
async def test_a_call_without_a_number_lives_at_the_switchboard_like_any_other(house: Tier1, shown: str | None) -> None:
    first = (await tell(house, "ringing", shown=shown)).json()
    assert (first["routed_to"], first["known"], first["state"]) == ("conversion", False, "ringing")
    missed = (await tell(house, "missed", shown=shown)).json()
    assert (missed["id"], missed["state"]) == (first["id"], "missed")
    assert [one["inbound_call_id"] for one in await promises(house)] == [first["id"]]


async def test_a_missed_caller_is_promised_a_call_back_once(house: Tier1) -> None:
    await tell(house, "ringing")
    for _ in range(2):
        assert (await tell(house, "missed")).json()["state"] == "missed"
    (promised,) = await promises(house)
    assert promised["state"] == "open"
    call = (await house.http.get("/v1/inbound-calls?state=missed")).json()["items"][0]
    again = (await house.http.post(f"/v1/inbound-calls/{call['id']}/promise")).json()
    assert again["id"] == promised["id"]


async def test_events_out_of_order_do_not_make_an_answered_call_missed(house: Tier1) -> None:
    for event in ("completed", "missed", "answered", "ringing"):
        told = await tell(house, event)
    assert told.json()["state"] == "completed"
    assert await promises(house) == []


async def test_a_promise_is_kept_by_the_manager_who_takes_the_lead(house: Tier1) -> None:
    lead_id = (await tell(house, "missed")).json()["lead_id"]
    update = RegisterUpdate(
        key="u",
        lead_id=lead_id,
        tier="conversion",
        stage="accepted",
        workflow_id="w",
        owner="maria",
        at=datetime.now(UTC),
    )
    await house.activities.update_register(update)
    (promised,) = await promises(house)
    assert promised["state"] == "kept"


async def test_a_promise_is_kept_by_a_conversation(house: Tier1) -> None:
    given = await house.leased(NUMBER, "anna")
    await house.pool.execute(
        "INSERT INTO inbound_calls (id, lead_id, phone, by, routed_to, known, workflow_id, stage)"
        " VALUES (gen_random_uuid(), $1, $2, 'x', 'conversion', true, 'w', 'inbound')",
        given["lead"]["id"],
        NUMBER,
    )
    call = (await house.http.get("/v1/inbound-calls")).json()["items"][0]
    await house.http.post(f"/v1/inbound-calls/{call['id']}/promise")
    body = {"token": given["token"], "outcome": "not_interested", "reason": "price"}
    await house.http.post(f"/v1/calls/{given['item_id']}/outcome", json=body, headers=caller())
    assert [one["state"] for one in await promises(house)] == ["kept"]


async def test_a_promise_that_nobody_kept_is_late_and_stays_so(house: Tier1) -> None:
    await tell(house, "missed")
    await house.pool.execute("UPDATE callback_promises SET due_at = now() - interval '1 minute'")
    await watch_promises(house.pool)
    assert [one["state"] for one in (await house.http.get("/v1/promises?state=late")).json()["items"]] == ["late"]
    await tell(house, "answered", "c-2")
    (promised,) = await promises(house)
    assert (promised["state"], promised["kept_at"] is not None) == ("late", True)


async def test_every_word_on_the_ledger_stays_with_basis_proof_time_and_who(house: Tier1) -> None:
    address = f"/v1/do-not-call/{NUMBER}"
    await house.http.put(address, json={"basis": "asked by mail", "proof": "ticket 1"})
    await house.http.delete(address)
    await house.http.put(address, json={"scope": "company"}, headers=caller("anna"))
    lines = (await house.http.get(f"{address}/history")).json()["items"]
    said = [(line["action"], line["scope"], line["basis"], line["by"]) for line in lines]
    assert said[0] == ("forbidden", "phone", "asked by mail", "p-1")
    assert [(line[0], line[3]) for line in said[1:]] == [("lifted", "p-1"), ("forbidden", "anna")]
    assert len((await house.http.get("/v1/do-not-call?state=active")).json()["items"]) == 1
    assert (await house.http.get("/v1/do-not-call?state=lifted")).json()["items"] == []
