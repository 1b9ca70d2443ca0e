"""What callers hear back: the promise they may make, the manager's answer, and what became of the lead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
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


async def published_texts(desk: Tier1, q: str) -> list[str]:
    found = (await desk.http.get("/v1/instructions", params={"q": q}, headers=caller("p9"))).json()["items"]
    return [one["text"] for one in found]


async def versions_of(desk: Tier1, instruction_id: str) -> list[str]:
    rows = await desk.pool.fetch(
        "SELECT text FROM instruction_versions WHERE instruction_id = $1 ORDER BY version", instruction_id
    )
    return [row["text"] for row in rows]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0), (0, 2, 1)])
async def test_a_second_answer_is_the_next_version_of_the_instruction_in_whatever_order_answers_come(
    desk: Tier1, order: tuple[int, ...]
) -> None:
    word = f"demurrage{''.join(map(str, order))}"
    # The last one asks the same in other letters, about another lead.
    spelt = [f"Who pays the {word}?", f"Who pays the {word}?", f"  WHO pays\nthe {word} "]
    leads = [(await asked(desk, f"+38044113{order[0]}{order[1]}{n}1", f"a{word}"))["lead_id"] for n in (0, 1)]
    begin = datetime.now(UTC)
    told = [
        answer_to(
            leads[n == 2], key=f"{word}:{n}", publish=True, question=spelt[n], answer=f"{word} answer {n}",
            answered_at=begin + timedelta(minutes=n), answered_by=f"manager-{n}",
        )
        for n in range(3)
    ]  # fmt: skip
    for n in (*order, *order):
        await desk.activities.take_answer(told[n])
    assert await published_texts(desk, word) == [f"{word} answer 2"]
    items = (await desk.http.get("/v1/answers", headers=caller(f"a{word}"))).json()["items"]
    assert sorted(one["answer"] for one in items) == [f"{word} answer 1", f"{word} answer 2"]
    [instruction] = {one["instruction_id"] for one in items}
    kept = await versions_of(desk, instruction)
    assert kept == [f"{word} answer {n}" for at, n in enumerate(order) if n == max(order[: at + 1])]


async def test_answers_to_one_question_that_come_at_once_are_one_instruction(desk: Tier1) -> None:
    lead_id = (await asked(desk, "+380441120051", "p51"))["lead_id"]
    at = datetime.now(UTC)
    told = [
        answer_to(lead_id, key=f"at-once:{n}", publish=True, question="Who insures pallets?", answer=f"pallets {n}",
                  answered_at=at + timedelta(seconds=n))
        for n in range(6)
    ]  # fmt: skip
    await asyncio.gather(*(desk.activities.take_answer(one) for one in told))
    assert await published_texts(desk, "pallets") == ["pallets 5"]


async def test_an_answer_that_is_not_published_leaves_the_instruction_and_an_archived_one_stays_archived(
    desk: Tier1,
) -> None:
    lead_id = (await asked(desk, "+380441120052", "p52"))["lead_id"]
    first = {"publish": True, "question": "Who seals the containers?"}
    await desk.activities.take_answer(answer_to(lead_id, key="seal:1", answer="The shipper.", **first))
    told = answer_to(lead_id, key="seal:2", answer="For you, we do.", **{**first, "publish": False})
    await desk.activities.take_answer(told)
    assert await published_texts(desk, "seals") == ["The shipper."]
    [item] = (await desk.http.get("/v1/answers", headers=caller("p52"))).json()["items"]
    assert item["answer"] == "For you, we do."
    [known] = (await desk.http.get("/v1/instructions", params={"q": "seals"}, headers=caller("p9"))).json()["items"]
    await desk.pool.execute("UPDATE instructions SET archived_at = now() WHERE id = $1", known["id"])
    await desk.activities.take_answer(answer_to(lead_id, key="seal:3", answer="The carrier.", **first))
    assert await published_texts(desk, "seals") == ["The carrier."]


async def test_an_instruction_from_before_questions_had_keys_is_replaced_too(desk: Tier1) -> None:
    lead_id = (await asked(desk, "+380441120053", "p53"))["lead_id"]
    told = {"publish": True, "question": "Who weighs the grain?"}
    await desk.activities.take_answer(answer_to(lead_id, key="weigh:1", answer="The port.", **told))
    await desk.pool.execute("UPDATE instructions SET question_key = NULL")
    await desk.activities.take_answer(answer_to(lead_id, key="weigh:2", answer="The elevator.", **told))
    assert await published_texts(desk, "weighs") == ["The elevator."]
