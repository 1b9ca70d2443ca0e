"""What callers hear back: the promise they may make, the manager's answer, and what became of the lead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import PrepareHandOver, RegisterUpdate, TakeAnswer


@pytest_asyncio.fixture(scope="module")
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_answers", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def asked(desk: Tier1, phone: str, person: str) -> dict[str, Any]:
    """A hard question that this caller has just passed on; the outcome."""
    call = await desk.leased(phone, person)
    body = {
        "token": call["token"],
        "outcome": "hard_question",
        "question": "Who insures the cargo?",
        "products": ["sea", "sea", "road"],
    }
    answer = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller(person))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def answer_to(lead_id: str, **changes: Any) -> TakeAnswer:
    values: dict[str, Any] = {
        "key": f"moved:{lead_id}",
        "lead_id": lead_id,
        "question": "Who insures the cargo?",
        "answer": "The carrier, up to 100,000 EUR.",
        "answered_by": "manager-1",
        "answered_at": datetime.now(UTC),
        **changes,
    }
    return TakeAnswer(**values)


async def test_the_caller_can_say_when_somebody_will_call_and_tier_2_knows_what_was_promised(desk: Tier1) -> None:
    told = await asked(desk, "+380441120001", "p1")
    promised = datetime.fromisoformat(told["promised_by"])
    assert promised > datetime.now(UTC)
    pack = await desk.activities.prepare_hand_over(PrepareHandOver(lead_id=told["lead_id"]))
    assert (pack.promised_by, pack.question, pack.products) == (promised, "Who insures the cargo?", ["sea", "road"])


async def test_nothing_is_promised_to_somebody_who_is_not_handed_over(desk: Tier1) -> None:
    call = await desk.leased("+380441120002", "p2")
    body = {"token": call["token"], "outcome": "no_answer"}
    answer = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("p2"))
    assert answer.json()["promised_by"] is None


async def test_whoever_passed_a_question_on_learns_the_answer_and_what_became_of_the_lead(desk: Tier1) -> None:
    lead_id = (await asked(desk, "+380441120003", "p3"))["lead_id"]
    for _ in range(2):
        await desk.activities.take_answer(answer_to(lead_id))
    won = RegisterUpdate(
        key="won", lead_id=lead_id, tier=Tier.ACCOUNT_MGMT, stage="won", workflow_id="customer:1", at=datetime.now(UTC)
    )
    await desk.activities.update_register(won)
    [item] = (await desk.http.get("/v1/answers", headers=caller("p3"))).json()["items"]
    assert (item["answer"], item["answered_by"]) == ("The carrier, up to 100,000 EUR.", "manager-1")
    assert (item["lead_tier"], item["lead_stage"], item["instruction_id"]) == ("account_mgmt", "won", None)
    assert (await desk.http.get("/v1/answers", headers=caller("somebody-else"))).json()["items"] == []
    everybody = (await desk.http.get("/v1/answers", params={"caller": "p3"})).json()["items"]
    assert [one["lead_id"] for one in everybody] == [lead_id]


async def test_a_published_answer_is_an_instruction_that_every_caller_finds(desk: Tier1) -> None:
    lead_id = (await asked(desk, "+380441120004", "p4"))["lead_id"]
    question = "Wer versichert die Fracht? " + "x" * 300
    for _ in range(2):
        await desk.activities.take_answer(answer_to(lead_id, publish=True, question=question))
    found = (await desk.http.get("/v1/instructions", params={"q": "versichert"}, headers=caller("p9"))).json()["items"]
    assert [one["text"] for one in found] == ["The carrier, up to 100,000 EUR."]
    assert len(found[0]["title"]) == 200
    [item] = (await desk.http.get("/v1/answers", headers=caller("p4"))).json()["items"]
    assert item["instruction_id"] == found[0]["id"]
