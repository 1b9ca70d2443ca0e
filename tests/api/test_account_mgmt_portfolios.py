"""Whose customer it is, through REST and the sweeps: assignment, absences with cover, take-over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions.assignment import assign_waiting
from services.account_mgmt.actions.work_assignment import cover_absent
from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, account_manager, boss, in_days, tier_3
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.conversion import OpenInbound


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_portfolios", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def hire(tier: Tier3, manager_id: str, **values: Any) -> None:
    await tier.post("/v1/account-managers", {"id": manager_id, "name": manager_id.title(), **values}, headers=boss())


async def away(tier: Tier3, manager_id: str, status: int = 201, **values: Any) -> Any:
    body = {"starts_at": in_days(-1), "ends_at": in_days(7), **values}
    return await tier.post(f"/v1/account-managers/{manager_id}/absences", body, status, headers=boss())


async def owner(tier: Tier3, customer_id: str) -> str | None:
    found: str | None = (await tier.get(f"/v1/customers/{customer_id}"))["account_manager"]
    return found


async def test_a_customer_goes_to_the_account_manager_for_its_size(tier: Tier3) -> None:
    await hire(tier, "larysa", capacity=10, sizes=["201-500"])
    big, _ = await tier.customer(size="201-500")
    small, _ = await tier.customer(size="2-10")
    assert [await owner(tier, big), await owner(tier, small)] == ["larysa", "oleh"]


async def test_a_customer_for_whom_nobody_has_room_is_assigned_as_soon_as_somebody_has(tier: Tier3) -> None:
    """chatwoot 10376: work that arrived while everybody was full is never assigned later."""
    await tier.http.patch("/v1/account-managers/oleh", json={"capacity": 0}, headers=boss())
    customer_id, account = await tier.customer()
    assert account.account_manager is None
    await assign_waiting(tier.pool)
    assert await owner(tier, customer_id) is None
    await tier.http.patch("/v1/account-managers/oleh", json={"capacity": 50}, headers=boss())
    await assign_waiting(tier.pool)
    assert await owner(tier, customer_id) == "oleh"
    [told] = await tier.sent(customer_id, "account_manager_changed")
    assert told["account_manager"] == "oleh"


async def test_a_call_to_an_absent_account_manager_is_work_of_their_cover_at_once(tier: Tier3) -> None:
    await hire(tier, "larysa")
    customer_id, _ = await tier.customer(size="1")
    await tier.pool.execute("UPDATE customers SET account_manager = 'oleh' WHERE id = $1", customer_id)
    await away(tier, "oleh", cover="larysa")
    call = OpenInbound(
        key=f"{customer_id}:in:1", workflow_id=ids.customer(customer_id), lead_id=customer_id, inbound_call_id=new_id()
    )
    await tier.activities.open_inbound(call)
    [item] = await tier.work(customer_id, "inbound")
    assert (item["assignee"], item["payload"]["cover_for"]) == ("larysa", "oleh")
    order = f"/v1/customers/{customer_id}/orders"
    await tier.post(order, {"lines": [LINE]}, headers=account_manager("larysa"))
    assert (await tier.post(order, {"lines": [LINE]}, 403, headers=account_manager("somebody")))["code"] == "not_owner"


async def test_open_work_goes_to_the_cover_and_comes_back_with_its_account_manager(tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await hire(tier, "larysa")
    absence = await away(tier, "oleh")
    await cover_absent(tier.pool)
    [item] = await tier.work(customer_id, "nudge")
    assert item["assignee"] == "larysa"
    mine = (await tier.http.get("/v1/nudges?mine=true", headers=account_manager("larysa"))).json()["items"]
    assert [one["item_id"] for one in mine] == [item_id]
    await cover_absent(tier.pool)
    gone = await tier.http.delete(f"/v1/account-managers/oleh/absences/{absence['id']}", headers=boss())
    assert gone.status_code == 204
    await cover_absent(tier.pool)
    [item] = await tier.work(customer_id, "nudge")
    assert (item["assignee"], "cover_for" in item["payload"]) == ("oleh", False)


async def test_work_stays_with_its_person_when_nobody_else_is_there(tier: Tier3) -> None:
    customer_id, _ = await tier.nudge()
    await away(tier, "oleh")
    await cover_absent(tier.pool)
    assert (await tier.work(customer_id, "nudge"))[0]["assignee"] == "oleh"


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"cover": "nobody"}, 422, "cover"),
        ({"cover": "oleh"}, 422, "cover"),
        ({"ends_at": "2020-01-01T10:00:00+02:00"}, 422, None),
        ({}, 409, "starts_at"),
    ],
)
async def test_an_absence_that_cannot_be_is_refused(tier: Tier3, changes: Any, status: int, field: Any) -> None:
    if status == 409:
        await away(tier, "oleh")
    problem = await away(tier, "oleh", status, **changes)
    assert field is None or problem["errors"][0]["field"] == field
    listed = (await tier.get("/v1/account-managers/oleh/absences"))["items"]
    assert len(listed) == (1 if status == 409 else 0)


async def test_a_take_over_shows_first_and_then_moves_customers_work_and_workflow(tier: Tier3) -> None:
    customer_id, _ = await tier.nudge()
    full, _ = await tier.customer(size="11-50")
    await hire(tier, "larysa", capacity=1)
    path = "/v1/account-managers/oleh/take-over"
    shown = await tier.post(path, {"reason": "Oleh left"}, 200, headers=boss())
    assert (shown["dry_run"], shown["left"]) == (True, 1)
    assert [one["account_manager"] for one in shown["items"]] == ["larysa", None]
    assert shown["items"][1]["why"] == "all are at capacity"
    assert await owner(tier, customer_id) == "oleh"
    done = await tier.post(path, {"reason": "Oleh left", "dry_run": False}, 200, headers=boss())
    assert done["left"] == 1
    assert [await owner(tier, customer_id), await owner(tier, full)] == ["larysa", "oleh"]
    assert (await tier.work(customer_id, "nudge"))[0]["assignee"] == "larysa"
    assert await tier.signals(customer_id) == ["account_manager_changed"]
    named = {"reason": "all", "to": "larysa", "dry_run": False}
    assert (await tier.post(path, named, 200, headers=boss()))["left"] == 0
    refused = await tier.post(path, {"reason": "x", "to": "oleh"}, 422, headers=boss())
    assert refused["errors"][0]["field"] == "to"


async def test_one_customer_is_given_to_somebody_by_the_supervisor_alone(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    await hire(tier, "larysa")
    body = {"account_manager": "larysa", "reason": "speaks Polish"}
    path = f"/v1/customers/{customer_id}/assign"
    assert (await tier.http.post(path, json=body)).status_code == 403
    assert (await tier.post(path, body, 200, headers=boss()))["account_manager"] == "larysa"
    unknown = await tier.post(path, {**body, "account_manager": "nobody"}, 422, headers=boss())
    assert unknown["errors"][0]["field"] == "account_manager"


async def test_a_customer_won_back_returns_to_their_account_manager(tier: Tier3) -> None:
    """mautic 9797: a re-entry makes two schedules. Here it is the same record, with one next nudge."""
    customer_id, item_id = await tier.nudge()
    await tier.post(f"/v1/nudges/{item_id}/outcome", {"outcome": "left"}, 200)
    await hire(tier, "larysa", capacity=100_000)
    _, account = await tier.customer(customer_id)
    assert account.account_manager == "oleh"
    found = await tier.get(f"/v1/customers/{customer_id}")
    assert found["state"] == "active"
    assert len((await tier.get(f"/v1/customers/{customer_id}/orders"))["items"]) == 2
