"""What each tier tells the planner of its records: counts by hand against what it answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

RATES = "/v1/reports/rates"


@pytest_asyncio.fixture(scope="module")
async def floor(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("rates_1", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def board(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("rates_2", tier=Tier.CONVERSION)) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def care(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("rates_3", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def said(floor: Tier1, phone: str, outcome: str, talk_seconds: int, person: str = "anna") -> str:
    """A lead that this caller has called with this outcome; the call's work item."""
    call = await floor.leased(phone, person)
    why = {"reason": "price"} if outcome == "not_interested" else {}
    body = {"token": call["token"], "outcome": outcome, **why}
    answer = await floor.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller(person))
    assert answer.is_success, answer.text
    # The switchboard tells how long a talk was.
    await floor.pool.execute("UPDATE calls SET talk_seconds = $2 WHERE item_id = $1", call["item_id"], talk_seconds)
    return str(call["item_id"])


async def test_tier_1_counts_calls_talks_and_leads_of_the_last_days(floor: Tier1) -> None:
    await said(floor, "+380445580001", "interested", 240)
    await said(floor, "+380445580002", "not_interested", 120, "boris")
    await said(floor, "+380445580003", "no_answer", 0)
    long_ago = await said(floor, "+380445580004", "not_interested", 600)
    await floor.pool.execute("UPDATE calls SET at = at - interval '40 days' WHERE item_id = $1", long_ago)
    found = (await floor.http.get(RATES)).json()
    counted = {name: found[name] for name in ("people", "calls", "contacts", "handed_over", "talks", "new_leads")}
    assert counted == {"people": 2, "calls": 3, "contacts": 2, "handed_over": 1, "talks": 2, "new_leads": 3}
    assert found["talk_minutes"] == pytest.approx(3.0)
    assert (await floor.http.get(RATES, params={"days": 60})).json()["calls"] == 4


async def test_tier_2_counts_what_was_decided_and_says_what_its_rules_pay(board: Tier2) -> None:
    for manager in ("taras", "solomiia"):
        await board.manager(manager, capacity=20)
    await board.manager("away", capacity=0)
    sold = await board.accepted("taras")
    for hours in (0, 24, 48):  # the first work on the lead, and two touches after it
        await talked(board, sold["id"], hours)
    await board.won(sold["id"], "taras")
    await decided(board, sold["id"], accepted_days_ago=4)
    gone = await board.accepted("solomiia")
    await board.post(
        f"/v1/deals/{gone['id']}/lose", {"code": "not_ours", "reason": "they want sea freight"}, "solomiia"
    )
    found = await board.get(RATES)
    assert (found["people"], found["won"], found["lost"]) == (2, 1, 1)
    assert (found["decided"], found["touches"]) == (1, 2.0)
    assert found["touch_gap_days"] == pytest.approx(2.0)
    assert (found["managers"], found["open_deals"]) == (2, 20.0)
    rules = (await board.get("/v1/policies"))["items"][0]["body"]["commission"]
    assert found["commission"] == {name: float(rules[name]) / 100 for name in ("sourced", "closed", "kept")}


async def talked(board: Tier2, deal_id: str, hours: int) -> None:
    """Somebody talked to the lead so many hours after it was accepted."""
    await board.pool.execute(
        """INSERT INTO timeline (id, deal_id, at, by, kind, text)
           SELECT gen_random_uuid(), id, accepted_at + make_interval(hours => $2), 'taras', 'note', 'talked'
             FROM deals WHERE id = $1""",
        deal_id,
        hours,
    )


async def decided(board: Tier2, deal_id: str, *, accepted_days_ago: int) -> None:
    """A closed deal took so long."""
    await board.pool.execute(
        "UPDATE deals SET accepted_at = closed_at - $2::interval WHERE id = $1",
        deal_id,
        timedelta(days=accepted_days_ago),
    )


async def test_tier_3_counts_customers_and_the_rhythm_and_worth_of_orders(care: Tier3) -> None:
    await care.bought([5, 35, 70], total="220.00")
    await care.bought([10, 30], total="120.00")
    await care.bought([90], total="920.00")
    gone = await care.bought([200])
    await care.pool.execute("UPDATE customers SET state = 'lost', lost_at = now() WHERE id = $1", gone)
    found = (await care.http.get(RATES, headers=boss())).json()
    assert found["customers"] == 3
    assert (found["orders"], found["currency"], found["order_value"]) == (2, "UAH", 150.0)
    assert (found["gaps"], found["cycle_days"]) == (2, pytest.approx(25.0))
    assert found["nudged"] == {"customers": 0, "ordered": 0}


async def test_only_supervisors_and_operators_read_what_a_plan_takes(floor: Tier1, board: Tier2, care: Tier3) -> None:
    doors: list[tuple[httpx.AsyncClient, Any]] = [
        (floor.http, caller("anna")),
        (board.http, auth("conversion", "manager", "taras")),
        (care.http, auth("account_mgmt", "account_manager", "oleh")),
    ]
    for http, headers in doors:
        assert (await http.get(RATES, headers=headers)).status_code == 403
        assert (await http.get(RATES, headers=auth("ops", "ops", "olena"))).status_code == 200
        assert (await http.get(RATES, headers=auth("ops", "ops", "olena"), params={"days": 0})).status_code == 422
