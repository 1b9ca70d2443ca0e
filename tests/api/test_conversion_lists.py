"""Managers, policies, lists, reports, statements and reminders: filters, pages, and who may see what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, in_days, tier_2, whose
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOverReason, RemindDeal


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_lists", tier=Tier.CONVERSION)) as tier:
        await tier.manager("anna")
        yield tier


async def _all(tier: Tier2, path: str, person: str = "", **params: Any) -> list[dict[str, Any]]:
    """Every item of a list, two at a time."""
    items: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = await tier.get(path, person, limit=2, **params, **after)
        items += page["items"]
        if page["next"] is None:
            return items
        after = {"after": page["next"]}


async def test_managers_are_added_listed_and_changed(conversion: Tier2) -> None:
    for name in ("borys", "cyril"):
        await conversion.manager(name, languages=["uk", "en"], weight=2)
    assert [manager["id"] for manager in await _all(conversion, "/v1/managers")] == ["anna", "borys", "cyril"]
    taken = await conversion.post("/v1/managers", {"id": "anna", "name": "Other"}, status=409)
    assert (taken["code"], taken["errors"][0]["field"]) == ("duplicate", "id")
    changed = await conversion.http.patch("/v1/managers/borys", json={"active": False}, headers=whose())
    assert (changed.json()["active"], changed.json()["weight"]) == (False, 2)
    active = await _all(conversion, "/v1/managers", active="true")
    assert [manager["id"] for manager in active] == ["anna", "cyril"]
    unknown = await conversion.http.patch("/v1/managers/nobody", json={"active": False}, headers=whose())
    assert unknown.status_code == 404
    nothing = await conversion.http.patch("/v1/managers/borys", json={}, headers=whose())
    assert nothing.status_code == 422
    refused = await conversion.post("/v1/managers", {"id": "dora", "name": "Dora"}, "anna", status=403)
    assert refused["code"] == "wrong_role"


async def test_policies_are_versions_and_tier_2_stays_above_tier_1(conversion: Tier2) -> None:
    [first] = await _all(conversion, "/v1/policies")
    assert (first["version"], first["body"]["accept_within"]["hard_question"]) == (1, "PT10M")
    body = first["body"]
    added = await conversion.post("/v1/policies", {"body": {**body, "max_offers": 5}}, status=201)
    assert (added["version"], added["created_by"]) == (2, "boss")
    assert [policy["version"] for policy in await _all(conversion, "/v1/policies")] == [2, 1]
    upside_down = {**body, "commission": {"sourced": "6", "closed": "5", "kept": "1"}}
    refused = await conversion.post("/v1/policies", {"body": upside_down}, status=422)
    assert refused["errors"][0]["field"] == "body.commission"
    await conversion.post("/v1/policies", {"body": body}, "anna", status=403)


async def test_hand_overs_come_the_most_urgent_first(conversion: Tier2) -> None:
    reasons = [
        HandOverReason.INTERESTED,
        HandOverReason.INBOUND,
        HandOverReason.INTERESTED,
        HandOverReason.HARD_QUESTION,
    ]
    for reason in reasons:
        question = "Why?" if reason is HandOverReason.HARD_QUESTION else None
        await conversion.offered(hand_over(reason=reason, question=question))
    shown = await _all(conversion, "/v1/hand-overs", "anna", state="open", mine=True)
    assert [item["reason"] for item in shown] == ["hard_question", "inbound", "interested", "interested"]
    assert shown[0]["question"] == "Why?" and shown[0]["story"] and shown[0]["contact"]["phones"]
    assert shown[0]["routing"]["why"]
    assert await _all(conversion, "/v1/hand-overs", "borys", state="open", mine=True) == []
    await conversion.offered(to_supervisor=True)
    [unassigned] = await _all(conversion, "/v1/hand-overs", state="open", mine=True)
    assert unassigned["manager"] is None


async def test_overdue_deals_and_reminders(conversion: Tier2) -> None:
    late, punctual = await conversion.accepted("anna"), await conversion.accepted("anna")
    await conversion.pool.execute(
        "UPDATE deals SET next_action_at = now() - interval '1 minute' WHERE id = $1", late["id"]
    )
    found = await _all(conversion, "/v1/deals", overdue="true")
    assert [(deal["id"], deal["overdue"]) for deal in found] == [(late["id"], True)]
    for level in (1, 2):
        await conversion.activities.remind_deal(RemindDeal(key=f"r:{level}", deal_id=late["id"], level=level))
    [mine] = await _all(conversion, "/v1/reminders", "anna")
    [theirs] = await _all(conversion, "/v1/reminders")
    assert (mine["level"], theirs["level"], mine["company"]) == (1, 2, late["contact"]["company"])
    await conversion.post(f"/v1/reminders/{theirs['item_id']}/done", {}, "anna", status=403)
    await conversion.post(f"/v1/reminders/{mine['item_id']}/done", {}, "anna")
    assert await _all(conversion, "/v1/reminders", "anna") == []
    assert punctual["overdue"] is False


async def test_a_manager_sees_his_own_commission_only(conversion: Tier2) -> None:
    await conversion.manager("borys")
    for person in ("anna", "borys", "anna"):
        deal = await conversion.accepted(person)
        await conversion.won(deal["id"], person)
    everything = await _all(conversion, "/v1/commissions")
    assert len(everything) == 6 and len(await _all(conversion, "/v1/commissions", person="caller-1")) == 3
    assert {entry["person"] for entry in await _all(conversion, "/v1/commissions", "anna")} == {"anna"}
    peek = await conversion.http.get("/v1/commissions?person=borys", headers=whose("anna"))
    assert (peek.status_code, peek.json()["code"]) == (403, "not_owner")
    sums = {(row["person"], row["role"]): row for row in (await conversion.get("/v1/commissions/statements"))["items"]}
    assert sums[("anna", "closed")]["entries"] == 2
    assert sums[("anna", "closed")]["amount"] == {"amount": "8550.16", "currency": "UAH"}  # 2 x 5 % of 85501.50
    assert sums[("caller-1", "sourced")]["amount"]["amount"] == "5130.09"  # 3 x 2 %
    assert (await conversion.get("/v1/commissions/statements", month="2020-01"))["items"] == []


async def test_the_managers_report_counts_what_happened(conversion: Tier2) -> None:
    won, lost = await conversion.accepted("anna"), await conversion.accepted("anna")
    await conversion.won(won["id"], "anna")
    await conversion.post(f"/v1/deals/{lost['id']}/lose", {"reason": "price"}, "anna")
    declined = await conversion.offered()
    await conversion.post(f"/v1/hand-overs/{declined.item_id}/decline", {"reason": "no time"}, "anna")
    [row] = (await conversion.get("/v1/reports/managers"))["items"]
    counted = {name: row[name] for name in ("offered", "accepted", "declined", "won", "lost", "open")}
    assert counted == {"offered": 3, "accepted": 2, "declined": 1, "won": 1, "lost": 1, "open": 0}
    assert row["value"] == [{"amount": "85501.50", "currency": "UAH"}]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("/v1/deals?stage=dreaming", "stage[0]"),
        ("/v1/deals?after=@@@", "after"),
        ("/v1/deals?after=WyJ4Il0", "after"),
        ("/v1/deals?limit=0", "limit"),
        ("/v1/hand-overs?state=maybe", "state"),
        ("/v1/hand-overs?after=WyJ4IiwieSJd", "after"),
        ("/v1/meeting-slots?days=0", "days"),
        ("/v1/meeting-slots?from=yesterday", "from"),
        ("/v1/commissions/statements?month=2026-13", "month"),
        ("/v1/reports/managers?from=2030-01-01T00:00:00Z&to=2029-01-01T00:00:00Z", "from"),
        ("/v1/policies?after=WyJ4Il0", "after"),
        ("/v1/deals/42", "deal_id"),
    ],
)
async def test_a_wrong_query_names_its_parameter(conversion: Tier2, query: str, field: str) -> None:
    answer = await conversion.http.get(query, headers=whose())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text


async def test_slots_leave_out_what_is_booked_and_the_night(conversion: Tier2) -> None:
    free = (await conversion.get("/v1/meeting-slots", "anna", days=10, duration_minutes=30))["items"]
    taken = free[3]
    deal = await conversion.accepted("anna")
    await conversion.post(f"/v1/deals/{deal['id']}/meetings", taken, "anna", status=201)
    left = (await conversion.get("/v1/meeting-slots", manager="anna", days=10, duration_minutes=30))["items"]
    assert taken in free and taken not in left and free[2] in left and free[4] in left
    far = await conversion.get("/v1/meeting-slots", manager="anna", days=1, **{"from": in_days(30)})
    assert far["timezone"] == "Europe/Kyiv"


async def test_a_role_without_work_here_is_refused(conversion: Tier2) -> None:
    answer = await conversion.http.get("/v1/deals", headers=auth(Tier.CONVERSION, "caller", "c-1"))
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
