"""Contracts: agreed and previewed, their invoices issued once each, changed, paused, ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions.contract_invoices import issue_due
from services.account_mgmt.domain.contract_dates import on_day
from services.account_mgmt.repository import forecasts
from services.chassis.db import new_id
from tests.fixtures.contracts_3 import after, days_pass, issued, make, month_end, states, today
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, PRODUCT, Tier3, account_manager, boss, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_contracts", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def act(tier: Tier3, contract: dict[str, Any], what: str, body: Any = None, status: int = 200) -> Any:
    return await tier.post(f"/v1/contracts/{contract['id']}/{what}", body, status)


async def change(tier: Tier3, contract: dict[str, Any], status: int = 200, **body: Any) -> Any:
    answer = await tier.http.patch(f"/v1/contracts/{contract['id']}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def preview(tier: Tier3, contract: dict[str, Any], count: int = 6) -> dict[str, Any]:
    return await tier.get(f"/v1/contracts/{contract['id']}/preview?count={count}")


async def test_the_31st_is_invoiced_on_the_last_day_of_a_short_month_and_on_the_31st_again(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    first = month_end()
    contract = await make(tier, customer_id, first_on=first.isoformat())
    await days_pass(tier, contract, 3)
    expected = [first, on_day(first, 1, 31), on_day(first, 2, 31)]
    assert [one["on"] for one in await issued(tier, contract["id"])] == [day.isoformat() for day in expected]


async def test_the_preview_is_what_is_issued(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id, every=2, unit="week")
    shown = (await preview(tier, contract, 3))["items"]
    await days_pass(tier, contract, 3)
    became = await issued(tier, contract["id"])
    assert [(one["on"], one["total"], one["begins_on"], one["ends_on"]) for one in shown] == [
        (one["on"], one["total"], one["begins_on"], one["ends_on"]) for one in became
    ]
    orders = (await tier.get(f"/v1/customers/{customer_id}/orders"))["items"][1:]
    assert [one["lines"][0]["description"] for one in orders] == [one["lines"][0]["description"] for one in shown]
    assert shown[0]["lines"][0]["description"].startswith("Storage ")
    assert "{" not in shown[0]["lines"][0]["description"]


async def test_what_is_still_typed_is_previewed_and_nothing_is_written(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    body = {"name": "Rent", "lines": [LINE], "first_on": today(3).isoformat(), "unit": "day", "every": 10, "times": 4}
    shown = await tier.post(f"/v1/customers/{customer_id}/contracts/preview", body, 200)
    assert [one["on"] for one in shown["items"]] == [today(3 + 10 * n).isoformat() for n in range(4)]
    assert {one["total"]["amount"] for one in shown["items"]} == {"120.00"}
    assert (await tier.get(f"/v1/customers/{customer_id}/contracts"))["items"] == []


async def test_each_date_has_one_invoice_however_often_the_sweep_runs(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    at = after(today(1))
    assert [await issue_due(tier.pool, at) for _ in range(3)] == [1, 0, 0]
    assert await issue_due(tier.pool, at - timedelta(days=400)) == 0
    assert await states(tier, contract["id"]) == ["issued"]
    assert await tier.pool.fetchval("SELECT count(*) FROM orders WHERE contract_id = $1", contract["id"]) == 1


async def test_its_orders_go_where_orders_go(tier: Tier3) -> None:
    """The workflow watches the invoice, and the commission ledger hears of the sale, as of any other order."""
    customer_id, _ = await tier.customer()
    await make(tier, customer_id, payment_days=5)
    await issue_due(tier.pool, after(today(1)))
    [told] = await tier.sent(customer_id, "order_placed")
    invoice = await tier.get(f"/v1/invoices/{told['invoice_id']}")
    assert (told["keeps_nudge"], told["money"]["kind"], told["money"]["person"]) == (True, "ordered", "oleh")
    due, at = (datetime.fromisoformat(invoice[name]) for name in ("due_at", "issued_at"))
    assert due - at == timedelta(days=5)
    reports = await tier.pool.fetch(
        "SELECT start_input AS told FROM outbox WHERE activity = 'conversion.record_commission'"
    )
    sales = [one["told"]["sale_id"] for one in reports if one["told"]["kind"] == "ordered"]
    assert sales == [told["order_id"]]


async def test_a_contracts_orders_leave_the_reorder_nudge_alone(tier: Tier3) -> None:
    customer_id = await tier.bought([90, 60, 30])
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]})
    before = await tier.get(f"/v1/customers/{customer_id}")
    card = await tier.get(f"/v1/customers/{customer_id}/card")
    contract = await make(tier, customer_id, unit="day", every=1)
    await days_pass(tier, contract, 3)
    assert await states(tier, contract["id"]) == ["issued"] * 3
    now = await tier.get(f"/v1/customers/{customer_id}")
    assert now["next_nudge_at"] == before["next_nudge_at"]
    later = await tier.get(f"/v1/customers/{customer_id}/card")
    async with tier.pool.acquire() as conn:
        assert len(await forecasts.purchases(conn, customer_id)) == 4
    assert (later["rhythm"]["orders"], later["bought"]) == (card["rhythm"]["orders"], card["bought"])


async def test_an_end_by_day_and_an_end_by_number_are_kept(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    by_day = await make(tier, customer_id, unit="day", every=7, last_on=today(15).isoformat())
    by_number = await make(tier, customer_id, unit="day", every=7, times=2)
    for weeks in range(5):
        await issue_due(tier.pool, after(today(1 + 7 * weeks)))
    assert await states(tier, by_day["id"]) == ["issued"] * 3
    assert await states(tier, by_number["id"]) == ["issued"] * 2
    for one in (by_day, by_number):
        ended = await tier.get(f"/v1/contracts/{one['id']}")
        assert (ended["state"], ended["next"]) == ("ended", None)


async def test_a_date_left_out_is_no_invoice_of_those_that_were_agreed(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id, unit="day", every=7, times=2)
    skipped = await act(tier, contract, "periods/1/skip")
    assert skipped["next"]["number"] == 2
    assert (await act(tier, contract, "periods/1/skip"))["next"]["number"] == 2
    await act(tier, contract, "periods/3/skip", status=409)
    await days_pass(tier, contract, 3)
    assert await states(tier, contract["id"]) == ["skipped", "issued", "issued"]


async def test_the_catalogues_price_is_that_of_the_day(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    line = {**LINE, "product_id": "ftl"}
    first = today(1)
    by_day = {"unit": "day", "every": 7, "first_on": first.isoformat()}
    moving = await make(tier, customer_id, lines=[line], price_by="catalogue", **by_day)
    fixed = await make(tier, customer_id, lines=[line], **by_day)
    price = {"price": {"amount": "150.00", "currency": "UAH"}, "valid_from": after(today(4)).isoformat()}
    await tier.post("/v1/products/ftl/prices", price, headers=boss())
    shown = (await preview(tier, moving, 2))["items"]
    assert [one["total"]["amount"] for one in shown] == ["120.00", "180.00"]
    assert [one["total"]["amount"] for one in (await preview(tier, fixed, 2))["items"]] == ["120.00", "120.00"]


async def test_a_change_holds_from_the_next_date_on(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    first = month_end()
    contract = await make(tier, customer_id, first_on=first.isoformat())
    await days_pass(tier, contract, 2)
    dearer = [{**LINE, "unit_price": {"amount": "200.00", "currency": "UAH"}}]
    changed = await change(tier, contract, lines=dearer, every=2)
    assert changed["next"]["on"] == on_day(first, 2, 31).isoformat()
    await days_pass(tier, contract, 2)
    became = await issued(tier, contract["id"])
    assert [one["total"]["amount"] for one in became] == ["120.00", "120.00", "240.00", "240.00"]
    assert became[3]["on"] == on_day(first, 4, 31).isoformat()


async def test_a_change_may_move_the_next_date_but_not_before_the_last_one(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    await days_pass(tier, contract, 1)
    refused = await change(tier, contract, 422, next_on=today(1).isoformat())
    assert refused["errors"][0]["field"] == "next_on"
    moved = await change(tier, contract, next_on=today(5).isoformat())
    assert moved["next"]["on"] == today(5).isoformat()
    assert moved["day"] == today(5).day


async def test_pause_and_going_on_say_what_becomes_of_the_dates_that_passed(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    for missed, became in (("skip", ["skipped"] * 3), ("issue", ["issued"] * 3)):
        contract = await make(tier, customer_id, unit="day", every=10, first_on=today(-21).isoformat())
        await act(tier, contract, "pause", {"reason": "they move house"})
        await issue_due(tier.pool)
        assert await states(tier, contract["id"]) == []
        shown = await preview(tier, contract, 1)
        assert [one["on"] for one in shown["missed"]] == [today(days).isoformat() for days in (-21, -11, -1)]
        assert shown["items"][0]["on"] == today(9).isoformat()
        resumed = await act(tier, contract, "resume", {"missed": missed})
        assert (resumed["state"], resumed["next"]["number"]) == ("active", 4)
        assert await states(tier, contract["id"]) == became


async def test_an_ended_contract_invoices_nothing_and_is_not_changed(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    ended = await act(tier, contract, "end", {"reason": "they moved"})
    assert (ended["state"], ended["reason"], ended["next"]) == ("ended", "they moved", None)
    await issue_due(tier.pool, after(today(1)))
    assert await states(tier, contract["id"]) == []
    assert (await change(tier, contract, 409, name="Other"))["code"] == "wrong_state"
    await act(tier, contract, "resume", {}, 409)


BAD = [
    ("lines[0].description", {"lines": [{**LINE, "description": "Rent {perod}"}]}),
    ("lines[0].product_id", {"lines": [{**LINE, "product_id": "nothing"}]}),
    ("lines[0].product_id", {"lines": [{**LINE, "product_id": "old"}]}),
    ("first_on", {"first_on": "2019-01-01"}),
    ("first_on", {"first_on": 5}),
    ("entity", {"entity": "NOBODY"}),
    ("entity", {"lines": [{**LINE, "unit_price": {"amount": "1.00", "currency": "EUR"}}]}),
    ("every", {"every": 0}),
    ("day", {"first_on": "2190-01-15", "day": 16}),
    ("last_on", {"first_on": "2190-01-15", "last_on": "2190-01-14"}),
    ("lines", {"lines": []}),
    ("payment_days", {"payment_days": -1}),
]


@pytest.mark.parametrize(("field", "body"), BAD)
async def test_what_cannot_be_right_is_refused_with_its_field(tier: Tier3, field: str, body: dict[str, Any]) -> None:
    await tier.post("/v1/products", {**PRODUCT, "id": "old"}, headers=boss())
    await tier.http.patch("/v1/products/old", json={"active": False}, headers=boss())
    customer_id, _ = await tier.customer()
    for path in ("contracts", "contracts/preview"):
        base = {"name": "Rent", "lines": [LINE], "first_on": today(1).isoformat()}
        refused = await tier.post(f"/v1/customers/{customer_id}/{path}", {**base, **body}, 422)
        assert [one["field"] for one in refused["errors"]] == [field]
    assert await tier.pool.fetchval("SELECT count(*) FROM contracts") == 0


async def test_only_the_customers_account_manager_and_supervisors_act_on_a_contract(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id)
    await tier.post("/v1/account-managers", {"id": "iryna", "name": "Iryna"}, headers=boss())
    theirs, path = account_manager("iryna"), f"/v1/contracts/{contract['id']}"
    body = {"name": "Rent", "lines": [LINE], "first_on": today(1).isoformat()}
    for place, what in (
        (f"/v1/customers/{customer_id}/contracts", body),
        (f"/v1/customers/{customer_id}/contracts/preview", body),
        (f"{path}/preview", {"every": 2}),
        (f"{path}/pause", {"reason": "x"}),
        (f"{path}/resume", {}),
        (f"{path}/end", {"reason": "x"}),
        (f"{path}/periods/1/skip", None),
        (f"{path}/periods/1/issue", None),
    ):
        assert (await tier.post(place, what, 403, headers=theirs))["code"] == "not_owner", place
    assert (await tier.http.patch(path, json={"every": 2}, headers=theirs)).status_code == 403
    await tier.post(f"{path}/pause", {"reason": "x"}, 200, headers=boss())


async def test_two_people_who_change_a_contract_hear_of_each_other(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    path = f"/v1/contracts/{(await make(tier, customer_id))['id']}"
    tag = (await tier.http.get(path)).headers["ETag"]
    first = await tier.http.patch(path, json={"every": 2}, headers={"If-Match": tag})
    late = await tier.http.patch(path, json={"every": 3}, headers={"If-Match": tag})
    assert (first.status_code, late.status_code) == (200, 412)
    assert (await tier.get(path))["every"] == 2


async def test_lists_go_on_where_they_ended(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    made = [(await make(tier, customer_id, name=f"Contract {n}", unit="day"))["id"] for n in range(3)]
    for path in (f"/v1/customers/{customer_id}/contracts", "/v1/contracts"):
        first = await tier.get(f"{path}?limit=2")
        rest = await tier.get(f"{path}?limit=2&after={first['next']}")
        assert [one["id"] for one in first["items"] + rest["items"]] == made
    await days_pass(tier, {"id": made[0]}, 3)
    path = f"/v1/contracts/{made[0]}/periods"
    first = await tier.get(f"{path}?limit=2")
    rest = await tier.get(f"{path}?limit=2&after={first['next']}")
    assert [one["number"] for one in first["items"] + rest["items"]] == [3, 2, 1]


async def test_a_contract_that_nobody_knows_is_not_found(tier: Tier3) -> None:
    assert (await tier.http.get(f"/v1/contracts/{new_id()}")).status_code == 404
    await tier.post(f"/v1/contracts/{new_id()}/pause", {"reason": "x"}, 404)


async def test_days_are_counted_where_the_legal_entity_keeps_its_books(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    contract = await make(tier, customer_id, issue_at="00:30")
    assert datetime.fromisoformat(contract["next"]["at"]) == after(today(1), 0) + timedelta(minutes=30)
    moved = await tier.http.patch("/v1/legal-entities/LR", json={"timezone": "America/New_York"}, headers=boss())
    assert moved.is_success, moved.text
    # It is that day in Kyiv, where the date was first counted, but not yet in New York.
    await issue_due(tier.pool, after(today(1), 2))
    assert await states(tier, contract["id"]) == []
    await issue_due(tier.pool, after(today(1), 10))
    assert await states(tier, contract["id"]) == ["issued"]
