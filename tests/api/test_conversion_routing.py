"""Waiting for a free manager, absences, take-over, giving back, promises, and routing explained."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.conversion.actions.assignment import take_back_from_absent
from services.conversion.actions.reminders import watch_promises
from services.conversion.actions.routing import serve_waiting
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, Tier2, hand_over, in_days, tier_2, whose
from workflows.contracts.base import Tier
from workflows.contracts.conversion import EscalateOffer, HandOverReason, RemindDeal

ALWAYS = {"week": {day: [{"opens": "00:00", "closes": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}  # fmt: skip # noqa: E501


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_routing", tier=Tier.CONVERSION, policy="demo")) as tier:
        yield tier


async def policy(tier: Tier2, **changes: Any) -> None:
    """Put a changed policy in force."""
    body = (await tier.get("/v1/policies"))["items"][0]["body"]
    await tier.post("/v1/policies", {"body": {**body, **changes}}, status=201)


async def offer_of(tier: Tier2, item_id: str | None) -> dict[str, Any]:
    found = (await tier.get("/v1/hand-overs", limit=200))["items"]
    return next(item for item in found if item["item_id"] == item_id)


async def test_work_that_arrived_while_everybody_was_full_is_given_first_and_is_never_overtaken(
    conversion: Tier2,
) -> None:
    await conversion.manager("anna", capacity=1)
    busy = await conversion.offered()
    waits = [await conversion.offered() for _ in range(2)]
    assert [offer.waiting for offer in (busy, *waits)] == [False, True, True]
    await conversion.http.patch("/v1/managers/anna", json={"capacity": 2}, headers=whose())
    # A place is free now: a newcomer must not have it before the two who wait.
    assert (await conversion.offered()).waiting
    assert await serve_waiting(conversion.pool) == 1
    first, second = [await offer_of(conversion, offer.item_id) for offer in waits]
    assert (first["manager"], first["waiting"]) == ("anna", False)
    assert first["accept_by"] is not None
    assert second["waiting"] is True
    [(signal, told)] = await conversion.signals(first["lead_id"])
    assert (signal, told["manager"], told["item_id"]) == ("assigned", "anna", first["item_id"])
    assert await serve_waiting(conversion.pool) == 0


async def test_a_hard_question_is_served_before_those_who_have_waited_longer(conversion: Tier2) -> None:
    await conversion.manager("anna", capacity=0)
    plain = await conversion.offered()
    question = await conversion.offered(hand_over(reason=HandOverReason.HARD_QUESTION, question="Who insures it?"))
    await conversion.http.patch("/v1/managers/anna", json={"capacity": 1}, headers=whose())
    await serve_waiting(conversion.pool)
    assert (await offer_of(conversion, question.item_id))["manager"] == "anna"
    assert (await offer_of(conversion, plain.item_id))["waiting"] is True


async def test_a_free_manager_is_given_each_waiting_lead_once_however_many_look_at_once(conversion: Tier2) -> None:
    await conversion.manager("anna", capacity=0)
    waits = [await conversion.offered() for _ in range(5)]
    await conversion.http.patch("/v1/managers/anna", json={"capacity": 3}, headers=whose())
    served = await asyncio.gather(*(serve_waiting(conversion.pool) for _ in range(4)))
    assert sum(served) == 3
    offers = [await offer_of(conversion, offer.item_id) for offer in waits]
    assert [offer["manager"] for offer in offers] == ["anna"] * 3 + [None] * 2


async def test_nobody_inactive_absent_off_duty_or_over_his_quota_gets_a_lead(conversion: Tier2) -> None:
    # Round robin in SuiteCRM hands leads to inactive users; Chatwoot gives work to agents whose shift has ended.
    closed_today = {**ALWAYS, "timezone": "Europe/Kyiv", "closed_on": [str(datetime.now(UTC).date() + timedelta(days=day)) for day in range(-1, 3)]}  # fmt: skip # noqa: E501
    await conversion.manager("a-left", active=False)
    await conversion.manager("b-ill")
    await conversion.manager("c-off", hours=closed_today)
    await conversion.manager("d-done", daily_quota=0)
    await conversion.post("/v1/managers/b-ill/absences", {"starts_at": in_days(-1), "ends_at": in_days(1)}, status=201)
    offer = await conversion.offered()
    assert offer.waiting
    why = {
        one["manager"]: one["verdict"] for one in (await offer_of(conversion, offer.item_id))["routing"]["considered"]
    }
    assert why == {"a-left": "inactive", "b-ill": "absent", "c-off": "off_duty", "d-done": "daily_quota"}
    await conversion.manager("e-here")
    await serve_waiting(conversion.pool)
    assert (await offer_of(conversion, offer.item_id))["manager"] == "e-here"


async def test_products_narrow_who_may_get_a_lead(conversion: Tier2) -> None:
    await conversion.manager("a-road", products=["road"])
    await conversion.manager("b-sea", products=["sea", "road"])
    assert (await conversion.offered(hand_over(products=["sea"]))).manager == "b-sea"


async def test_what_waits_too_long_goes_to_the_overflow_owner_though_he_is_full(conversion: Tier2) -> None:
    await conversion.manager("anna", capacity=0)
    await policy(conversion, overflow_owner="anna", overflow_after="PT1S")
    offer = await conversion.offered()
    await conversion.pool.execute("UPDATE hand_overs SET overflow_at = now() - interval '1 second'")
    await serve_waiting(conversion.pool)
    found = await offer_of(conversion, offer.item_id)
    assert (found["manager"], found["routing"]["why"]) == (
        "anna",
        "nobody was free in time: the overflow owner takes it",
    )


async def test_a_lead_that_nobody_fits_lies_with_the_supervisor_who_is_reminded_until_the_last_time(
    conversion: Tier2,
) -> None:
    await conversion.manager("anna", languages=["en"])
    offer = await conversion.offered()
    assert (offer.manager, offer.waiting) == (None, False)
    assert offer.remind_at is not None
    told = [
        await conversion.activities.escalate_offer(EscalateOffer(key=f"escalate:{n}", item_id=offer.item_id or ""))
        for n in range(3)
    ]
    assert [answer.next_at is not None for answer in told] == [True, True, False]
    await conversion.post(f"/v1/hand-overs/{offer.item_id}/accept", {"manager": "anna"})
    late = await conversion.activities.escalate_offer(EscalateOffer(key="escalate:9", item_id=offer.item_id or ""))
    assert late.next_at is None


async def test_an_offer_in_the_hands_of_somebody_who_falls_ill_goes_on_to_the_next(conversion: Tier2) -> None:
    await conversion.manager("anna")
    offer = await conversion.offered()
    await conversion.post("/v1/managers/anna/absences", {"starts_at": in_days(-1), "ends_at": in_days(3)}, status=201)
    assert await take_back_from_absent(conversion.pool) == 1
    found = await offer_of(conversion, offer.item_id)
    assert found["state"] == "declined"
    [(signal, told)] = await conversion.signals(found["lead_id"])
    assert (signal, told["by"], told["reason"]) == ("declined", "anna", "the manager is away")
    assert await take_back_from_absent(conversion.pool) == 0


async def test_absences_do_not_overlap_and_can_be_taken_back(conversion: Tier2) -> None:
    await conversion.manager("anna")
    first = await conversion.post(
        "/v1/managers/anna/absences", {"starts_at": in_days(1), "ends_at": in_days(5), "reason": "holiday"}, status=201
    )
    again = {"starts_at": in_days(4), "ends_at": in_days(6)}
    refused = await conversion.post("/v1/managers/anna/absences", again, status=409)
    assert (refused["code"], refused["errors"][0]["field"]) == ("overlap", "starts_at")
    gone = await conversion.http.delete(f"/v1/managers/anna/absences/{first['id']}", headers=whose())
    assert gone.status_code == 204
    await conversion.post("/v1/managers/anna/absences", again, status=201)
    assert len((await conversion.get("/v1/managers/anna/absences"))["items"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"starts_at": "2030-05-06T09:00:00Z", "ends_at": "2030-05-05T09:00:00Z"}, "ends_at"),
        ({"starts_at": "2030-05-06T09:00:00", "ends_at": "2030-05-07T09:00:00Z"}, "starts_at"),
    ],
)
async def test_an_absence_that_cannot_be_is_refused_by_field(
    conversion: Tier2, body: dict[str, Any], field: str
) -> None:
    await conversion.manager("anna")
    refused = await conversion.post("/v1/managers/anna/absences", body, status=422)
    assert field in str(refused["errors"])


async def test_a_deal_is_given_back_and_offered_to_the_others(conversion: Tier2) -> None:
    await conversion.manager("anna")
    deal = await conversion.accepted("anna")
    back = await conversion.post(f"/v1/deals/{deal['id']}/return", {"reason": "needs sea freight"}, "anna")
    assert (back["stage"], back["owner"], back["last_owner"]) == ("offered", None, None)
    signal, told = (await conversion.signals(deal["lead_id"]))[-1]
    assert (signal, told["owner"], told["reason"]) == ("returned", "anna", "needs sea freight")
    [row] = (await conversion.get("/v1/hand-overs"))["items"]
    assert (row["state"], row["decline_reason"]) == ("returned", "needs sea freight")
    other = await conversion.post(f"/v1/deals/{deal['id']}/return", {"reason": "again"}, "anna", status=409)
    assert other["code"] == "wrong_state"


async def test_a_take_over_shows_first_who_would_get_what_and_then_does_exactly_that(conversion: Tier2) -> None:
    await conversion.manager("anna")
    deals = [await conversion.accepted("anna") for _ in range(4)]
    waiting = await conversion.offered()
    await conversion.manager("borys")
    await conversion.manager("clara")
    ask = {"reason": "anna has left"}
    plan = await conversion.post("/v1/managers/anna/take-over", ask)
    assert (plan["dry_run"], plan["offers_back"]) == (True, 0)
    assert sorted(item["manager"] for item in plan["items"]) == ["borys", "borys", "clara", "clara"]
    assert {item["deal_id"] for item in plan["items"]} == {deal["id"] for deal in deals}
    assert (await conversion.get(f"/v1/deals/{deals[0]['id']}"))["owner"] == "anna"
    done = await conversion.post("/v1/managers/anna/take-over", {**ask, "dry_run": False})
    assert done["items"] == plan["items"]
    assert done["offers_back"] == 1
    assert (await offer_of(conversion, waiting.item_id))["state"] == "declined"
    for item in done["items"]:
        deal = await conversion.get(f"/v1/deals/{item['deal_id']}")
        assert deal["owner"] == item["manager"]
        signal, told = (await conversion.signals(item["lead_id"]))[-1]
        assert (signal, told["owner"]) == ("reassigned", item["manager"])
    assert (await conversion.post("/v1/managers/anna/take-over", ask))["items"] == []


async def test_a_take_over_takes_the_meetings_along_and_says_which_do_not_fit(conversion: Tier2) -> None:
    await conversion.manager("anna")
    fits, clashes = await conversion.accepted("anna"), await conversion.accepted("anna")
    await conversion.manager("borys")
    busy = await conversion.accepted("borys")
    for deal, person, day in [(fits, "anna", 2), (clashes, "anna", 3), (busy, "borys", 3)]:
        at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=day)
        await conversion.post(
            f"/v1/deals/{deal['id']}/meetings", {"starts_at": at.isoformat(), "outside_hours": True}, person, status=201
        )
    ask = {"reason": "ill", "to": "borys", "dry_run": False}
    planned = (await conversion.post("/v1/managers/anna/take-over", {**ask, "dry_run": True}))["items"]
    assert [meeting["needs_person"] for deal in planned for meeting in deal["meetings"]] == [
        None,
        "Borys has another meeting then",
    ]
    await conversion.post("/v1/managers/anna/take-over", ask)
    moved, lost = [await conversion.get(f"/v1/deals/{deal['id']}") for deal in (fits, clashes)]
    assert [(m["manager"], m["state"]) for m in moved["meetings"]] == [("borys", "booked")]
    [waits] = lost["meetings"]
    assert (waits["state"], waits["needs_person"]) == ("booked", "Borys has another meeting then")
    assert lost["next_action"] == "find somebody for the meeting, or another time"


async def test_a_take_over_by_nobody_is_refused(conversion: Tier2) -> None:
    await conversion.manager("anna")
    ask = {"reason": "left", "to": "anna"}
    assert "to" in str((await conversion.post("/v1/managers/anna/take-over", ask, status=422))["errors"])
    await conversion.post("/v1/managers/nobody/take-over", {"reason": "left"}, status=404)
    await conversion.post("/v1/managers/anna/take-over", {"reason": "left"}, "anna", status=403)


async def test_what_the_lead_was_promised_is_the_managers_first_step_and_kept_or_late(conversion: Tier2) -> None:
    await conversion.manager("anna")
    soon = datetime.now(UTC) + timedelta(hours=1)
    kept = await conversion.accepted("anna", hand_over(promised_by=soon, sticky_manager="anna"))
    assert datetime.fromisoformat(kept["next_action_at"]) <= soon
    assert (kept["promise"], datetime.fromisoformat(kept["promised_by"])) == ("open", soon)
    kept = await conversion.post(f"/v1/deals/{kept['id']}/qualify", FACTS, "anna")
    assert kept["promise"] == "kept"
    past = datetime.now(UTC) - timedelta(minutes=1)
    late = await conversion.accepted("anna", hand_over(promised_by=past, sticky_manager="anna"))
    await watch_promises(conversion.pool)
    await watch_promises(conversion.pool)
    [item] = await conversion.work(late["lead_id"], "reminder")
    assert (item["assignee"], item["payload"]["text"]) == (
        "anna",
        "they were promised a call by now",
    )
    assert (await conversion.post(f"/v1/deals/{late['id']}/qualify", FACTS, "anna"))["promise"] == "late"


async def test_a_deal_that_stands_still_is_warned_of_until_it_moves_to_another_stage(conversion: Tier2) -> None:
    await conversion.manager("anna")
    await policy(conversion, stale_after={"accepted": "P3D"})
    deal = await conversion.accepted("anna")
    told = (await conversion.signals(deal["lead_id"]))[-1][1]
    assert datetime.fromisoformat(told["stale_at"]) > datetime.now(UTC) + timedelta(days=2)
    ask = RemindDeal(key=f"stale:{deal['id']}", deal_id=deal["id"], level=1, stale=True)
    await conversion.activities.remind_deal(ask)
    [item] = await conversion.work(deal["lead_id"], "stale")
    assert item["assignee"] == "anna"
    await conversion.post(f"/v1/deals/{deal['id']}/next-step", {"what": "call", "at": in_days(1)}, "anna")
    assert not await conversion.work(deal["lead_id"], "stale")


async def test_stages_are_entered_by_hand_only_forward_and_with_what_the_policy_asks_for(conversion: Tier2) -> None:
    await conversion.manager("anna")
    await policy(conversion, entry={"negotiating": ["need", "offer_sent"], "qualified": ["need"]})
    deal = await conversion.accepted("anna")
    path = f"/v1/deals/{deal['id']}/stage"
    refused = await conversion.post(path, {"stage": "negotiating"}, "anna", status=409)
    assert (refused["code"], refused["missing"]) == ("not_qualified", ["need", "offer_sent"])
    assert (await conversion.post(path, {"stage": "informing", "note": "sent the brochure"}, "anna"))[
        "stage"
    ] == "informing"
    assert (await conversion.post(path, {"stage": "accepted"}, "anna", status=409))["code"] == "wrong_state"
    await conversion.post(path, {"stage": "won"}, "anna", status=422)


async def test_a_loss_has_a_reason_by_code_and_rests_as_long_as_the_policy_says(conversion: Tier2) -> None:
    await conversion.manager("anna")
    deal = await conversion.accepted("anna")
    path = f"/v1/deals/{deal['id']}/lose"
    refused = await conversion.post(path, {"reason": "no", "code": "mood"}, "anna", status=422)
    assert "price" in refused["errors"][0]["reason"] and refused["errors"][0]["field"] == "code"
    lost = await conversion.post(path, {"reason": "twice as dear as now", "code": "price"}, "anna")
    assert (lost["stage"], lost["loss_code"]) == ("asleep", "price")
    rest = datetime.fromisoformat(lost["return_at"]) - datetime.now(UTC)
    assert timedelta(days=89) < rest <= timedelta(days=90)
    gone = await conversion.accepted("anna")
    ended = await conversion.post(f"/v1/deals/{gone['id']}/lose", {"reason": "sold", "code": "closed_down"}, "anna")
    assert ended["stage"] == "lost"


async def test_routing_is_explained_before_anything_is_assigned(conversion: Tier2) -> None:
    await conversion.manager("anna", languages=["uk"])
    await conversion.manager("borys", languages=["pl"])
    found = await conversion.post("/v1/routing/preview", {"language": "pl"})
    assert found["manager"] == "borys"
    assert {one["manager"]: one["verdict"] for one in found["considered"]} == {"borys": "chosen", "anna": "language"}
    assert not (await conversion.get("/v1/hand-overs"))["items"]


async def test_a_changed_rule_is_tried_on_the_leads_of_the_last_days(conversion: Tier2) -> None:
    await conversion.manager("anna")
    await conversion.manager("borys")
    for _ in range(6):
        await conversion.offered()
    ask = {"changes": {"borys": {"weight": 2}}, "days": 7}
    tried = await conversion.post("/v1/routing/dry-run", ask)
    assert tried["items"] == [
        {"manager": "anna", "now": 3, "changed": 2},
        {"manager": "borys", "now": 3, "changed": 4},
    ]
    assert (tried["leads"], tried["unserved"]["now"]) == (6, 0)
    assert tried["moves"] == len(tried["moved"]) > 0
    refused = await conversion.post("/v1/routing/dry-run", {"changes": {"nobody": {"weight": 2}}}, status=422)
    assert "nobody" in refused["errors"][0]["reason"]
