"""A deal's life by the routes alone: accepted, qualified, met, offered, won; lost and asleep; and the refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days, tier_2
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOverReason

ANNA, BORYS = "anna", "borys"


@pytest_asyncio.fixture(scope="module")
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_deals", tier=Tier.CONVERSION)) as tier:
        await tier.manager(ANNA, capacity=1000)
        await tier.manager(BORYS, capacity=1000)
        yield tier


async def test_from_the_hand_over_to_the_first_sale(conversion: Tier2) -> None:
    deal = await conversion.accepted(ANNA)
    path, lead_id = f"/v1/deals/{deal['id']}", deal["lead_id"]
    assert (deal["stage"], deal["owner"], deal["next_action"]) == ("accepted", ANNA, "first contact")

    deal = await conversion.post(f"{path}/qualify", FACTS, ANNA)
    assert (deal["stage"], deal["missing"]) == ("qualified", [])
    meeting = await conversion.post(
        f"{path}/meetings",
        {"starts_at": in_days(1), "duration_minutes": 30, "kind": "visit", "place": "Київ", "outside_hours": True},
        ANNA,
    )
    deal = await conversion.get(path, ANNA)
    assert (deal["stage"], deal["next_action_at"]) == ("meeting", meeting["ends_at"])
    await conversion.began(meeting["id"])
    await conversion.post(f"/v1/meetings/{meeting['id']}/held", {"note": "agreed on volumes"}, ANNA)

    until = in_days(10)
    offer = await conversion.post(
        f"{path}/offers", {"lines": [LINE], "discount_percent": 5, "valid_until": until}, ANNA, status=201
    )
    assert (offer["state"], offer["version"]) == ("sent", 1)
    assert offer["subtotal"] == {"amount": "85501.50", "currency": "UAH"}
    assert offer["net"]["amount"] == "81226.43"  # 81226.425, rounded once
    assert Decimal(offer["total"]["amount"]) == Decimal(offer["net"]["amount"]) + Decimal(offer["tax"]["amount"])
    deal = await conversion.get(path, ANNA)
    assert datetime.fromisoformat(deal["next_action_at"]) == datetime.fromisoformat(until)
    await conversion.post(f"/v1/offers/{offer['id']}/accept", {}, ANNA)

    deal = await conversion.post(f"{path}/win", {"lines": None, "note": "by telephone"}, ANNA)
    assert (deal["stage"], deal["value"], deal["next_action_at"]) == ("won", offer["net"], None)
    kinds = [entry["kind"] for entry in deal["timeline"]]
    assert kinds[:3] == ["offered", "accepted", "qualification"] and kinds[-1] == "won"

    signals = await conversion.signals(lead_id)
    assert [name for name, _ in signals] == ["accepted", "moved", "moved", "moved", "moved", "moved", "won"]
    assert len({payload["event_id"] for _, payload in signals}) == len(signals)
    assert signals[0][1]["event_id"].startswith("hand-over:") and signals[0][1]["by"] == ANNA
    order = signals[-1][1]["order"]
    assert (order["deal_id"], order["won_by"]) == (deal["id"], ANNA)
    [line] = order["lines"]
    assert (line["unit_price"]["amount"], line["discount_percent"]) == ("28500.50", "5")


async def test_the_win_pays_tier_2_more_than_tier_1_and_to_the_cent(conversion: Tier2) -> None:
    deal = await conversion.accepted(BORYS)
    line = {**LINE, "quantity": "1", "unit_price": {"amount": "1234.57", "currency": "UAH"}}
    await conversion.won(deal["id"], BORYS, lines=[line])
    found = (await conversion.get("/v1/commissions", limit=200))["items"]
    mine = {entry["role"]: entry for entry in found if entry["deal_id"] == deal["id"]}
    assert mine["sourced"]["person"] == "caller-1" and mine["closed"]["person"] == BORYS
    assert mine["sourced"]["amount"]["amount"] == "24.69" and mine["closed"]["amount"]["amount"] == "61.73"
    own = (await conversion.get("/v1/commissions", BORYS))["items"]
    assert {entry["person"] for entry in own} == {BORYS}
    refused = await conversion.post(f"/v1/deals/{deal['id']}/win", {"lines": [line]}, BORYS, status=409)
    assert refused["code"] == "wrong_state"
    statement = await conversion.get("/v1/commissions/statements", month=mine["closed"]["month"])
    assert any(row["person"] == BORYS and row["role"] == "closed" for row in statement["items"])


async def test_a_lost_deal_is_over_and_a_sleeping_one_is_not(conversion: Tier2) -> None:
    lost, asleep = await conversion.accepted(ANNA), await conversion.accepted(ANNA)
    booked = await conversion.post(
        f"/v1/deals/{lost['id']}/meetings", {"starts_at": in_days(40), "outside_hours": True}, ANNA
    )
    deal = await conversion.post(f"/v1/deals/{lost['id']}/lose", {"reason": "too dear"}, ANNA)
    assert (deal["stage"], deal["lost_reason"]) == ("lost", "too dear")
    assert {meeting["id"]: meeting["state"] for meeting in deal["meetings"]} == {booked["id"]: "cancelled"}
    again = in_days(60)
    deal = await conversion.post(f"/v1/deals/{asleep['id']}/lose", {"reason": "in spring", "return_at": again}, ANNA)
    assert deal["stage"] == "asleep" and deal["closed_at"] is None
    name, payload = (await conversion.signals(asleep["lead_id"]))[-1]
    assert name == "lost" and datetime.fromisoformat(payload["return_at"]) == datetime.fromisoformat(again)
    assert (await conversion.signals(lost["lead_id"]))[-1][1]["return_at"] is None


async def test_a_note_moves_nothing_and_tells_the_workflow_nothing(conversion: Tier2) -> None:
    deal = await conversion.accepted(ANNA)
    before = await conversion.signals(deal["lead_id"])
    noted = await conversion.post(f"/v1/deals/{deal['id']}/notes", {"text": "prefers mornings"}, ANNA, status=201)
    assert noted["timeline"][-1]["text"] == "prefers mornings"
    assert noted["next_action_at"] == deal["next_action_at"]
    assert await conversion.signals(deal["lead_id"]) == before


async def test_a_hard_question_is_answered_and_published(conversion: Tier2) -> None:
    given = hand_over(reason=HandOverReason.HARD_QUESTION, question="Who pays demurrage?")
    deal = await conversion.accepted(ANNA, given)
    assert deal["next_action"] == "answer the question"
    deal = await conversion.post(
        f"/v1/deals/{deal['id']}/answer", {"text": "The shipper, after 24 hours.", "publish": True}, ANNA
    )
    assert deal["stage"] == "informing" and deal["question_answered_at"]
    assert any(entry["kind"] == "answer" for entry in deal["timeline"])
    published = (await conversion.get("/v1/published-answers"))["items"]
    assert [item["answer"] for item in published if item["deal_id"] == deal["id"]] == ["The shipper, after 24 hours."]


async def test_a_question_that_is_answered_again_has_its_last_answer_for_everybody(conversion: Tier2) -> None:
    given = hand_over(reason=HandOverReason.HARD_QUESTION, question="Who pays detention?")
    deal = await conversion.accepted(ANNA, given)
    path = f"/v1/deals/{deal['id']}/answer"
    for text in ("The shipper.", "The consignee, after 24 hours."):
        deal = await conversion.post(path, {"text": text, "publish": True}, ANNA)
    published = (await conversion.get("/v1/published-answers", limit=200))["items"]
    assert [one["answer"] for one in published if one["question"] == "Who pays detention?"] == [
        "The consignee, after 24 hours."
    ]
    assert "The shipper." in [one["text"] for one in deal["timeline"] if one["kind"] == "answer"]
    rows = await conversion.pool.fetch(
        "SELECT answer FROM published_answers WHERE deal_id = $1 ORDER BY id", deal["id"]
    )
    assert [row["answer"] for row in rows] == ["The shipper.", "The consignee, after 24 hours."]


async def test_only_the_owner_or_a_supervisor_acts(conversion: Tier2) -> None:
    deal = await conversion.accepted(ANNA)
    path = f"/v1/deals/{deal['id']}"
    step = {"what": "send the price list", "at": in_days(2)}
    assert (await conversion.post(f"{path}/next-step", step, BORYS, status=403))["code"] == "not_owner"
    moved = await conversion.post(f"{path}/next-step", step)
    assert (moved["stage"], moved["next_action"]) == ("informing", "send the price list")
    offered = await conversion.offered(hand_over())
    other = BORYS if offered.manager == ANNA else ANNA
    refused = await conversion.post(f"/v1/hand-overs/{offered.item_id}/accept", {}, other, status=403)
    assert refused["code"] == "not_owner"


async def test_an_answered_hand_over_cannot_be_answered_again(conversion: Tier2) -> None:
    offer = await conversion.offered()
    path = f"/v1/hand-overs/{offer.item_id}"
    declined = await conversion.post(f"{path}/decline", {"reason": "I know nothing of reefers"}, offer.manager or "")
    assert declined["stage"] == "offered"
    refused = await conversion.post(f"{path}/accept", {}, offer.manager or "", status=409)
    assert (refused["code"], refused["state"]) == ("already_closed", "declined")


async def test_the_supervisor_assigns_what_nobody_took(conversion: Tier2) -> None:
    offer = await conversion.offered(to_supervisor=True)
    assert (offer.manager, offer.accept_by) == (None, None)
    path = f"/v1/hand-overs/{offer.item_id}/accept"
    assert (await conversion.post(path, {}, ANNA, status=403))["code"] == "not_owner"
    assert (await conversion.post(path, {"manager": "nobody"}, status=422))["errors"][0]["field"] == "manager"
    deal = await conversion.post(path, {"manager": BORYS})
    assert (deal["stage"], deal["owner"]) == ("accepted", BORYS)
    found = await conversion.get(f"/v1/deals/{offer.deal_id}")
    assert (await conversion.signals(found["lead_id"]))[0][1]["by"] == BORYS


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        ("next-step", {"what": "call", "at": "2020-01-01T10:00:00Z"}, "at"),
        ("next-step", {"what": "call", "at": "2030-01-01T10:00:00"}, "at"),
        ("next-step", {"what": "", "at": "2030-01-01T10:00:00Z"}, "what"),
        ("lose", {}, "reason"),
        ("lose", {"reason": "x", "return_at": "2020-01-01T10:00:00Z"}, "return_at"),
        ("qualify", {"budget": "1"}, "budget"),
        ("notes", {"text": "a\u0000b"}, "text"),
        ("meetings", {"starts_at": "2030-01-01T10:00:00Z", "ends_at": "2030-01-01T09:00:00Z"}, "ends_at"),
        ("meetings", {"starts_at": "2020-01-01T10:00:00Z"}, "starts_at"),
        ("meetings", {"starts_at": "2030-01-01T10:00:00Z", "kind": "lunch"}, "kind"),
        ("win", {"lines": None}, "lines"),
        ("win", {"lines": [{**LINE, "quantity": "0"}]}, "lines[0].quantity"),
        ("win", {"lines": [LINE, {**LINE, "unit_price": {"amount": "1", "currency": "EUR"}}]},
         "lines[1].unit_price.currency"),
        ("win", {"lines": [{**LINE, "unit_price": {"amount": "1.234", "currency": "UAH"}}]},
         "lines[0].unit_price.amount"),
    ],
)  # fmt: skip
async def test_bad_input_names_its_field_and_changes_nothing(
    conversion: Tier2, route: str, body: dict[str, object], field: str
) -> None:
    deal = await conversion.accepted(ANNA)
    problem = await conversion.post(f"/v1/deals/{deal['id']}/{route}", body, ANNA, status=422)
    assert problem["errors"][0]["field"] == field and problem["errors"][0]["reason"]
    assert await conversion.get(f"/v1/deals/{deal['id']}", ANNA) == deal
    assert [name for name, _ in await conversion.signals(deal["lead_id"])] == ["accepted"]


async def test_unknown_ids_and_cursors(conversion: Tier2) -> None:
    assert (await conversion.http.get(f"/v1/deals/{new_id()}")).status_code == 401
    await conversion.post(f"/v1/deals/{new_id()}/notes", {"text": "x"}, ANNA, status=404)
    await conversion.post("/v1/deals/42/notes", {"text": "x"}, ANNA, status=422)
    await conversion.post(f"/v1/hand-overs/{new_id()}/accept", {}, ANNA, status=404)


async def test_lists_are_paged_and_filtered(conversion: Tier2) -> None:
    mine = [await conversion.accepted(BORYS) for _ in range(3)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await conversion.get("/v1/deals", BORYS, mine=True, limit=2, stage="accepted", **cursor)
        seen += [deal["id"] for deal in page["items"]]
        if page["next"] is None:
            break
        cursor = {"after": page["next"]}
    assert set(seen) >= {deal["id"] for deal in mine} and len(set(seen)) == len(seen)
    open_deals = await conversion.get("/v1/deals", BORYS, mine=True, open="true", limit=200)
    assert {deal["stage"] for deal in open_deals["items"]}.isdisjoint({"won", "lost"})


async def test_a_repeated_request_gets_the_first_answer(conversion: Tier2) -> None:
    offer = await conversion.offered(hand_over(sticky_manager=ANNA))
    assert offer.manager == ANNA
    conversion.http.headers["Idempotency-Key"] = new_id()
    try:
        first = await conversion.post(f"/v1/hand-overs/{offer.item_id}/accept", {}, ANNA)
        second = await conversion.post(f"/v1/hand-overs/{offer.item_id}/accept", {}, ANNA)
    finally:
        del conversion.http.headers["Idempotency-Key"]
    assert first == second
    deal = await conversion.get(f"/v1/deals/{offer.deal_id}")
    assert [name for name, _ in await conversion.signals(deal["lead_id"])] == ["accepted"]
