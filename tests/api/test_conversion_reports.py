"""Figures of tier 2 equal the records to the unit."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, Tier2, hand_over, in_days, tier_2, whose
from workflows.contracts.base import Tier

PEOPLE = ("anna", "borys", "clara")
CODES = ("price", "competitor", "not_ours")


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_reports", tier=Tier.CONVERSION, policy="demo")) as tier:
        for person in PEOPLE:
            await tier.manager(person)
        yield tier


async def live(tier: Tier2, chance: random.Random, tally: Counter[tuple[str, str]]) -> None:
    """One lead's random fate, written down as it happens."""
    caller = chance.choice(["caller-1", "caller-2"])
    offer = await tier.offered(hand_over(sourced_by=caller))
    manager = offer.manager or ""
    tally[manager, "offered"] += 1
    tally[caller, "offered"] += 1
    if chance.random() < 0.2:
        await tier.post(f"/v1/hand-overs/{offer.item_id}/decline", {"reason": "no time"}, manager)
        tally[manager, "declined"] += 1
        tally[caller, "declined"] += 1
        return
    await tier.post(f"/v1/hand-overs/{offer.item_id}/accept", {}, manager)
    tally[manager, "took"] += 1
    tally[caller, "accepted"] += 1
    path = f"/v1/deals/{offer.deal_id}"
    fate = chance.choice(["won", "lost", "asleep", "returned", "qualified", "accepted"])
    if fate == "won":
        await tier.won(offer.deal_id, manager)
        tally[caller, "won"] += 1
    elif fate == "lost":
        await tier.post(f"{path}/lose", {"reason": "no", "code": "not_ours"}, manager)
        tally["code:not_ours", "lost"] += 1
    elif fate == "asleep":
        code = chance.choice(CODES)
        await tier.post(f"{path}/lose", {"reason": "no", "code": code, "return_at": in_days(9)}, manager)
        tally[f"code:{code}", "asleep"] += 1
    elif fate == "returned":
        await tier.post(f"{path}/return", {"reason": "not mine"}, manager)
    elif fate == "qualified":
        await tier.post(f"{path}/qualify", FACTS, manager)
    tally[manager, fate] += 1


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_reports_equal_what_happened_to_the_unit(conversion: Tier2, seed: int) -> None:
    chance, tally = random.Random(seed), Counter[tuple[str, str]]()
    for _ in range(40):
        await live(conversion, chance, tally)
    report = await conversion.get("/v1/reports/managers")
    for row in report["items"]:
        who = row["manager"]
        for name in ("offered", "declined", "returned", "won", "lost"):
            assert row[name] == tally[who, name], (who, name)
        assert row["accepted"] == tally[who, "took"]
        assert row["stages"].get("qualified", 0) == tally[who, "qualified"]
        ended = tally[who, "won"] + tally[who, "lost"]
        assert row["win_rate"] == (tally[who, "won"] / ended if ended else None)
    team = report["team"]
    for name in ("offered", "accepted", "declined", "returned", "won", "lost", "open"):
        assert team[name] == sum(row[name] for row in report["items"])
    reasons = await conversion.get("/v1/reports/reasons")
    assert {row["code"]: (row["lost"], row["asleep"]) for row in reasons["losses"]} == {
        code: (tally[f"code:{code}", "lost"], tally[f"code:{code}", "asleep"])
        for code in CODES
        if tally[f"code:{code}", "lost"] or tally[f"code:{code}", "asleep"]
    }
    assert sum(row["declined"] for row in reasons["declines"]) == team["declined"]
    for row in (await conversion.get("/v1/reports/callers"))["items"]:
        counted = {name: row[name] for name in ("offered", "accepted", "declined", "won")}
        assert counted == {name: tally[row["caller"], name] for name in counted}


async def test_a_team_without_work_has_figures_of_nothing(conversion: Tier2) -> None:
    team = (await conversion.get("/v1/reports/managers"))["team"]
    assert (team["manager"], team["offered"], team["win_rate"], team["first_contact_seconds"]) == (None, 0, None, None)


async def test_reports_are_the_supervisors(conversion: Tier2) -> None:
    for name in ("managers", "reasons", "callers"):
        answer = await conversion.http.get(f"/v1/reports/{name}", headers=whose("anna"))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
