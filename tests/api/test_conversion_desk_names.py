"""Whom tier 2's pages name, and what they say of those whose names it does not know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from services.conversion.domain.calendar import ALWAYS
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, Tier2, hand_over, in_days, tier_2
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier
from workflows.contracts.conversion import CallRecord


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_desk_names", tier=Tier.CONVERSION)) as tier:
        for manager in ("anna", "borys"):
            await tier.manager(manager, hours=ALWAYS.model_dump(mode="json"))
        yield tier


def calls(*made: tuple[str, str | None]) -> list[CallRecord]:
    """Calls by these people, and what each is called."""
    at = datetime(2025, 3, 3, 9, tzinfo=UTC)
    return [CallRecord(at=at, by=by, by_name=name, outcome="interested") for by, name in made]


async def test_a_caller_is_called_as_the_hand_over_tells(tier: Tier2) -> None:
    given = hand_over(story=calls(("caller-1", None), ("caller-7", "Софія Мельник")), sourced_by="caller-7")
    deal = await tier.accepted("anna", given)
    async with person(tier, "anna") as anna:
        page = await anna.look(f"/desk/deals/{deal['id']}")
    assert page.count("Софія Мельник") == 2
    assert "a caller ·" in page
    assert "caller-7" not in page and "caller-1" not in page


async def test_a_lead_on_offer_says_who_called_last(tier: Tier2) -> None:
    await tier.offered(hand_over(story=calls(("caller-7", "Софія Мельник")), sticky_manager="borys"))
    await tier.offered(hand_over(story=calls(("caller-8", None)), sticky_manager="borys"))
    async with person(tier, "borys") as borys:
        board = await borys.look()
    assert "1 call by Софія Мельник" in board
    assert "1 call by a caller" in board
    assert "caller-8" not in board


async def test_what_a_supervisor_did_is_told_without_their_id(tier: Tier2) -> None:
    deal = await tier.accepted("anna")
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS)
    await tier.post("/v1/managers/anna/take-over", {"to": "borys", "reason": "anna is away", "dry_run": False})
    async with person(tier, "borys") as borys, person(tier, "boss", "supervisor") as boss:
        page = await borys.look(f"/desk/deals/{deal['id']}")
        assert "A supervisor ·" in page
        assert "New owner: You: anna is away" in page
        assert "boss" not in page
        assert "You ·" in await boss.look(f"/desk/deals/{deal['id']}")
        assert "New owner: Borys: anna is away" in boss.page


async def test_percent_signs_and_brackets_in_what_people_write_stay_as_they_are(tier: Tier2) -> None:
    deal = await tier.accepted("anna")
    step = {"what": "offer 5% off & <b>50 %(net)s", "at": in_days(0.01)}
    await tier.post(f"/v1/deals/{deal['id']}/next-step", step, "anna")
    async with person(tier, "anna") as anna:
        for path in ("/desk/", f"/desk/deals/{deal['id']}"):
            assert "ffer 5% off & <b>50 %(net)s" in await anna.look(path)
            sent = (await anna.http.get(path)).text
            assert "ffer 5% off &amp; &lt;b&gt;50 %(net)s" in sent
            assert "<b>50" not in sent
