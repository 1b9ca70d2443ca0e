"""What a stage asks for before it is entered, however a deal gets past it: by hand, by an offer, by the win."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, in_days, tier_2, whose
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier

ANNA = "anna"
ENTRY = {"qualified": ["need", "authority"], "meeting": ["timing"], "offer": ["volume"], "won": ["meeting_held"]}


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("cv_entry", tier=Tier.CONVERSION)) as conversion:
        await conversion.manager(ANNA, capacity=1000)
        body = (await conversion.get("/v1/policies"))["items"][0]["body"] | {"entry": ENTRY}
        await conversion.post("/v1/policies", {"body": body})
        yield conversion


async def stage_of(tier: Tier2, path: str) -> str:
    return str((await tier.get(path, ANNA))["stage"])


JUMPS: list[tuple[str, Any, dict[str, list[str]]]] = [
    ("stage", {"stage": "meeting"}, {"qualified": ["authority"], "meeting": ["timing"]}),
    ("stage", {"stage": "offer"}, {"qualified": ["authority"], "meeting": ["timing"], "offer": ["volume"]}),
    ("offers", {"lines": [LINE]}, {"qualified": ["authority"], "meeting": ["timing"], "offer": ["volume"]}),
    ("win", {"lines": [LINE]},
     {"qualified": ["authority"], "meeting": ["timing"], "offer": ["volume"], "won": ["meeting_held"]}),
]  # fmt: skip


@pytest.mark.parametrize(("act", "body", "missing"), JUMPS, ids=["meeting", "offer by hand", "an offer", "the win"])
@pytest.mark.parametrize("who", [ANNA, ""])
async def test_a_jump_is_refused_with_what_each_stage_passed_over_still_lacks(
    tier: Tier2, act: str, body: Any, missing: dict[str, list[str]], who: str
) -> None:
    path = f"/v1/deals/{(await tier.accepted(ANNA))['id']}"
    await tier.post(f"{path}/qualify", {"need": "a truck a week"}, ANNA)
    before = await tier.get(path, ANNA)
    told = await tier.post(f"{path}/{act}", body, who, status=409)
    assert (told["code"], told["missing_by_stage"]) == ("not_qualified", missing)
    for stage, names in missing.items():
        assert all(name in told["missing"] and name.replace("_", " ") in told["detail"] for name in names)
        assert f"(for {stage})" in told["detail"]
    assert await tier.get(path, ANNA) == before


async def test_a_deal_with_everything_the_stages_ask_for_jumps_over_them(tier: Tier2) -> None:
    path = f"/v1/deals/{(await tier.accepted(ANNA))['id']}"
    await tier.post(f"{path}/qualify", {**FACTS, "volume": "eight a month"}, ANNA)
    await tier.post(f"{path}/offers", {"lines": [LINE]}, ANNA, status=201)
    assert await stage_of(tier, path) == "offer"
    told = await tier.post(f"{path}/win", {}, ANNA, status=409)
    assert told["missing_by_stage"] == {"won": ["meeting_held"]}


async def test_what_happened_is_written_down_and_moves_the_deal_as_far_as_the_stages_let_it(tier: Tier2) -> None:
    path = f"/v1/deals/{(await tier.accepted(ANNA))['id']}"
    # A meeting that was agreed on is a fact; that nobody knows the need yet keeps the deal where it is.
    await tier.post(f"{path}/meetings", {"starts_at": in_days(3), "outside_hours": True}, ANNA, status=201)
    assert await stage_of(tier, path) == "informing"
    await tier.post(f"{path}/next-step", {"what": "ask for the need", "at": in_days(1)}, ANNA)
    assert await stage_of(tier, path) == "informing"
    await tier.post(f"{path}/qualify", {"need": "a truck", "authority": "the owner"}, ANNA)
    assert await stage_of(tier, path) == "qualified"
    await tier.post(f"{path}/qualify", {"timing": "from May"}, ANNA)
    assert await stage_of(tier, path) == "meeting"


async def test_a_deal_begins_anew_when_it_was_given_back(tier: Tier2) -> None:
    deal = await tier.accepted(ANNA)
    path = f"/v1/deals/{deal['id']}"
    await tier.post(f"{path}/qualify", {**FACTS, "volume": "eight"}, ANNA)
    await tier.post(f"{path}/return", {"reason": "not mine"}, ANNA)
    headers = whose(ANNA)
    refused = await tier.http.post(f"{path}/stage", json={"stage": "offer"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


async def test_a_card_dropped_too_far_says_in_words_what_is_missing_and_for_which_stage(tier: Tier2) -> None:
    deal = await tier.accepted(ANNA)
    async with person(tier, ANNA) as anna:
        await anna.look()
        await anna.press(f"/desk/board/{deal['id']}/stage", stage="offer", status=409)
        assert "need, authority (for qualified); timing (for meeting); volume (for offer)" in anna.page
        page = f"/desk/deals/{deal['id']}"
        assert "Not yet. Still missing: the need, the volume, who signs" in await anna.look(page, do="win")
    assert await stage_of(tier, f"/v1/deals/{deal['id']}") == "accepted"
