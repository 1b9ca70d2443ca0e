"""Instructions: found by what one remembers, proposed by the situation, changed by whoever has read them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis import db
from services.chassis.db import new_id
from services.lead_gen.domain.instructions import InstructionText
from services.lead_gen.domain.text_search import words
from services.lead_gen.repository import instructions
from services.lead_gen.schemas.instructions import NewInstruction
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

TEXTS = [
    ("Питають про митницю", "Складне питання: передайте менеджеру їхніми словами."),
    ("Питають про ціну", "Не називайте. Менеджер порахує маршрут, зокрема і митницю."),
    ("Об’єкт під охороною", "Запитайте, хто пускає на об’єкт."),
    ("They ask about customs", "That is a hard question: hand it over."),
    ("They ask for a price", "Do not name one; customs come on top."),
]


@pytest_asyncio.fixture(scope="module")
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_instructions", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        for title, text in TEXTS:
            await written(tier, title, text)
        yield tier


async def written(desk: Tier1, title: str, text: str = "Text.", *situations: str) -> dict[str, Any]:
    body = {"title": title, "text": text, "situations": list(situations)}
    answer = await desk.http.post("/v1/instructions", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def titles(desk: Tier1, q: str) -> list[str]:
    answer = await desk.http.get("/v1/instructions", params={"q": q}, headers=caller())
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("МИТНИЦ", ["Питають про митницю", "Питають про ціну"]),
        ("customs", ["They ask about customs", "They ask for a price"]),
        ("cust", ["They ask about customs", "They ask for a price"]),
        ("обєкт", ["Об’єкт під охороною"]),
        ("об'єкт", ["Об’єкт під охороною"]),
        ("  ask,   pri! ", ["They ask for a price"]),
        ("словами менедж", ["Питають про митницю"]),
        ("", []),
        ("& | ! :* ( '", []),
    ],
)
async def test_an_instruction_is_found_by_beginnings_of_words_the_title_first(
    desk: Tier1, q: str, first: list[str]
) -> None:
    assert await titles(desk, q) == first


@pytest.mark.parametrize(
    ("q", "first"),
    [("митнця", "Питають про митницю"), ("custmos", "They ask about customs"), ("prise", "They ask for a price")],
)
async def test_a_mistyped_word_finds_the_likest(desk: Tier1, q: str, first: str) -> None:
    assert (await titles(desk, q))[:1] == [first]
    assert await titles(desk, f"{q} xyzzyplugh") == []


async def test_the_snippet_marks_what_was_found_and_escapes_the_rest(desk: Tier1) -> None:
    await written(desk, "Wildberries", "Say <img src=x onerror=alert(1)> zebra & go")
    [found] = (await desk.http.get("/v1/instructions", params={"q": "zebr"})).json()["items"]
    assert found["snippet"] == "Say &lt;img src=x onerror=alert(1)&gt; <mark>zebra</mark> &amp; go"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_was_written_is_found_by_the_beginning_of_any_of_its_words(
    desk: Tier1, data: st.DataObject
) -> None:
    letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"))
    title = data.draw(st.text(letters, min_size=1, max_size=30).filter(lambda text: bool(words(text))))
    word = data.draw(st.sampled_from(words(title)))
    start = word[: data.draw(st.integers(1, len(word)))]
    async with desk.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        made = await instructions.add(conn, InstructionText.of(NewInstruction(title=title, text=".")), "boss")
        found = await instructions.search(conn, start, 1000)
        await transaction.rollback()
    assert made.id in [one.id for one in found]


async def test_a_change_names_the_version_that_was_read(desk: Tier1) -> None:
    made = await written(desk, "Angry people")
    path = f"/v1/instructions/{made['id']}"
    tag = (await desk.http.get(path)).headers["ETag"]
    body = {"title": "Angry people", "text": "Apologise quickly."}
    refused = await desk.http.put(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (428, "precondition_required")
    changed = await desk.http.put(path, json=body, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    late = await desk.http.put(path, json=body, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"], late.json()["version"]) == (412, "precondition_failed", 2)
    kept = await desk.pool.fetch(
        "SELECT version, text FROM instruction_versions WHERE instruction_id = $1 ORDER BY version", made["id"]
    )
    assert [tuple(row) for row in kept] == [(1, "Text."), (2, "Apologise quickly.")]
    assert await titles(desk, "apolog") == ["Angry people"]


async def test_of_two_changes_at_once_one_is_refused(desk: Tier1) -> None:
    made = await written(desk, "Both change it")
    path = f"/v1/instructions/{made['id']}"
    body = {"title": "Changed", "text": "Changed."}
    both = await asyncio.gather(*(desk.http.put(path, json=body, headers={"If-Match": '"1"'}) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 412]


async def test_an_archived_instruction_is_found_nowhere(desk: Tier1) -> None:
    made = await written(desk, "Quokka protocol", "Text.", "industry:Quokkas")
    path = f"/v1/instructions/{made['id']}"
    first = await desk.http.post(f"{path}/archive")
    again = await desk.http.post(f"{path}/archive")
    assert first.json()["archived_at"] == again.json()["archived_at"] is not None
    assert await titles(desk, "quokka") == []
    assert await titles(desk, "quokka protokol") == []
    proposed = await desk.http.get("/v1/instructions/proposed", params={"industry": "quokkas"})
    assert proposed.json()["items"] == []
    assert (await desk.http.get(path)).status_code == 404
    assert (await desk.http.put(path, json={"title": "x", "text": "x"}, headers={"If-Match": "*"})).status_code == 404
    assert (await desk.http.post(f"{path}/helped", headers=caller())).status_code == 404
    listed = (await desk.http.get("/v1/instructions", params={"limit": 200})).json()["items"]
    assert made["id"] not in [item["id"] for item in listed]


async def test_what_most_facts_fit_is_proposed_first_then_what_helped_most(desk: Tier1) -> None:
    one = await written(desk, "One", "Text.", "industry:Llamas")
    two = await written(desk, "Two", "Text.", "industry:llamas", "node:Pasture")
    any_kind = await written(desk, "Bare", "Text.", "pasture")
    query = {"industry": "LLAMAS", "node": "pasture", "objection": ""}

    async def proposed() -> list[tuple[str, int]]:
        answer = await desk.http.get("/v1/instructions/proposed", params=query, headers=caller())
        return [(item["title"], item["fits"]) for item in answer.json()["items"]]

    assert await proposed() == [("Two", 2), ("One", 1), ("Bare", 1)]
    await desk.http.post(f"/v1/instructions/{any_kind['id']}/helped", headers=caller("h1"))
    assert await proposed() == [("Two", 2), ("Bare", 1), ("One", 1)]
    assert two["situations"] == ["industry:llamas", "node:pasture"]
    assert one["helped"] == 0
    assert (await desk.http.get("/v1/instructions/proposed")).json()["items"] == []


async def test_an_instruction_helps_once_per_caller_and_call(desk: Tier1) -> None:
    made = await written(desk, "Helpful")
    path = f"/v1/instructions/{made['id']}/helped"
    call = await desk.leased("+380443330001", "h2")
    for _ in range(2):
        answer = await desk.http.post(path, json={"item_id": call["item_id"]}, headers=caller("h2"))
    assert answer.json()["helped"] == 1
    for _ in range(2):
        answer = await desk.http.post(path, headers=caller("h3"))
    assert answer.json()["helped"] == 2
    for item in (call["item_id"], new_id()):
        other = await desk.http.post(path, json={"item_id": item}, headers=caller("h3"))
        assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "item_id")
    assert await desk.pool.fetchval("SELECT helped FROM instructions WHERE id = $1", made["id"]) == 2
    assert (await desk.http.post(path)).status_code == 403


async def test_the_next_call_brings_the_instructions_for_the_leads_industry(desk: Tier1) -> None:
    for number in range(4):
        await written(desk, f"Falcons {number}", "Text.", "industry:Falconry")
    lead_id, campaign_id = await desk.opened("+380443330002")
    await desk.pool.execute("UPDATE leads SET industry = 'Falconry' WHERE id = $1", lead_id)
    answer = await desk.http.post("/v1/calls/next", json={"campaign_id": campaign_id}, headers=caller("h4"))
    assert [item["title"] for item in answer.json()["instructions"]] == ["Falcons 0", "Falcons 1", "Falcons 2"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": " ", "text": "x"}, "title"),
        ({"title": "x"}, "text"),
        ({"title": "x", "text": "\x00"}, "text"),
        ({"title": "x", "text": "x", "situations": ["y" * 101]}, "situations[0]"),
        ({"title": "x", "text": "x", "tags": [""]}, "tags[0]"),
        ({"title": "x", "text": "x", "colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_instruction_names_its_field(desk: Tier1, body: dict[str, Any], field: str) -> None:
    before = await desk.pool.fetchval("SELECT count(*) FROM instructions")
    answer = await desk.http.post("/v1/instructions", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert await desk.pool.fetchval("SELECT count(*) FROM instructions") == before


async def test_instructions_are_pages_in_order_of_creation(desk: Tier1) -> None:
    first = (await desk.http.get("/v1/instructions", params={"limit": 3})).json()
    rest = (await desk.http.get("/v1/instructions", params={"limit": 2, "after": first["next"]})).json()
    assert [item["title"] for item in [*first["items"], *rest["items"]]] == [title for title, _ in TEXTS]


async def test_instructions_of_an_earlier_house_are_found_after_its_migration(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("lead_gen_instructions_before")
    conn = await asyncpg.connect(dsn)
    await db.init_connection(conn)
    try:
        package = files("services.lead_gen.migrations")
        await conn.execute((package / "0001_init.sql").read_text(encoding="utf-8"))
        await conn.execute(
            "INSERT INTO instructions (id, title, text, created_by) VALUES ($1, 'ЇЖАК', 'Об’єкт', 'boss')", new_id()
        )
        await conn.execute((package / "0005_scripts.sql").read_text(encoding="utf-8"))
        for q in ("їжа", "обєк"):
            assert len(await instructions.search(conn, q, 5)) == 1
        assert await conn.fetchval("SELECT count(*) FROM instruction_versions") == 1
    finally:
        await conn.close()
