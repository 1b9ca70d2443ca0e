"""What hurts users of other systems, as cases that this house must not have: tier 2."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from services.chassis.db import new_id
from services.conversion.actions.routing import serve_waiting
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import LINE, Tier2, hand_over, in_days, request, tier_2, whose
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOverReason


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_pains", tier=Tier.CONVERSION, policy="demo")) as tier:
        yield tier


async def statuses(*requests: Any) -> list[int]:
    return sorted(answer.status_code for answer in await asyncio.gather(*requests))


async def test_round_robin_does_not_always_take_the_first_nor_hand_leads_to_users_who_have_left(
    conversion: Tier2,
) -> None:
    """SuiteCRM 8935, 2032, 42; cal.com 1019."""
    await conversion.manager("a-left", active=False)
    for name in ("b", "c", "d"):
        await conversion.manager(name)
    managers = [(await conversion.offered()).manager for _ in range(9)]
    assert {name: managers.count(name) for name in set(managers)} == {"b": 3, "c": 3, "d": 3}


async def test_a_slot_is_booked_once_and_the_second_free_member_is_not_refused(conversion: Tier2) -> None:
    """cal.com 28151 books twice; calrs 146 refuses the other member who is free."""
    for name in ("anna", "borys"):
        await conversion.manager(name)
    at = (datetime.now(UTC) + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    caller = auth(Tier.LEAD_GEN, "caller", "caller-1")
    bodies = [{"lead_id": new_id(), "starts_at": at.isoformat()} for _ in range(4)]
    found = await statuses(*(conversion.http.post("/v1/meeting-holds", json=b, headers=caller) for b in bodies))
    assert found == [201, 201, 409, 409]
    held = await conversion.pool.fetch("SELECT manager FROM meetings WHERE state = 'reserved'")
    assert {row["manager"] for row in held} == {"anna", "borys"}


async def test_the_owner_does_not_flip_between_those_who_accept_at_once(conversion: Tier2) -> None:
    """Chatwoot 15275: automation, auto-assignment and a click each set another assignee."""
    for name in ("anna", "borys", "clara"):
        await conversion.manager(name)
    offer = await conversion.offered()
    path = f"/v1/hand-overs/{offer.item_id}/accept"
    people = [whose(offer.manager or ""), *(whose() for _ in range(6))]
    bodies: list[dict[str, str]] = [{}, *({"manager": name} for name in ("anna", "borys", "clara") * 2)]
    asked = [conversion.http.post(path, json=b, headers=p) for b, p in zip(bodies, people, strict=True)]
    assert await statuses(*asked) == [200] + [409] * 6
    deal = await conversion.get(f"/v1/deals/{offer.deal_id}")
    told = [answer["by"] for signal, answer in await conversion.signals(deal["lead_id"]) if signal == "accepted"]
    assert told == [deal["owner"]]
    assert [entry["kind"] for entry in deal["timeline"]].count("accepted") == 1


async def test_a_lead_is_never_too_old_to_be_assigned(conversion: Tier2) -> None:
    """Odoo 185529: leads older than seven days are silently never assigned."""
    await conversion.manager("anna", capacity=0)
    offer = await conversion.offered()
    await conversion.pool.execute("UPDATE hand_overs SET offered_at = now() - interval '400 days', overflow_at = NULL")
    await conversion.http.patch("/v1/managers/anna", json={"capacity": 1}, headers=whose())
    assert await serve_waiting(conversion.pool) == 1
    found = await conversion.get(f"/v1/deals/{offer.deal_id}")
    assert [entry["text"] for entry in found["timeline"]][-1] == "offered to anna"


async def test_a_lead_that_comes_again_is_assigned_again(conversion: Tier2) -> None:
    """Odoo 227387: a duplicated lead counts as assigned for ever, because a date is set."""
    await conversion.manager("anna")
    deal = await conversion.accepted("anna")
    await conversion.post(f"/v1/deals/{deal['id']}/lose", {"reason": "price"}, "anna")
    again = hand_over(deal["lead_id"], id="cold-call:again:2", reason=HandOverReason.INTERESTED)
    offer = await conversion.offered(again)
    assert offer.manager == "anna" and offer.deal_id != deal["id"]


async def test_a_hand_over_told_by_two_workers_is_one_deal_and_one_offer(conversion: Tier2) -> None:
    """Clairvoyance 668: the same customer was called 51 times."""
    await conversion.manager("anna")
    asked = request(hand_over())
    await asyncio.gather(*(conversion.activities.offer_deal(asked) for _ in range(20)))
    assert await conversion.pool.fetchval("SELECT count(*) FROM deals") == 1
    assert await conversion.pool.fetchval("SELECT count(*) FROM hand_overs") == 1


async def test_a_manager_changes_only_his_own_deals_also_by_a_link(conversion: Tier2) -> None:
    """Krayin 732: records of others behind a link."""
    for name in ("anna", "borys"):
        await conversion.manager(name)
    deal = await conversion.accepted("anna", hand_over(sticky_manager="anna"))
    path = f"/v1/deals/{deal['id']}"
    for verb, body in (
        ("next-step", {"what": "call", "at": in_days(1)}),
        ("win", {"lines": [LINE]}),
        ("lose", {"reason": "price"}),
        ("return", {"reason": "mine now"}),
        ("stage", {"stage": "informing"}),
        ("playbook", {}),
    ):
        answer = await conversion.http.post(f"{path}/{verb}", json=body, headers=whose("borys"))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_owner"), verb
    assert (await conversion.get(path))["stage"] == "accepted"


async def test_an_assignment_leaves_its_reason_also_when_nobody_was_found(conversion: Tier2) -> None:
    """Odoo 254644: a crash in the middle of an assignment leaves no log; goautodial 4: no lead, no reason shown."""
    await conversion.manager("anna", languages=["pl"])
    offer = await conversion.offered()
    [row] = (await conversion.get("/v1/hand-overs"))["items"]
    assert offer.manager is None
    assert row["routing"]["why"] == "no manager can take this lead"
    assert [(one["manager"], one["verdict"]) for one in row["routing"]["considered"]] == [("anna", "language")]
