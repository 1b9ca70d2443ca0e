"""Tier 2's activities on a real database, each called twice: the second call changes nothing, answers the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, Tier2, hand_over, in_days, request, tier_2
from workflows.contracts import ids
from workflows.contracts.base import Done, Tier
from workflows.contracts.conversion import (
    AddHandOver,
    CallRecord,
    CloseDeal,
    HandOverReason,
    OpenInbound,
    RemindDeal,
    Stage,
    WithdrawOffer,
)


@pytest_asyncio.fixture(scope="module")
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_activities", tier=Tier.CONVERSION)) as tier:
        yield tier


async def test_an_offer_is_made_once(conversion: Tier2) -> None:
    anna = await conversion.only("anna-once")
    asked = request(hand_over(reason=HandOverReason.HARD_QUESTION, question="Who insures the cargo?"))
    first, second = [await conversion.activities.offer_deal(asked) for _ in range(2)]
    assert first == second
    assert (first.manager, first.already_customer, first.policy.max_offers) == (anna, False, 3)
    assert first.accept_by is not None and first.accept_by > datetime.now(UTC)
    lead_id = asked.hand_over.contact.lead_id
    [item] = await conversion.work(lead_id, "hand_over")
    assert (item["id"], item["assignee"], item["priority"]) == (first.item_id, anna, 20)
    assert item["expires_at"] is None
    assert await conversion.pool.fetchval("SELECT count(*) FROM deals WHERE lead_id = $1", lead_id) == 1


async def test_the_same_offer_asked_by_many_at_once_is_made_once(conversion: Tier2) -> None:
    await conversion.only("anna-many")
    asked = request(hand_over())
    answers = await asyncio.gather(*(conversion.activities.offer_deal(asked) for _ in range(8)))
    assert len({answer.model_dump_json() for answer in answers}) == 1
    assert len(await conversion.work(asked.hand_over.contact.lead_id, "hand_over")) == 1


async def test_a_declined_lead_goes_to_the_next_and_at_last_to_the_supervisor(conversion: Tier2) -> None:
    first = await conversion.only("anna-next")
    second = await conversion.manager("borys-next")
    given = hand_over()
    offers = [
        await conversion.activities.offer_deal(request(given, 1)),
        await conversion.activities.offer_deal(request(given, 2, excluded=[first])),
        await conversion.activities.offer_deal(request(given, 3, excluded=[first, second])),
        await conversion.activities.offer_deal(request(given, 4, to_supervisor=True)),
    ]
    assert [offer.manager for offer in offers] == [first, second, None, None]
    assert len({offer.deal_id for offer in offers}) == 1
    [item] = await conversion.work(given.contact.lead_id, "hand_over")
    assert (item["id"], item["assignee"], item["group_key"]) == (offers[-1].item_id, None, "supervisor")
    assert offers[-1].accept_by is None


async def test_capacity_is_never_exceeded_by_offers_at_the_same_time(conversion: Tier2) -> None:
    manager = await conversion.only("anna-full", capacity=3)
    given = [hand_over() for _ in range(7)]
    offers = await asyncio.gather(*(conversion.activities.offer_deal(request(one)) for one in given))
    assert sorted(offer.manager or "-" for offer in offers) == ["-"] * 4 + [manager] * 3


async def test_a_customer_who_calls_stays_with_tier_3_and_a_win_back_is_a_new_deal(conversion: Tier2) -> None:
    anna = await conversion.only("anna-customer")
    deal = await conversion.accepted(anna)
    await conversion.won(deal["id"], anna)
    await conversion.manager("aaron-customer")  # would be first by share
    call = hand_over(deal["lead_id"], id="inbound:7", reason=HandOverReason.INBOUND, inbound_call_id="7")
    answer = await conversion.offered(call)
    assert answer.already_customer and answer.item_id is None
    back = hand_over(deal["lead_id"], id="win-back:1", reason=HandOverReason.WIN_BACK, sourced_by=None)
    again = await conversion.offered(back)
    assert again.manager == anna and again.deal_id != deal["id"]


async def test_a_sleeping_deal_returns_to_its_manager(conversion: Tier2) -> None:
    anna = await conversion.only("anna-sleep")
    deal = await conversion.accepted(anna)
    await conversion.manager("aaron-sleep")
    await conversion.post(f"/v1/deals/{deal['id']}/lose", {"reason": "later", "return_at": in_days(30)}, anna)
    returned = hand_over(deal["lead_id"], reason=HandOverReason.RETURNED, sticky_manager=anna)
    offer = await conversion.activities.offer_deal(request(returned, 2))
    assert (offer.manager, offer.deal_id) == (anna, deal["id"])
    found = await conversion.get(f"/v1/deals/{deal['id']}")
    assert (found["stage"], found["owner"], found["return_at"]) == ("offered", None, None)


async def test_an_offer_is_withdrawn_unless_it_was_answered(conversion: Tier2) -> None:
    anna = await conversion.only("anna-withdraw")
    offer = await conversion.offered()
    ask = WithdrawOffer(key=f"withdraw:{offer.item_id}", item_id=offer.item_id or "")
    assert [(await conversion.activities.withdraw_offer(ask)).withdrawn for _ in range(2)] == [True, True]
    refused = await conversion.post(f"/v1/hand-overs/{offer.item_id}/accept", {}, anna, status=409)
    assert refused["code"] == "already_closed"
    answered = await conversion.offered()
    await conversion.post(f"/v1/hand-overs/{answered.item_id}/accept", {}, anna)
    late = WithdrawOffer(key=f"withdraw:{answered.item_id}", item_id=answered.item_id or "")
    assert not (await conversion.activities.withdraw_offer(late)).withdrawn


async def test_reminders_go_to_the_manager_then_to_the_supervisor_and_end_with_a_step(conversion: Tier2) -> None:
    anna = await conversion.only("anna-remind")
    deal = await conversion.accepted(anna)
    for level in (1, 2):
        ask = RemindDeal(key=f"remind:{deal['id']}:{level}", deal_id=deal["id"], level=level)
        first, second = [await conversion.activities.remind_deal(ask) for _ in range(2)]
        assert first == second and first.next_at > datetime.now(UTC)
    items = await conversion.work(deal["lead_id"], "reminder")
    assert [item["assignee"] for item in items] == [anna, None]
    shown = (await conversion.get("/v1/reminders", anna))["items"]
    assert [item["item_id"] for item in shown] == [items[0]["id"]]
    await conversion.post(f"/v1/deals/{deal['id']}/qualify", FACTS, anna)
    assert await conversion.work(deal["lead_id"], "reminder") == []


async def test_an_inbound_call_is_its_managers_first_work(conversion: Tier2) -> None:
    anna = await conversion.only("anna-inbound")
    owned, offered = await conversion.accepted(anna), await conversion.offered()
    offered_lead = (await conversion.get(f"/v1/deals/{offered.deal_id}"))["lead_id"]
    stranger = new_id()
    for lead_id, person in ((owned["lead_id"], anna), (offered_lead, anna), (stranger, None)):
        workflow_id = ids.conversion(lead_id)
        ask = OpenInbound(
            key=f"inbound:{lead_id}", workflow_id=workflow_id, inbound_call_id="9", lead_id=lead_id, note="please call"
        )
        assert [await conversion.activities.open_inbound(ask) for _ in range(2)] == [Done(), Done()]
        [item] = await conversion.work(lead_id, "inbound")
        assert item["assignee"] == person
    first, *_ = (await conversion.get("/v1/reminders", anna))["items"]
    assert (first["kind"], first["text"]) == ("inbound", "please call")
    done = await conversion.post(f"/v1/reminders/{first['item_id']}/done", {}, anna)
    assert done["state"] == "done"
    await conversion.post(f"/v1/reminders/{first['item_id']}/done", {}, anna, status=409)


async def test_a_second_hand_over_adds_its_story_and_question(conversion: Tier2) -> None:
    anna = await conversion.only("anna-second")
    deal = await conversion.accepted(anna)
    call = CallRecord(at=datetime(2026, 3, 3, 9, tzinfo=UTC), by="caller-2", outcome="hard_question")
    more = hand_over(
        deal["lead_id"],
        id="cold-call:2",
        reason=HandOverReason.HARD_QUESTION,
        question="And customs?",
        needs=None,
        story=[*hand_over().story, call],
    )
    ask = AddHandOver(key=f"add:{deal['id']}", lead_id=deal["lead_id"], hand_over=more)
    assert [await conversion.activities.add_hand_over(ask) for _ in range(2)] == [Done(), Done()]
    found = await conversion.get(f"/v1/deals/{deal['id']}")
    assert (found["question"], found["needs"]) == ("And customs?", "trucks to Lviv")
    assert [record["by"] for record in found["story"]] == ["caller-1", "caller-2"]
    assert [entry["kind"] for entry in found["timeline"]].count("hand_over") == 1
    assert len(await conversion.work(deal["lead_id"], "reminder")) == 1


async def test_closing_from_outside_cancels_all_open_work(conversion: Tier2) -> None:
    anna = await conversion.only("anna-close")
    deal = await conversion.accepted(anna)
    await conversion.post(f"/v1/deals/{deal['id']}/meetings", {"starts_at": in_days(3), "outside_hours": True}, anna)
    await conversion.activities.remind_deal(RemindDeal(key=f"r:{deal['id']}", deal_id=deal["id"], level=1))
    ask = CloseDeal(key=f"close:{deal['id']}", lead_id=deal["lead_id"], stage=Stage.LOST, reason="do not call")
    assert [await conversion.activities.close_deal(ask) for _ in range(2)] == [Done(), Done()]
    found = await conversion.get(f"/v1/deals/{deal['id']}")
    assert (found["stage"], found["lost_reason"]) == ("lost", "do not call")
    assert [meeting["state"] for meeting in found["meetings"]] == ["cancelled"]
    assert await conversion.work(deal["lead_id"], "reminder") == []
    assert [entry["kind"] for entry in found["timeline"]].count("lost") == 1


async def test_closing_a_deal_that_never_was_is_no_error(conversion: Tier2) -> None:
    ask = CloseDeal(key=f"close:{new_id()}", lead_id=new_id(), stage=Stage.LOST, reason="cancelled")
    assert await conversion.activities.close_deal(ask) == Done()


async def test_the_deal_keeps_the_policy_it_began_with(conversion: Tier2) -> None:
    await conversion.only("anna-policy")
    given = hand_over()
    first = await conversion.activities.offer_deal(request(given, 1))
    body = (await conversion.get("/v1/policies"))["items"][0]["body"]
    added = await conversion.post("/v1/policies", {"body": {**body, "max_offers": 7}})
    second = await conversion.activities.offer_deal(request(given, 2))
    other = await conversion.offered()
    assert (second.policy, other.policy.version) == (first.policy, added["version"])
    assert other.policy.max_offers == 7
    await conversion.post("/v1/policies", {"body": body})  # for the other tests


async def test_the_deadline_is_in_business_time(conversion: Tier2) -> None:
    await conversion.only("anna-deadline")
    before = datetime.now(UTC)
    offer = await conversion.offered()
    assert offer.accept_by is not None
    # Half an hour from now if the office is open, from the next opening otherwise; never less.
    assert offer.accept_by >= before + timedelta(minutes=30)
