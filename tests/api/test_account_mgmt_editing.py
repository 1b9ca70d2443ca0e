"""Tier 3: whatever people edit takes If-Match, and of two who edit one thing at once one is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.editing import Change, assert_only_what_was_read_is_changed
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import PRODUCT, Tier3, account_manager, boss, in_days, tier_3
from workflows.contracts.base import Tier

STATEMENT = "date;amount;currency;payer name;payer iban;purpose;reference\n2030-05-06;12.00;UAH;;;thanks;"


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_editing", tier=Tier.ACCOUNT_MGMT)) as running:
        yield running


async def of_customer(tier: Tier3, method: str, act: str, one: Any, other: Any) -> Change:
    customer_id, _ = await tier.customer()
    path = f"/v1/customers/{customer_id}"
    return Change(path, method, f"{path}{act}", (one, other))


async def segment(tier: Tier3) -> Change:
    return await of_customer(tier, "PATCH", "", {"segment": "steel"}, {"segment": "grain"})


async def opting_out(tier: Tier3) -> Change:
    change = await of_customer(tier, "POST", "/opt-out", {"reason": "asked by mail"}, {"reason": "asked on the phone"})
    return change


async def assignment(tier: Tier3) -> Change:
    people = [f"am-{new_id()}" for _ in range(2)]
    for person in people:
        await tier.post("/v1/account-managers", {"id": person, "name": "Somebody", "capacity": 0}, headers=boss())
    return await of_customer(
        tier, "POST", "/assign", *({"account_manager": person, "reason": "knows them"} for person in people)
    )


async def need(tier: Tier3) -> Change:
    customer_id, _ = await tier.customer()
    made = await tier.post(f"/v1/customers/{customer_id}/needs", {"text": "reefers in spring"}, headers=boss())
    path = f"/v1/needs/{made['id']}"
    return Change(path, "PATCH", path, ({"text": "reefers in May"}, {"state": "gone", "note": "they bought their own"}))


async def never_offered(tier: Tier3) -> Change:
    customer_id, _ = await tier.customer()
    path = f"/v1/customers/{customer_id}/never-offer"
    return Change(path, "PUT", f"{path}/ftl", ({"reason": "too large"}, {"reason": "too small"}))


async def offered_again(tier: Tier3) -> Change:
    change = await never_offered(tier)
    (await tier.http.put(change.path, json=change.bodies[0])).raise_for_status()
    return Change(change.read, "DELETE", change.path)


async def person_to_talk_to(tier: Tier3) -> Change:
    customer_id, _ = await tier.customer()
    path = f"/v1/customers/{customer_id}/people"
    made = await tier.post(path, {"name": "Iryna Melnyk"}, headers=boss())
    return Change(f"{path}/{made['id']}", "DELETE", f"{path}/{made['id']}")


async def order(tier: Tier3) -> Change:
    customer_id, _ = await tier.customer()
    [made] = (await tier.get(f"/v1/customers/{customer_id}/orders"))["items"]
    path = f"/v1/orders/{made['id']}"
    return Change(path, "POST", f"{path}/cancel", ({"reason": "no truck"}, {"reason": "no driver"}))


async def of_invoice(tier: Tier3, act: str, one: Any, other: Any) -> Change:
    _, opened = await tier.customer()
    path = f"/v1/invoices/{opened.invoice_id}"
    return Change(path, "POST", f"{path}/{act}", (one, other))


def some(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "UAH"}


async def payment(tier: Tier3) -> Change:
    one, other = ({"amount": some(amount), "reference": new_id()} for amount in ("10.00", "20.00"))
    return await of_invoice(tier, "payments", one, other)


async def credit_note(tier: Tier3) -> Change:
    one, other = ({"amount": some(amount), "reason": "a day late"} for amount in ("10.00", "20.00"))
    return await of_invoice(tier, "credit-notes", one, other)


async def transfer(tier: Tier3) -> Change:
    file = {"file": ("s.csv", f"{STATEMENT}{new_id()}\n".encode())}
    statement = (await tier.http.post("/v1/bank-statements", files=file, headers=boss())).json()
    [made] = (await tier.get(f"/v1/bank-transfers?statement_id={statement['id']}"))["items"]
    path = f"/v1/bank-transfers/{made['id']}"
    return Change(path, "POST", f"{path}/ignore", ({"reason": "interest"}, {"reason": "a gift"}))


async def a_product(tier: Tier3) -> str:
    product_id = f"p-{new_id()}"
    await tier.post("/v1/products", PRODUCT | {"id": product_id}, headers=boss())
    return f"/v1/products/{product_id}"


async def product(tier: Tier3) -> Change:
    path = await a_product(tier)
    return Change(path, "PATCH", path, ({"unit": "tonne"}, {"unit": "pallet"}))


async def price(tier: Tier3) -> Change:
    path = await a_product(tier)
    return Change(path, "POST", f"{path}/prices", ({"price": some("90.00")}, {"price": some("95.00")}))


async def legal_entity(tier: Tier3) -> Change:
    [first, *_] = (await tier.get("/v1/legal-entities"))["items"]
    path = f"/v1/legal-entities/{first['id']}"
    return Change(path, "PATCH", path, ({"city": "Lviv"}, {"city": "Odesa"}))


async def colleague(tier: Tier3) -> Change:
    # Without room for customers: those of the other tests stay with whom they know.
    person = f"am-{new_id()}"
    await tier.post("/v1/account-managers", {"id": person, "name": "Somebody", "capacity": 0}, headers=boss())
    path = f"/v1/account-managers/{person}"
    return Change(path, "PATCH", path, ({"name": "Iryna"}, {"name": "Olena"}))


async def absence(tier: Tier3) -> Change:
    path = f"{(await colleague(tier)).path}/absences"
    made = await tier.post(path, {"starts_at": in_days(3), "ends_at": in_days(7)}, headers=boss())
    return Change(f"{path}/{made['id']}", "DELETE", f"{path}/{made['id']}")


async def policy(tier: Tier3) -> Change:
    shown = (await tier.http.get("/v1/policies/current", headers=boss())).json()["body"]
    one, other = ({"body": {**shown, "payment_term": f"P{days}D"}} for days in (9, 11))
    return Change("/v1/policies/current", "POST", "/v1/policies", (one, other))


@pytest.mark.parametrize(
    "thing",
    [
        segment, opting_out, assignment, need, never_offered, offered_again, person_to_talk_to, order, payment,
        credit_note, transfer, product, price, legal_entity, colleague, absence, policy,
    ],
    ids=lambda thing: str(thing.__name__),
)  # fmt: skip
async def test_only_what_was_read_is_changed(tier: Tier3, thing: Callable[[Tier3], Awaitable[Change]]) -> None:
    maria = auth(Tier.ACCOUNT_MGMT, "supervisor", "maria")
    await assert_only_what_was_read_is_changed(tier.http, await thing(tier), boss(), maria)


async def test_a_colleague_who_sees_a_masked_card_is_told_of_the_same_changes(tier: Tier3) -> None:
    """The tag is of what one is shown; who changed something is known whatever one is shown."""
    change = await segment(tier)
    mine, theirs = [(await change.shown(tier.http, who)).headers["etag"] for who in (account_manager(), boss())]
    assert mine == theirs, "both see it in clear"
    await change.send(tier.http, boss(), theirs)
    late = await change.send(tier.http, account_manager(), mine, 1)
    assert [edit["by"] for edit in late.json()["changes"]] == ["boss"]
