"""Nobody writes on a colleague's customer or reads their numbers; the cover of an absent colleague does both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.api.openapi import Ids, operations
from tests.fixtures.contracts_3 import make
from tests.fixtures.documents import document_of
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, account_manager, boss, in_days, nudge_request, tier_3
from workflows.contracts.base import Tier

DOCUMENT = document_of("account_mgmt")
PHONE, EMAIL = "+380441234567", "olena@viter.example"
MASKED = ("+380•••••4567", "o***@viter.example")
OURS = {
    "POST /v1/customers/{customer_id}/complaints",
    "POST /v1/bank-transfers/{transfer_id}/ignore",
    "POST /v1/bank-statements/{statement_id}/cancel",
    "POST /v1/mail-stops/{token}",
    "POST /v1/mail-templates/{kind}/{language}/preview",
}
"""Whoever hears a complaint records it; a transfer is nobody's until it has candidates (test_account_mgmt_bank), and a
statement is the whole tier's. A mail is stopped by whoever has the link in it; a preview of a text is about nobody."""


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_ownership", tier=Tier.ACCOUNT_MGMT)) as tier:
        for person in ("petro", "cover"):
            await tier.post("/v1/account-managers", {"id": person, "name": person, "capacity": 0}, headers=boss())
        yield tier


def example(operation: dict[str, Any]) -> Any:
    """The document's own example of this route's body, or none."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for one in [content, *content.get("anyOf", [])]:
        model = DOCUMENT["components"]["schemas"].get(one.get("$ref", "").rpartition("/")[2], {})
        if found := model.get("example") or next(iter(model.get("examples", [])), None):
            return found
    return None


async def writes(tier: Tier3) -> list[tuple[str, str, str, Any]]:
    """(name, method, address, body) of every change of Oleh's customer that an account manager can ask for."""
    customer_id, account = await tier.customer()
    opened = await tier.activities.open_nudge(nudge_request(customer_id))
    need = await tier.post(f"/v1/customers/{customer_id}/needs", {"text": "a crane"})
    person = await tier.post(f"/v1/customers/{customer_id}/people", {"name": "Iryna"})
    complaint = await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "late"})
    order = (await tier.get(f"/v1/customers/{customer_id}/orders"))["items"][0]
    contract = await make(tier, customer_id)
    same, gone = (await tier.customer())[0], (await tier.customer())[0]
    merge = await tier.post(f"/v1/customers/{customer_id}/merge", {"gone": gone}, headers=boss())
    known = {"merge_id": merge["id"], "contract_id": contract["id"], "number": "1",
             "customer_id": customer_id, "invoice_id": account.invoice_id, "order_id": order["id"],
             "need_id": need["id"], "person_id": person["id"], "product_id": "ftl"}  # fmt: skip
    found = []
    for path, method, operation in operations(DOCUMENT):
        name = f"{method.upper()} {path}"
        if method == "get" or name in OURS or "{" not in path:
            continue
        item = complaint["item_id"] if "/work/" in path else opened.item_id
        body = example(operation)
        if path.endswith("/match"):
            body["invoices"][0]["invoice_id"] = account.invoice_id
        elif path.endswith("/merge"):
            body = {**(body or {}), "gone": same}
        elif path.endswith("/returned"):
            body["invoice_id"] = account.invoice_id
        found.append((name, method, path.format_map(Ids({**known, "item_id": item})), body))
    return found


async def test_a_colleague_changes_nothing_of_a_customer(tier: Tier3) -> None:
    tried = await writes(tier)
    before = await tier.counts()
    answers = {}
    for name, method, address, body in tried:
        answer = await tier.http.request(method, address, json=body, headers=account_manager("petro"))
        answers[name] = (answer.status_code, answer.json().get("code") if answer.content else None)
    allowed = {name: said for name, said in answers.items() if said not in ((403, "not_owner"), (403, "wrong_role"))}
    assert allowed == {}
    assert sum(said == (403, "not_owner") for said in answers.values()) >= 14
    assert await tier.counts() == before


@pytest.mark.parametrize("headers", [account_manager, boss], ids=["owner", "supervisor"])
async def test_whoever_acts_for_a_customer_books_their_money(
    tier: Tier3, headers: Callable[[], dict[str, str]]
) -> None:
    _, account = await tier.customer()
    part = {"amount": {"amount": "1.00", "currency": "UAH"}}
    await tier.post(f"/v1/invoices/{account.invoice_id}/payments", {**part, "reference": "b-1"}, headers=headers())
    note = {**part, "reason": "a scratch"}
    await tier.post(f"/v1/invoices/{account.invoice_id}/credit-notes", note, headers=headers())


