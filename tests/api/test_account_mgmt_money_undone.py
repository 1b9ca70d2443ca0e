"""What the bookkeeper puts right: payments reversed, surpluses given back or moved, differences written off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.repository.invoice_sums import open_amount, owed
from services.chassis.db import new_id
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, boss, in_days, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_money_undone", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def money(amount: str, currency: str = "UAH") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


async def pay(tier: Tier3, invoice_id: str, amount: str, reference: str = "", **more: Any) -> dict[str, Any]:
    body = {"amount": money(amount), "reference": reference or new_id(), **more}
    return dict(await tier.post(f"/v1/invoices/{invoice_id}/payments", body))


async def reverse(tier: Tier3, invoice: dict[str, Any], status: int = 201, place: int = 0, **body: Any) -> Any:
    path = f"/v1/invoices/{invoice['id']}/payments/{invoice['payments'][place]['id']}/reversal"
    return await tier.post(path, {"reason": "typed twice", **body}, status)


async def refund(tier: Tier3, invoice_id: str, amount: str, reference: str, status: int = 201, **more: Any) -> Any:
    body = {"amount": money(amount), "reference": reference, "reason": "too much", **more}
    return await tier.post(f"/v1/invoices/{invoice_id}/refunds", body, status, boss())


async def stands(tier: Tier3, invoice_id: str) -> tuple[str, str]:
    """(state, what is open)."""
    one = await tier.get(f"/v1/invoices/{invoice_id}")
    return one["state"], one["open_amount"]["amount"]


async def commission(tier: Tier3, customer_id: str) -> list[tuple[str, str]]:
    """What tier 2's ledger is told of a customer's money, in order."""
    rows = await tier.pool.fetch(
        "SELECT start_input AS told FROM outbox WHERE activity = 'conversion.record_commission' ORDER BY id"
    )
    ours = [row["told"] for row in rows if row["told"]["customer_id"] == customer_id]
    return [(one["kind"], one["amount"]["amount"]) for one in ours]


async def second_invoice(tier: Tier3, customer_id: str, **line: Any) -> dict[str, Any]:
    order = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE | line]})
    return dict(order["invoice"])


# ---- payments reversed


async def test_a_reversed_payment_opens_the_invoice_and_tells_workflow_and_commission(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    paid = await pay(tier, opened.invoice_id, "120.00", "bank-1")
    after = await reverse(tier, paid)
    assert (after["state"], after["open_amount"]["amount"], after["paid"]["amount"]) == ("open", "120.00", "0.00")
    (payment,) = after["payments"]
    assert (payment["reference"], payment["reversal"]["reason"]) == ("bank-1", "typed twice")
    assert (payment["reversal"]["kind"], payment["reversal"]["reversed_by"]) == ("mistake", "oleh")
    assert await tier.signals(customer_id) == ["invoice_paid", "money_moved", "invoice_reopened"]
    (told,) = await tier.sent(customer_id, "invoice_reopened")
    assert (told["invoice_id"], told["level"]) == (opened.invoice_id, 0)
    assert datetime.fromisoformat(told["due_at"]) == opened.due_at
    assert await commission(tier, customer_id) == [("paid", "120.00"), ("reversed", "120.00")]


async def test_a_payment_is_reversed_once(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    paid = await pay(tier, opened.invoice_id, "50.00")
    assert await reverse(tier, paid) == await reverse(tier, paid)
    refused = await reverse(tier, paid, 409, reason="something else")
    assert refused["code"] == "already_reversed" and "typed twice" in refused["detail"]
    assert await commission(tier, customer_id) == [("paid", "50.00"), ("reversed", "50.00")]


async def test_a_mistyped_payment_is_typed_again_under_its_reference(tier: Tier3) -> None:
    _, opened = await tier.customer()
    paid = await pay(tier, opened.invoice_id, "1200.00", "bank-9")
    await reverse(tier, paid)
    again = await pay(tier, opened.invoice_id, "120.00", "bank-9")
    assert (again["state"], again["open_amount"]["amount"]) == ("paid", "0.00")
    assert [one["reference"] for one in again["payments"]] == ["bank-9", "bank-9"]


async def test_one_of_two_payments_reversed_leaves_the_other(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "120.00")
    paid = await pay(tier, opened.invoice_id, "120.00")
    after = await reverse(tier, paid, place=1)
    assert (after["state"], after["open_amount"]["amount"]) == ("paid", "0.00")
    assert "invoice_reopened" not in await tier.signals(customer_id)


async def test_an_overdue_invoice_that_opens_again_is_reminded_after_a_wait_at_its_level(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    paid = await pay(tier, opened.invoice_id, "120.00")
    await tier.pool.execute(
        "UPDATE invoices SET due_at = now() - interval '20 days', dunning = 2 WHERE id = $1", opened.invoice_id
    )
    await reverse(tier, paid, kind="returned", reason="no cover")
    (told,) = await tier.sent(customer_id, "invoice_reopened")
    assert told["level"] == 2
    wait = datetime.fromisoformat(told["due_at"]) - datetime.now(UTC)
    assert timedelta(days=6) < wait < timedelta(days=20)


async def test_nobody_reverses_what_is_not_there_or_a_colleagues(tier: Tier3) -> None:
    _, opened = await tier.customer()
    paid = await pay(tier, opened.invoice_id, "10.00")
    _, other = await tier.customer()
    path = f"/v1/invoices/{other.invoice_id}/payments/{paid['payments'][0]['id']}/reversal"
    await tier.post(path, {"reason": "x"}, 404)
    await tier.post(f"/v1/invoices/{opened.invoice_id}/payments/{new_id()}/reversal", {"reason": "x"}, 404)
    await tier.post("/v1/account-managers", {"id": "petro", "name": "Petro", "capacity": 0}, headers=boss())
    stranger = auth(Tier.ACCOUNT_MGMT, "account_manager", "petro")
    own = f"/v1/invoices/{opened.invoice_id}"
    for more, body in (
        (f"payments/{paid['payments'][0]['id']}/reversal", {"reason": "x"}),
        ("write-offs", {"reason": "x"}),
        ("surplus-moves", {"to_invoice_id": other.invoice_id, "reason": "x"}),
    ):
        assert (await tier.post(f"{own}/{more}", body, 403, stranger))["code"] == "not_owner"
        await tier.post(f"{own}/{more}", {**body, "reason": ""}, 422)


async def test_an_invoice_changed_since_it_was_read_is_not_corrected(tier: Tier3) -> None:
    _, opened = await tier.customer()
    paid = await pay(tier, opened.invoice_id, "10.00")
    path = f"/v1/invoices/{opened.invoice_id}/payments/{paid['payments'][0]['id']}/reversal"
    await tier.post(path, {"reason": "x"}, 412, {"If-Match": '"of-yesterday"'})


# ---- what is too much


async def test_a_surplus_is_not_refunded_twice(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "150.00")
    await refund(tier, opened.invoice_id, "30.00", "R1")
    assert await stands(tier, opened.invoice_id) == ("paid", "0.00")
    refused = await refund(tier, opened.invoice_id, "30.00", "R2", 422)
    assert refused["errors"][0]["field"] == "amount.amount"
    assert await commission(tier, customer_id) == [("paid", "150.00"), ("refunded", "30.00")]


async def test_a_payment_that_came_twice_is_given_back_once(tier: Tier3) -> None:
    _, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "120.00")
    await pay(tier, opened.invoice_id, "120.00")
    await refund(tier, opened.invoice_id, "120.00", "R1")
    await refund(tier, opened.invoice_id, "120.00", "R2", 422)
    assert await stands(tier, opened.invoice_id) == ("paid", "0.00")


async def test_more_given_back_than_was_too_much_opens_the_invoice_until_a_credit_note_covers_it(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "120.00")
    await refund(tier, opened.invoice_id, "40.00", "R1")
    assert await stands(tier, opened.invoice_id) == ("open", "40.00")
    assert "invoice_reopened" in await tier.signals(customer_id)
    await tier.post(f"/v1/invoices/{opened.invoice_id}/credit-notes", {"reason": "one truck less"})
    assert await stands(tier, opened.invoice_id) == ("paid", "0.00")


async def test_a_refund_names_its_credit_note_and_gives_back_at_most_that(tier: Tier3) -> None:
    _, opened = await tier.customer()
    path = f"/v1/invoices/{opened.invoice_id}"
    await pay(tier, opened.invoice_id, "150.00")
    credited = await tier.post(f"{path}/credit-notes", {"amount": money("20.00"), "reason": "late"})
    note = credited["credit_notes"][0]["id"]
    more = await refund(tier, opened.invoice_id, "25.00", "R1", 422, credit_note_id=note)
    assert more["errors"][0]["field"] == "amount.amount"
    other = await refund(tier, opened.invoice_id, "20.00", "R1", 422, credit_note_id=new_id())
    assert other["errors"][0]["field"] == "credit_note_id"
    await refund(tier, opened.invoice_id, "20.00", "R1", credit_note_id=note)
    await refund(tier, opened.invoice_id, "10.00", "R2", 422, credit_note_id=note)
    await refund(tier, opened.invoice_id, "30.00", "R2")
    listed = (await tier.get(f"{path}/refunds"))["items"]
    assert [(one["amount"]["amount"], one["credit_note_id"]) for one in listed] == [("20.00", note), ("30.00", None)]
    assert await stands(tier, opened.invoice_id) == ("paid", "0.00")


async def test_a_surplus_pays_another_invoice_of_the_customer(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    other = await second_invoice(tier, customer_id)
    await pay(tier, opened.invoice_id, "150.00")
    path = f"/v1/invoices/{opened.invoice_id}/surplus-moves"
    move = await tier.post(path, {"to_invoice_id": other["id"], "reason": "as agreed"})
    assert (move["amount"]["amount"], move["to_number"]) == ("30.00", other["number"])
    assert await stands(tier, opened.invoice_id) == ("paid", "0.00")
    there = await tier.get(f"/v1/invoices/{other['id']}")
    assert (there["state"], there["open_amount"]["amount"]) == ("open", "90.00")
    first = (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["number"]
    assert [(one["amount"]["amount"], one["moved_from"]) for one in there["payments"]] == [("30.00", first)]
    told = await commission(tier, customer_id)
    assert told == [("ordered", "100.00"), ("paid", "150.00"), ("reversed", "30.00"), ("paid", "30.00")]
    assert (await tier.post(path, {"to_invoice_id": other["id"], "reason": "again"}, 409))["code"] == "wrong_state"
    await refund(tier, opened.invoice_id, "30.00", "R1", 422)
    assert (await tier.get(path))["items"] == [move]


async def test_moved_money_goes_back_when_it_is_reversed_and_only_then_what_it_came_from(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    other = await second_invoice(tier, customer_id)
    paid = await pay(tier, opened.invoice_id, "150.00")
    path = f"/v1/invoices/{opened.invoice_id}/surplus-moves"
    await tier.post(path, {"to_invoice_id": other["id"], "amount": money("20.00"), "reason": "as agreed"})
    assert (await reverse(tier, paid, 409))["code"] == "moved"
    there = await tier.get(f"/v1/invoices/{other['id']}")
    assert (await reverse(tier, there))["open_amount"]["amount"] == "120.00"
    assert await stands(tier, opened.invoice_id) == ("paid", "-30.00")
    assert (await tier.get(path))["items"][0]["undone_at"]
    assert (await reverse(tier, paid))["open_amount"]["amount"] == "120.00"


@pytest.mark.parametrize(
    ("amount", "field"), [("31.00", "amount.amount"), ("0.00", "amount.amount"), ("-5.00", "amount.amount")]
)
async def test_no_more_is_moved_than_is_too_much(tier: Tier3, amount: str, field: str) -> None:
    customer_id, opened = await tier.customer()
    other = await second_invoice(tier, customer_id)
    await pay(tier, opened.invoice_id, "150.00")
    body = {"to_invoice_id": other["id"], "amount": money(amount), "reason": "x"}
    refused = await tier.post(f"/v1/invoices/{opened.invoice_id}/surplus-moves", body, 422)
    assert refused["errors"][0]["field"] == field


async def test_money_is_not_moved_to_another_customer_currency_or_the_same_invoice(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "150.00")
    _, stranger = await tier.customer()
    euros = await second_invoice(tier, customer_id, unit_price=money("10.00", "EUR"))
    path = f"/v1/invoices/{opened.invoice_id}/surplus-moves"
    for target in (opened.invoice_id, stranger.invoice_id, euros["id"]):
        refused = await tier.post(path, {"to_invoice_id": target, "reason": "x"}, 422)
        assert refused["errors"][0]["field"] == "to_invoice_id"


async def test_two_people_at_once_undo_a_payment_and_give_a_surplus_back_once(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    paid = await pay(tier, opened.invoice_id, "150.00")
    body = {"amount": money("30.00"), "reason": "too much"}
    path = f"/v1/invoices/{opened.invoice_id}"
    refunds = [tier.http.post(f"{path}/refunds", json=body | {"reference": r}, headers=boss()) for r in ("R1", "R2")]
    assert sorted([one.status_code for one in await asyncio.gather(*refunds)]) == [201, 422]
    undo = f"{path}/payments/{paid['payments'][0]['id']}/reversal"
    both = [tier.http.post(undo, json={"reason": "bounced", "kind": "returned"}) for _ in range(2)]
    assert [one.status_code for one in await asyncio.gather(*both)] == [201, 201]
    # What was given back of money that never came is owed with the rest.
    assert await stands(tier, opened.invoice_id) == ("open", "150.00")
    assert [kind for kind, _ in await commission(tier, customer_id)] == ["paid", "refunded", "reversed"]


# ---- written off


async def test_a_small_difference_is_written_off_and_commission_is_not_lowered(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "119.50")
    path = f"/v1/invoices/{opened.invoice_id}/write-offs"
    made = await tier.post(path, {"kind": "bank_charge", "reason": "their bank kept a fee"})
    assert (made["amount"]["amount"], made["written_by"]) == ("0.50", "oleh")
    assert await stands(tier, opened.invoice_id) == ("paid", "0.00")
    assert await tier.signals(customer_id) == ["invoice_paid", "invoice_voided"]
    assert await commission(tier, customer_id) == [("paid", "119.50"), ("paid", "0.50")]
    assert (await tier.get(path))["items"] == [made]
    assert (await tier.post(path, {"reason": "again"}, 409))["code"] == "wrong_state"


async def test_a_role_writes_off_no_more_of_an_invoice_than_the_policy_lets_it(tier: Tier3) -> None:
    _, opened = await tier.customer()
    path = f"/v1/invoices/{opened.invoice_id}/write-offs"
    refused = await tier.post(path, {"reason": "all of it"}, 403)
    assert (refused["code"], refused["limit"]) == ("above_limit", "50.00")
    await tier.post(path, {"amount": money("30.00"), "reason": "a part"})
    await tier.post(path, {"amount": money("30.00"), "reason": "in parts"}, 403)
    await tier.post(path, {"amount": money("90.01"), "reason": "too much"}, 422, boss())
    await tier.post(path, {"reason": "the rest"}, 201, boss())
    assert await stands(tier, opened.invoice_id) == ("paid", "0.00")


async def test_what_was_written_off_is_asked_for_again_by_a_supervisor(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    await pay(tier, opened.invoice_id, "110.00")
    path = f"/v1/invoices/{opened.invoice_id}/write-offs"
    made = await tier.post(path, {"reason": "a difference"})
    undo = f"{path}/{made['id']}/reversal"
    await tier.post(undo, {"reason": "they will pay"}, 403)
    assert (await tier.post(undo, {"reason": "they will pay"}, 201, boss()))["undone_by"] == "boss"
    assert await stands(tier, opened.invoice_id) == ("open", "10.00")
    assert "invoice_reopened" in await tier.signals(customer_id)
    assert (await commission(tier, customer_id))[-1] == ("reversed", "10.00")
    assert (await tier.post(undo, {"reason": "other"}, 409, boss()))["code"] == "already_reversed"


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"account_manager": {"UAH": "3000"}}, "write_off_limits"),
        ({"account_manager": {"XXX": "1"}}, "write_off_limits.account_manager.XXX"),
        ({"supervisor": {"UAH": "-1"}}, "write_off_limits.supervisor.UAH"),
        ({"supervisor": {"JPY": "0.50"}}, "write_off_limits"),
        ({"caller": {"UAH": "1"}}, "write_off_limits.caller"),
    ],
)
async def test_limits_that_cannot_be_meant_are_refused_by_their_field(tier: Tier3, limits: Any, field: str) -> None:
    refused = await tier.post("/v1/policies", {"body": {"write_off_limits": limits}}, 422, boss())
    assert refused["errors"][0]["field"].startswith(f"body.{field}")


# ---- references, dates, nothing to pay


async def test_a_reference_with_another_amount_is_a_conflict_that_says_both(tier: Tier3) -> None:
    _, opened = await tier.customer()
    path = f"/v1/invoices/{opened.invoice_id}"
    await pay(tier, opened.invoice_id, "60.00", "bank-7")
    other = await tier.post(f"{path}/payments", {"amount": money("90.00"), "reference": "bank-7"}, 409)
    assert (other["code"], other["booked"], other["asked"]) == ("other_amount", "60.00", "90.00")
    assert "60.00" in other["detail"] and "90.00" in other["detail"]
    # However it is typed it is the same one.
    assert (await pay(tier, opened.invoice_id, "60.00", " BANK-7\u200b"))["paid"]["amount"] == "60.00"
    await tier.post(f"{path}/payments", {"amount": money("60.00"), "reference": "\u200b \u2060"}, 422)
    await pay(tier, opened.invoice_id, "100.00")
    await refund(tier, opened.invoice_id, "30.00", "R1")
    assert (await refund(tier, opened.invoice_id, "30.00", "r1"))["reference"] == "R1"
    assert (await refund(tier, opened.invoice_id, "40.00", "R1", 409))["code"] == "other_amount"
    note = {"amount": money("20.00"), "reason": "late", "reference": "C1"}
    first = await tier.post(f"{path}/credit-notes", note)
    assert await tier.post(f"{path}/credit-notes", note) == first
    wrong = await tier.post(f"{path}/credit-notes", {**note, "amount": money("21.00")}, 409)
    assert (wrong["code"], wrong["booked"], wrong["asked"]) == ("other_amount", "20.00", "21.00")


async def test_an_invoice_of_nothing_is_paid_when_it_is_issued(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    free = await second_invoice(tier, customer_id, unit_price=money("0.00"))
    assert await stands(tier, free["id"]) == ("paid", "0.00")
    assert free["id"] not in [one["id"] for one in (await tier.get("/v1/invoices?state=open&limit=200"))["items"]]


async def test_a_void_invoice_owes_nothing_after_a_part_was_credited(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    part = {"amount": money("20.00"), "reason": "late"}
    await tier.post(f"/v1/invoices/{opened.invoice_id}/credit-notes", part)
    order_id = (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["order_id"]
    await tier.post(f"/v1/orders/{order_id}/cancel", {"reason": "not wanted"}, 200)
    assert await stands(tier, opened.invoice_id) == ("void", "0.00")
    listed = (await tier.get(f"/v1/invoices?customer_id={customer_id}"))["items"]
    assert [one["open_amount"]["amount"] for one in listed] == ["0.00"]


@pytest.mark.parametrize("paid_at", ["1970-01-01T00:00:00Z", "2016-05-06T12:00:00+03:00", "0026-05-06T12:00:00Z"])
async def test_money_of_years_ago_is_refused(tier: Tier3, paid_at: str) -> None:
    _, opened = await tier.customer()
    body = {"amount": money("1.00"), "reference": "r", "paid_at": paid_at}
    refused = await tier.post(f"/v1/invoices/{opened.invoice_id}/payments", body, 422)
    assert refused["errors"][0]["field"] == "paid_at"
    await tier.post(f"/v1/invoices/{opened.invoice_id}/payments", {**body, "paid_at": in_days(1.01)}, 422)
    await tier.post(f"/v1/invoices/{opened.invoice_id}/payments", {**body, "paid_at": in_days(-30)})


@pytest.mark.parametrize("end", ["cancelled", "credited", "written off"])
async def test_what_was_given_back_and_did_not_stay_is_owed_whatever_becomes_of_the_invoice(
    tier: Tier3, end: str
) -> None:
    _, opened = await tier.customer()
    path = f"/v1/invoices/{opened.invoice_id}"
    paid = await pay(tier, opened.invoice_id, "60.00")
    await refund(tier, opened.invoice_id, "60.00", "out-1")
    await reverse(tier, paid, kind="returned")
    assert await stands(tier, opened.invoice_id) == ("open", "180.00")
    if end == "cancelled":
        await tier.post(f"/v1/orders/{paid['order_id']}/cancel", {"reason": "not needed"}, 200)
    elif end == "credited":
        await tier.post(f"{path}/credit-notes", {"reason": "not needed"})
    else:
        await tier.post(f"{path}/write-offs", {"reason": "they have nothing"}, headers=boss())
        assert await stands(tier, opened.invoice_id) == ("paid", "0.00")
        return
    assert await stands(tier, opened.invoice_id) == ("open", "60.00")
    assert (await pay(tier, opened.invoice_id, "60.00"))["state"] == "paid"


async def test_lists_and_sums_in_sql_say_what_the_one_function_says(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    for state, paid, refunded, credited, written_off in (
        ("open", 0, 0, 0, 0), ("paid", 150, 30, 0, 0), ("open", 150, 60, 0, 0), ("void", 50, 0, 120, 0),
        ("void", 0, 0, 20, 0), ("paid", 99, 0, 100, 30), ("open", 0, 30, 0, 0), ("paid", 119, 0, 0, 1),
        ("paid", 0, 100, 0, 220), ("open", 0, 60, 120, 5), ("void", 0, 0, 120, 5),
    ):  # fmt: skip
        await tier.pool.execute(
            """UPDATE invoices SET state = $2, paid = $3, refunded = $4, credited = $5, written_off = $6
                WHERE id = $1""",
            opened.invoice_id, state, paid, refunded, credited, written_off,
        )  # fmt: skip
        row = await tier.pool.fetchrow("SELECT *, false AS overdue FROM invoices WHERE id = $1", opened.invoice_id)
        one = Invoice.of(row)
        listed = await tier.pool.fetchval(f"SELECT {open_amount()} FROM invoices i WHERE id = $1", opened.invoice_id)
        assert one.open_amount == listed
        if state != "void":
            owing = await tier.pool.fetchval(f"SELECT {owed()} FROM invoices i WHERE id = $1", opened.invoice_id)
            assert one.open_amount == owing
    await tier.get(f"/v1/customers/{customer_id}/card")
