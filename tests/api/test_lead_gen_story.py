"""Tier 1's part of a lead's story, and finding the lead that somebody means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier


def ops() -> dict[str, str]:
    """The header of an operator."""
    return auth("ops", "ops", "olena")


@pytest_asyncio.fixture(scope="module")
async def floor(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_story", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def find(floor: Tier1, wanted: str, **body: Any) -> list[dict[str, Any]]:
    answer = await floor.http.post("/v1/leads/find", json={"wanted": wanted, **body}, headers=ops())
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


@pytest.mark.parametrize(
    "spelling", ["+380445560001", "044 556-00-01", "(044) 5560001", "380445560001", "00380445560001", "0445560001"]
)
async def test_operators_find_a_lead_by_its_number_in_any_spelling_and_the_audit_knows(
    floor: Tier1, spelling: str
) -> None:
    known = await find(floor, "Spelled Steel")
    lead_id = known[0]["lead_id"] if known else await floor.lead("+380445560001", "Spelled Steel")
    [found] = await find(floor, spelling)
    assert (found["lead_id"], found["phones"]) == (lead_id, ["+380•••••0001"])
    line = await floor.pool.fetchrow("SELECT by, lead_id, facts FROM audit WHERE action = 'find' ORDER BY at DESC")
    assert (line["by"], line["lead_id"], line["facts"]) == ("olena", lead_id, {})


async def test_a_lead_is_found_by_its_id_and_by_part_of_its_name(floor: Tier1) -> None:
    ids = [await floor.lead(f"+38044556010{n}", f"Чумацький шлях {n}") for n in range(3)]
    assert [one["lead_id"] for one in await find(floor, ids[1])] == [ids[1]]
    assert [one["lead_id"] for one in await find(floor, "чумацький")] == ids
    assert await find(floor, new_id()) == []
    assert await find(floor, "+380445569999") == []


async def test_many_who_may_be_meant_come_page_by_page(floor: Tier1) -> None:
    ids = [await floor.lead(f"+38044556020{n}", f"Paged {n}") for n in range(3)]
    answer = await floor.http.post("/v1/leads/find", json={"wanted": "paged", "limit": 2}, headers=ops())
    page = answer.json()
    assert [one["lead_id"] for one in page["items"]] == ids[:2]
    last = page["items"][-1]
    rest = await find(floor, "paged", limit=2, after_at=last["created_at"], after_id=last["lead_id"])
    assert [one["lead_id"] for one in rest] == ids[2:]


async def test_a_call_is_told_with_its_outcome_and_what_waits(floor: Tier1) -> None:
    call = await floor.leased("+380445560300", "anna")
    lead_id = call["lead"]["id"]
    part = (await floor.http.get(f"/v1/leads/{lead_id}/story", headers=ops())).json()
    assert [one["words"] for one in part["waiting"]] == ["anna is calling them now (call 1)"]
    body = {"token": call["token"], "outcome": "no_answer", "note": "ring +380 44 200 00 00 instead"}
    answer = await floor.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("anna"))
    assert answer.status_code == 200, answer.text
    part = (await floor.http.get(f"/v1/leads/{lead_id}/story", headers=ops())).json()
    assert part["waiting"] == []
    words = [one["words"] for one in part["events"]]
    assert words[0] == "Called by anna: no answer (attempt 1 of 6). Note: “ring [phone] instead”"
    assert words[-1] == "Registered: entered by hand"
    asked = {**ops(), "Accept-Language": "uk-UA,uk;q=0.9,en;q=0.5"}
    part = (await floor.http.get(f"/v1/leads/{lead_id}/story", headers=asked)).json()
    words = [one["words"] for one in part["events"]]
    assert words[0] == "Телефонує anna: не відповідають (спроба 1 з 6). Нотатка: «ring [phone] instead»"
    assert words[-1] == "Зареєстровано: внесено вручну"
    assert part["stage"] == "calling"


async def test_the_pages_of_a_story_are_the_whole_story(floor: Tier1) -> None:
    call = await floor.leased("+380445560400", "anna")
    lead_id = call["lead"]["id"]
    for number in range(4):
        reason = {"reason": f"reason {number}"}
        assert (await floor.http.post(f"/v1/leads/{lead_id}/reveal", json=reason)).status_code == 200
    path = f"/v1/leads/{lead_id}/story"
    whole = (await floor.http.get(path, headers=ops())).json()["events"]
    assert len(whole) == 5
    pages, older = [], None
    while older or not pages:
        place = {"before": older[0], "before_ref": older[1]} if older else {}
        page = (await floor.http.get(path, params={"limit": "2", **place}, headers=ops())).json()
        pages, older = [*pages, *page["events"]], page["older"]
    assert pages == whole
