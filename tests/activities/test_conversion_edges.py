"""Tier 2's activities where things meet: two answers at once, work that nobody can take, deals that have ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.chassis.effects import purge
from services.chassis.errors import Invalid
from services.conversion.actions.offer_expiry import expire_offers
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, request, tier_2, whose
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.conversion import (
    CloseDeal,
    HandOverReason,
    OpenInbound,
    RemindDeal,
    Stage,
    WithdrawOffer,
)

ANNA = "anna"


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_edges", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager(ANNA)
        yield tier


async def test_capacity_and_fair_share_hold_under_concurrency(conversion: Tier2) -> None:
    await conversion.only("borys", weight=2, capacity=100)
    await conversion.manager("vira", weight=1, capacity=100)
    await conversion.manager("halyna", weight=7, capacity=4)
    offers = await asyncio.gather(*(conversion.offered() for _ in range(19)))
    assert Counter(offer.manager for offer in offers) == {"borys": 10, "vira": 5, "halyna": 4}


async def test_the_same_key_gets_the_first_answer_even_after_the_manager_answered(conversion: Tier2) -> None:
    given = hand_over()
    first = await conversion.offered(given)
    await conversion.post(f"/v1/hand-overs/{first.item_id}/accept", {}, ANNA)
    assert await conversion.offered(given) == first
    assert (await conversion.get(f"/v1/deals/{first.deal_id}"))["stage"] == "accepted"


async def test_answer_and_expiry_in_the_same_moment_agree(conversion: Tier2) -> None:
    async def race() -> None:
        offer = await conversion.offered()
        withdraw = WithdrawOffer(key=f"{offer.item_id}:withdraw", item_id=offer.item_id or "")
        path = f"/v1/hand-overs/{offer.item_id}/accept"
        withdrawn, answer = await asyncio.gather(
            conversion.activities.withdraw_offer(withdraw), conversion.http.post(path, json={}, headers=whose(ANNA))
        )
        assert answer.status_code == (409 if withdrawn.withdrawn else 200)

    await asyncio.gather(*(race() for _ in range(8)))


async def test_what_nobody_can_take_lies_with_the_supervisor_who_sees_why(conversion: Tier2) -> None:
    await conversion.only("english", languages=["en"])
    given = hand_over()
    offer = await conversion.offered(given)
    assert (offer.manager, offer.accept_by) == (None, None)
    [item] = await conversion.work(given.contact.lead_id, "hand_over")
    assert (item["assignee"], item["group_key"]) == (None, "supervisor")
    [shown] = (await conversion.get("/v1/hand-overs", state="open", mine=True))["items"]
    verdicts = {who["manager"]: who["verdict"] for who in shown["routing"]["considered"]}
    assert verdicts == {"english": "language", ANNA: "inactive"}
    assert (await conversion.get("/v1/hand-overs", ANNA, state="open", mine=True))["items"] == []


async def test_an_offer_left_behind_is_replaced(conversion: Tier2) -> None:
    given = hand_over()
    left = await conversion.offered(given)
    again = await conversion.offered(given, number=2, to_supervisor=True)
    assert again.deal_id == left.deal_id
    assert [item["id"] for item in await conversion.work(given.contact.lead_id, "hand_over")] == [again.item_id]


@pytest.mark.parametrize("reason", [HandOverReason.RETURNED, HandOverReason.WIN_BACK, HandOverReason.INTERESTED])
async def test_a_lost_deal_comes_back_as_a_new_one_to_its_manager(conversion: Tier2, reason: HandOverReason) -> None:
    lead_id = new_id()
    deal = await conversion.accepted(ANNA, hand_over(lead_id))
    await conversion.post(f"/v1/deals/{deal['id']}/lose", {"reason": "price"}, ANNA)
    await conversion.manager("a-newcomer")
    again = await conversion.offered(hand_over(lead_id, id="again", reason=reason))
    assert (again.manager, again.already_customer) == (ANNA, False)
    assert again.deal_id != deal["id"]


async def test_a_closed_deal_reminds_nobody(conversion: Tier2) -> None:
    deal = await conversion.accepted(ANNA)
    await conversion.post(f"/v1/deals/{deal['id']}/lose", {"reason": "price"}, ANNA)
    reminded = await conversion.activities.remind_deal(RemindDeal(key="r", deal_id=deal["id"], level=1))
    assert reminded.next_at > datetime.now(UTC)
    assert await conversion.work(deal["lead_id"], "reminder") == []


async def test_a_call_of_a_lead_that_nobody_has_taken_reaches_whoever_was_asked(conversion: Tier2) -> None:
    given = hand_over()
    await conversion.offered(given)
    lead_id = given.contact.lead_id
    call = OpenInbound(key="in:1", workflow_id=ids.conversion(lead_id), inbound_call_id="7", lead_id=lead_id)
    await conversion.activities.open_inbound(call)
    [item] = (await conversion.get("/v1/reminders", ANNA))["items"]
    assert (item["kind"], item["lead_id"]) == ("inbound", lead_id)


async def test_closing_an_offered_lead_takes_it_off_the_managers_list(conversion: Tier2) -> None:
    given = hand_over()
    offer = await conversion.offered(given)
    close = CloseDeal(key="close", lead_id=given.contact.lead_id, stage=Stage.LOST, reason="do not call")
    await conversion.activities.close_deal(close)
    assert (await conversion.get("/v1/hand-overs", ANNA, state="open", mine=True))["items"] == []
    late = await conversion.http.post(f"/v1/hand-overs/{offer.item_id}/accept", json={}, headers=whose(ANNA))
    assert (late.status_code, late.json()["code"]) == (409, "already_closed")


async def test_a_won_deal_is_not_closed_from_outside(conversion: Tier2) -> None:
    deal = await conversion.accepted(ANNA)
    await conversion.won(deal["id"], ANNA)
    close = CloseDeal(key="close", lead_id=deal["lead_id"], stage=Stage.LOST, reason="do not call")
    await conversion.activities.close_deal(close)
    assert (await conversion.get(f"/v1/deals/{deal['id']}"))["stage"] == "won"


async def test_nor_is_a_deal_won_from_outside_and_a_refused_effect_leaves_no_trace(conversion: Tier2) -> None:
    with pytest.raises(Invalid):
        await conversion.activities.close_deal(
            CloseDeal(key="close", lead_id=new_id(), stage=Stage.WON, reason="so said somebody")
        )
    assert await conversion.pool.fetchval("SELECT count(*) FROM effects WHERE key = 'close'") == 0


async def test_an_offer_that_nobody_answered_expires(conversion: Tier2) -> None:
    deal = await conversion.accepted(ANNA)
    path = f"/v1/deals/{deal['id']}"
    await conversion.post(f"{path}/qualify", FACTS, ANNA)
    offer = await conversion.post(f"{path}/offers", {"lines": [LINE]}, ANNA)
    assert await expire_offers(conversion.pool) == 0
    await conversion.pool.execute("UPDATE offers SET valid_until = now() - interval '1 second'")
    late = await conversion.http.post(f"/v1/offers/{offer['id']}/accept", headers=whose(ANNA))
    assert (late.status_code, late.json()["code"]) == (409, "offer_expired")
    assert [await expire_offers(conversion.pool) for _ in range(2)] == [1, 0]
    deal = await conversion.get(path)
    assert (deal["offers"][0]["state"], deal["timeline"][-1]["kind"]) == ("expired", "offer_expired")


async def test_old_answers_of_activities_are_forgotten(conversion: Tier2) -> None:
    await conversion.activities.offer_deal(request(hand_over()))
    assert await purge(conversion.pool) == 0
    await conversion.pool.execute("UPDATE effects SET at = now() - interval '91 days'")
    assert await purge(conversion.pool) == 1