async def test_who_is_not_registered_or_works_here_no_longer_is_nobody(tier: Tier3) -> None:
    customer_id, account = await tier.customer()
    await tier.pool.execute("UPDATE customers SET account_manager = NULL WHERE id = $1", customer_id)
    pay = {"amount": {"amount": "1.00", "currency": "UAH"}, "reference": "b-0"}
    path = f"/v1/invoices/{account.invoice_id}/payments"
    refused = await tier.post(path, pay, 403, headers=account_manager("nobody"))
    assert refused["code"] == "not_owner"
    await tier.post(
        "/v1/account-managers", {"id": "gone", "name": "Gone", "capacity": 0, "active": False}, headers=boss()
    )
    await tier.post(path, pay, 403, headers=account_manager("gone"))
    await tier.post(path, pay, headers=account_manager("petro"))


async def test_whoever_is_not_registered_changes_nothing_and_may_only_record_a_complaint(tier: Tier3) -> None:
    let_in = set()
    for path, method, operation in operations(DOCUMENT):
        address = path.format_map(Ids(kind="invoice", language="de", number="1"))
        is_form = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
        said: dict[str, Any] = {"files": {"file": ("s.csv", b"x")}} if is_form else {"json": {"reason": "x"}}
        if method != "get":
            answer = await tier.http.request(method, address, headers=account_manager("nobody"), **said)
            if answer.status_code not in (401, 403):
                let_in.add(f"{method.upper()} {path}")
    assert let_in == {"POST /v1/customers/{customer_id}/complaints", "POST /v1/mail-stops/{token}",
                      "POST /v1/mail-templates/{kind}/{language}/preview"}  # fmt: skip


async def test_the_cover_of_an_absent_colleague_books_their_money(tier: Tier3) -> None:
    await tier.post("/v1/account-managers", {"id": "ivan", "name": "Ivan", "capacity": 0}, headers=boss())
    customer_id, account = await tier.customer()
    await tier.post(
        f"/v1/customers/{customer_id}/assign", {"account_manager": "ivan", "reason": "asked"}, 200, headers=boss()
    )
    pay = {"amount": {"amount": "1.00", "currency": "UAH"}, "reference": "b-2"}
    path = f"/v1/invoices/{account.invoice_id}/payments"
    await tier.post(path, pay, 403, headers=account_manager("cover"))
    absence = {"starts_at": in_days(-1), "ends_at": in_days(7), "cover": "cover"}
    await tier.post("/v1/account-managers/ivan/absences", absence, headers=boss())
    await tier.post(path, pay, headers=account_manager("cover"))
    await tier.post(path, {**pay, "reference": "b-3"}, 403, headers=account_manager("petro"))


async def seen(tier: Tier3, path: str, headers: dict[str, str]) -> str:
    answer = await tier.http.get(path, headers=headers)
    assert answer.is_success, answer.text
    return answer.text


async def test_lists_show_no_number_of_a_customer_to_anybody(tier: Tier3) -> None:
    customer_id, _ = await tier.customer(email=EMAIL)
    await tier.activities.open_nudge(nudge_request(customer_id))
    await tier.post(f"/v1/customers/{customer_id}/people", {"name": "Iryna", "phones": [PHONE], "email": EMAIL})
    for path in ("/v1/customers?limit=200", "/v1/nudges?limit=200"):
        for headers in (account_manager("oleh"), account_manager("petro"), boss(), auth("ops", "ops")):
            text = await seen(tier, path, headers)
            assert customer_id in text and MASKED[1] in text and MASKED[0] in text
            assert PHONE not in text and EMAIL not in text


@pytest.mark.parametrize("path", ["", "/card", "/people"])
async def test_a_single_customer_is_shown_whole_to_whoever_acts_for_them(tier: Tier3, path: str) -> None:
    customer_id, _ = await tier.customer(email=EMAIL)
    await tier.post(f"/v1/customers/{customer_id}/people", {"name": "Iryna", "phones": [PHONE], "email": EMAIL})
    for headers in (account_manager("oleh"), boss()):
        text = await seen(tier, f"/v1/customers/{customer_id}{path}", headers)
        assert PHONE in text and EMAIL in text
    for headers in (account_manager("petro"), auth("ops", "ops"), auth("ops", "ops", "oleh")):
        text = await seen(tier, f"/v1/customers/{customer_id}{path}", headers)
        assert PHONE not in text and EMAIL not in text
        assert MASKED[0] in text and MASKED[1] in text


async def test_a_payment_on_an_unknown_invoice_is_not_found(tier: Tier3) -> None:
    pay = {"amount": {"amount": "1.00", "currency": "UAH"}, "reference": "b-4"}
    await tier.post(f"/v1/invoices/{new_id()}/payments", pay, 404)
