"""A new order at the account desk: put together, priced by the server, sent with its invoice, refused in words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier
from workflows.contracts.erasure import ErasePerson


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_orders", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture(scope="module")
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        crane = {"id": "crane", "name": "Crane", "unit": "hour", "price": {"amount": "1500.50", "currency": "UAH"}}
        await tier.post("/v1/products", crane | {"tax_percent": "7", "names": {"uk": "Кран"}}, headers=boss())
        barge = {"id": "barge", "name": "Barge", "unit": "trip", "price": {"amount": "10.00", "currency": "EUR"}}
        await tier.post("/v1/products", barge, headers=boss())
        yield tier


@pytest_asyncio.fixture(scope="module")
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - Oleh must be there first
    async with desk_3(dsn) as desk:
        yield desk


async def add(desk: Desk3, customer_id: str, *products: str) -> str:
    """The page after these were added."""
    answer = None
    for product in products:
        answer = await desk.act(f"customers/{customer_id}/order", act=f"add:{product}")
        assert answer.status_code == 200, answer.text
    assert answer is not None
    return answer.text


def text_of(page: str, element_id: str) -> str:
    """What stands in the element with this id."""
    found = re.search(rf'id="{element_id}"[^>]*>([^<]*)', page)
    assert found, (element_id, page)
    return found[1].strip()


async def order(desk: Desk3, customer_id: str, total: str, **fields: Any) -> Any:
    return await desk.act(f"customers/{customer_id}/orders", total=total, **fields)


async def invoices_of(tier: Tier3, customer_id: str) -> list[dict[str, Any]]:
    found = await tier.get(f"/v1/invoices?customer_id={customer_id}")
    return list(found["items"])


async def test_lines_are_priced_with_each_rate_of_tax_by_the_server(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    page = await add(desk, customer_id, "ftl", "crane")
    assert text_of(page, "order-total") == "1,725.54"
    assert "VAT 20%" in page and "20.00" in page and "VAT 7%" in page and "105.04" in page


async def test_a_line_has_the_name_of_the_customers_language(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    assert "Кран" in await add(desk, customer_id, "crane")


async def test_typing_a_quantity_says_what_it_comes_to_and_leaves_the_fields_alone(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "ftl")
    answer = await desk.put(f"customers/{customer_id}/order", line="ftl", quantity="2,5")
    assert text_of(answer.text, "order-total") == "300.00"
    assert 'name="quantity"' not in answer.text
    assert 'value="2,5"' in await desk.page(f"customers/{customer_id}")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("many", "Write a number"),
        ("", "How many?"),
        ("-1", "More than none"),
        ("0", "More than none"),
        ("1.2345", "Three decimals"),
        ("9999999999", "too many"),
    ],
)
async def test_a_quantity_that_cannot_be_right_is_told_beside_its_line(
    tier: Tier3, desk: Desk3, typed: str, said: str
) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "ftl", "crane")
    fields = {"line": ["ftl", "crane"], "quantity": [typed, "1"]}
    answer = await desk.put(f"customers/{customer_id}/order", **fields)
    assert said in answer.text and "not right yet" in answer.text
    before = await tier.counts()
    refused = await order(desk, customer_id, "1605.54", **fields)
    assert refused.status_code == 422 and await tier.counts() == before


async def test_as_last_time_takes_the_lines_of_the_latest_order_at_todays_price(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    lines = [{"product_id": "ftl", "description": "Full truck", "quantity": "3", "unit_price": {"amount": "90.00"}}]
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": lines})
    page = (await desk.act(f"customers/{customer_id}/order", act="last")).text
    assert 'value="3"' in page and text_of(page, "order-total") == "360.00"
    assert "last time UAH\N{NO-BREAK SPACE}90.00" in page


async def test_as_last_time_keeps_what_was_added_besides(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "crane")
    page = (await desk.act(f"customers/{customer_id}/order", act="last")).text
    assert "Full truck" in page and "Кран" in page


async def test_a_customer_who_never_ordered_has_no_last_time(tier: Tier3, desk: Desk3) -> None:
    customer_id = await tier.bought([])
    assert "As last time" not in await desk.page(f"customers/{customer_id}")
    answer = await desk.act(f"customers/{customer_id}/order", act="last")
    assert answer.status_code == 409 and "not ordered anything yet" in answer.text


async def test_what_nobody_sells_is_told_and_what_was_typed_stays(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "ftl")
    answer = await desk.act(f"customers/{customer_id}/order", act="add", q="zeppelin", line="ftl", quantity="7")
    assert "“zeppelin”" in answer.text and 'value="7"' in answer.text


async def test_a_product_without_a_price_in_the_customers_currency_cannot_be_added(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    found = await desk.page(f"customers/{customer_id}/order/products", q="barge")
    assert "no price in UAH" in found and "<button" not in found
    answer = await desk.act(f"customers/{customer_id}/order", act="add", q="barge")
    assert "“barge”" in answer.text


async def test_the_search_finds_by_number_and_by_name_in_every_language(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    for text in ("CRA", "crane", "кран"):
        assert "add:crane" in await desk.page(f"customers/{customer_id}/order/products", q=text)
    for text in ("%", "_", "\\", "' or 1=1"):
        assert "add:" not in await desk.page(f"customers/{customer_id}/order/products", q=text)


async def test_what_they_never_want_to_hear_of_is_marked_in_the_search(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await tier.http.put(f"/v1/customers/{customer_id}/never-offer/crane")
    assert "never offer" in await desk.page(f"customers/{customer_id}/order/products", q="crane")


async def test_before_sending_it_says_what_will_follow(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer(email="olena@viter.example")
    page = await add(desk, customer_id, "ftl")
    assert re.search(r"Invoice LR-\d{4}-… goes out at once, due .*, mailed to olena@viter.example", page)
    bare, _ = await tier.customer()
    assert "no e-mail address" in await add(desk, bare, "ftl")


async def test_an_order_is_placed_invoiced_and_mailed_in_one(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer(email="olena@viter.example")
    await add(desk, customer_id, "ftl")
    answer = await order(desk, customer_id, "240.00", line="ftl", quantity="2", note="on Monday", by_mail="1")
    assert answer.status_code == 200, answer.text
    placed = (await invoices_of(tier, customer_id))[-1]
    assert placed["total"]["amount"] == "240.00" and placed["number"] in answer.text
    assert f"/accounts/desk/invoices/{placed['id']}/pdf" in answer.text
    mail = await tier.pool.fetchrow("SELECT * FROM mails WHERE lead_id = $1", customer_id)
    assert mail["recipient"] == "olena@viter.example" and mail["attachments"][0]["name"] == f"{placed['number']}.pdf"
    assert "Nothing in it yet" in answer.text


async def test_discounts_and_charges_of_the_whole_order_are_typed_priced_and_invoiced(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "ftl", "crane")
    path, lines = f"customers/{customer_id}/order", {"line": ["ftl", "crane"], "quantity": ["1", "1"]}
    assert "How much?" in (await desk.act(path, act="extra:off", **lines)).text
    typed = {"extra_sort": ["off", "freight"], "extra_value": ["10 %", "32"], "extra_reason": ["", "Доставка"],
             "extra_rate": ["", "20.00"]}  # fmt: skip
    live = (await desk.put(path, **lines, **typed)).text
    assert text_of(live, "extra-sum-0") == "−160.05" and text_of(live, "extra-sum-1") == "32.00"
    # 100 less 10 and with 32 at 20 %; 1500.50 less 150.05 at 7 %.
    assert text_of(live, "order-total") == "1,591.38"
    for value, said in (
        ("many", "an amount or a percentage"),
        ("101 %", "100 at most"),
        ("1601", "more than the lines"),
    ):
        wrong = typed | {"extra_value": [value, "32"]}
        assert said in (await desk.put(path, **lines, **wrong)).text
        refused = await order(desk, customer_id, "1591.38", **lines, **wrong)
        assert refused.status_code == 422 and "10 %" not in refused.text
    assert (await order(desk, customer_id, "1591.38", **lines, **typed)).status_code == 200
    placed = (await invoices_of(tier, customer_id))[-1]
    assert placed["total"]["amount"] == "1591.38"
    taken = await tier.get(f"/v1/orders/{placed['order_id']}")
    assert [(one["kind"], one["reason_code"], one["amount"]["amount"]) for one in taken["allowance_charges"]] == [
        ("allowance", "95", "10.00"), ("allowance", "95", "150.05"), ("charge", "FC", "32.00"),
    ]  # fmt: skip
    page = await desk.page(f"invoices/{placed['id']}")
    assert "Доставка" in page and "−150.05" in page
    # Ticking every line and charge credits all of it.
    ticked = {"what": "lines", "lines": ["1", "2", "3"], "currency": "UAH", "reason": "returned"}
    assert (await desk.act(f"invoices/{placed['id']}/credit-notes", **ticked)).status_code == 200
    assert (await tier.get(f"/v1/invoices/{placed['id']}"))["credited"]["amount"] == "1591.38"


async def test_an_order_by_rest_takes_discounts_and_charges_and_refuses_what_cannot_be(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    line = {"product_id": "ftl", "description": "Full truck", "quantity": "2", "unit_price": {"amount": "100.00"}}
    off = {"kind": "allowance", "reason": "Loyalty", "percent": "5"}
    body = {
        "lines": [line],
        "allowance_charges": [off, {"kind": "charge", "reason": "Packing", "amount": {"amount": "7"}}],
    }
    taken = await tier.post(f"/v1/customers/{customer_id}/orders", body)
    assert (taken["total"]["amount"], taken["tax"]["amount"]) == ("236.40", "39.40")
    before = await tier.counts()
    for wrong, field in (
        ({"percent": "101"}, "percent"), ({"reason": " "}, "reason"), ({"amount": {"amount": "1"}}, "amount"),
        ({"tax_percent": "7"}, "tax_percent"), ({"reason_code": "FC"}, "reason_code"), ({"percnt": "5"}, "percnt"),
    ):  # fmt: skip
        refused = await tier.http.post(
            f"/v1/customers/{customer_id}/orders", json={"lines": [line], "allowance_charges": [off | wrong]}
        )
        assert refused.status_code == 422 and "allowance_charges" in refused.text and field in refused.text
    assert await tier.counts() == before


async def test_a_line_by_rest_takes_charges_of_its_own_and_refuses_what_cannot_be(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    lift = {"reason": "Tail lift", "reason_code": "fc", "amount": {"amount": "25.50"}}
    line = {"description": "Full truck", "quantity": "2", "unit_price": {"amount": "100.00"}, "discount_percent": "10"}
    taken = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [line | {"charges": [lift]}]})
    assert (taken["total"]["amount"], taken["tax"]["amount"]) == ("246.60", "41.10")
    assert [(one["reason_code"], one["amount"]["amount"]) for one in taken["lines"][0]["charges"]] == [("FC", "25.50")]
    page = await desk.page(f"invoices/{taken['invoice']['id']}")
    assert "Tail lift 25.50" in page and "10% off" in page
    before = await tier.counts()
    for wrong, field in (
        ({"reason": " "}, "reason"), ({"reason_code": "95"}, "reason_code"), ({"percent": "5"}, "percent"),
        ({"amount": {"amount": "0"}}, "amount"), ({"amount": {"amount": "1", "currency": "EUR"}}, "currency"),
        ({"amount": {"amount": "0.001"}}, "amount"), ({"amount": {"amount": "99999999999999"}}, "lines"),
    ):  # fmt: skip
        lines = [line | {"charges": [lift, lift | wrong]}]
        refused = await tier.http.post(f"/v1/customers/{customer_id}/orders", json={"lines": lines})
        assert refused.status_code == 422 and field in refused.text, wrong
    assert await tier.counts() == before
    # What came on top then is not asked for again unseen.
    await desk.act(f"customers/{customer_id}/order", act="last")
    assert (await order(desk, customer_id, "216.00")).status_code == 200


async def test_without_the_tick_nothing_is_mailed(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer(email="olena@viter.example")
    await add(desk, customer_id, "ftl")
    assert "not mailed" in (await order(desk, customer_id, "120.00")).text
    assert await tier.pool.fetchval("SELECT count(*) FROM mails WHERE lead_id = $1", customer_id) == 0


async def test_the_order_is_what_was_said_to_the_open_reminder(tier: Tier3, desk: Desk3) -> None:
    customer_id, item_id = await tier.nudge()
    await add(desk, customer_id, "ftl")
    assert (await order(desk, customer_id, "120.00")).status_code == 200
    assert await tier.signals(customer_id) == ["nudge_answered"]
    outcome, order_id = await tier.pool.fetchrow("SELECT outcome, order_id FROM nudges WHERE item_id = $1", item_id)
    assert outcome == "ordered" and order_id is not None


async def test_another_total_than_the_one_seen_is_not_ordered(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "ftl")
    before = await tier.counts()
    answer = await order(desk, customer_id, "119.99")
    assert answer.status_code == 409 and "120.00 now" in answer.text
    assert await tier.counts() == before


async def test_a_second_press_orders_nothing_more(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "ftl")
    key = {"idempotency_key": new_id()}
    assert (await order(desk, customer_id, "120.00", **key)).status_code == 200
    again = await order(desk, customer_id, "120.00", **key)
    assert again.status_code == 200 and "location" in {name.lower().removeprefix("hx-") for name in again.headers}
    other = await order(desk, customer_id, "120.00", idempotency_key=new_id())
    assert other.status_code == 409 and "nothing in this order" in other.text
    assert len(await invoices_of(tier, customer_id)) == 2  # the sale's and this one


async def test_a_draft_is_kept_for_each_customer_and_person(tier: Tier3, desk: Desk3, dsn: str) -> None:
    (first, _), (second, _) = await tier.customer(), await tier.customer()
    await add(desk, first, "crane")
    assert "Кран" in await desk.page(f"customers/{first}")
    assert "Nothing in it yet" in await desk.page(f"customers/{second}")
    async with desk_3(dsn, "boss", "supervisor") as other:
        assert "Nothing in it yet" in await other.page(f"customers/{first}")


async def test_a_line_is_taken_out_again(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "ftl", "crane")
    page = (await desk.act(f"customers/{customer_id}/order", act="remove:crane")).text
    assert "Кран" not in page and text_of(page, "order-total") == "120.00"


async def test_what_is_sold_no_more_says_so_on_its_line(tier: Tier3, desk: Desk3) -> None:
    old = {"id": "old", "name": "Old", "unit": "trip", "price": {"amount": "5.00", "currency": "UAH"}}
    await tier.post("/v1/products", old, headers=boss())
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "old")
    await tier.http.patch("/v1/products/old", json={"active": False}, headers=boss())
    assert "No longer sold" in await desk.page(f"customers/{customer_id}")


async def test_a_colleagues_customer_says_who_orders_for_them(tier: Tier3, dsn: str) -> None:
    customer_id, _ = await tier.customer()
    async with desk_3(dsn, "petro") as other:
        page = await other.page(f"customers/{customer_id}")
        assert "Oleh looks after this customer" in page and 'id="order-form"' not in page
        before = await tier.counts()
        assert (await other.act(f"customers/{customer_id}/order", act="add:ftl")).status_code == 403
        assert (await order(other, customer_id, "120.00")).status_code == 403
        assert await tier.counts() == before
    assert await tier.pool.fetchval("SELECT count(*) FROM order_drafts WHERE customer_id = $1", customer_id) == 0


async def test_nothing_is_sold_to_a_customer_who_left(tier: Tier3, desk: Desk3) -> None:
    customer_id, item_id = await tier.nudge()
    await add(desk, customer_id, "ftl")
    await tier.post(f"/v1/nudges/{item_id}/outcome", {"outcome": "left"}, status=200)
    assert "They have left" in await desk.page(f"customers/{customer_id}")
    assert (await order(desk, customer_id, "120.00")).status_code == 409


async def test_a_draft_goes_with_the_person_who_is_erased(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await add(desk, customer_id, "ftl")
    request = ErasePerson(key=new_id(), lead_ids=[customer_id], by="dpo", at=datetime.now(UTC))
    await tier.activities.erase_person(request)
    assert await tier.pool.fetchval("SELECT count(*) FROM order_drafts WHERE customer_id = $1", customer_id) == 0


async def test_forms_work_without_script(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    added = await desk.act(f"customers/{customer_id}/order", htmx=False, act="add:ftl", q="")
    assert (added.status_code, added.headers["location"]) == (303, f"/accounts/desk/customers/{customer_id}")
    placed = await desk.act(f"customers/{customer_id}/orders", htmx=False, total="120.00")
    assert placed.status_code == 303


async def test_a_long_list_of_lines_is_refused(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    lines = [{"key": f"free:{n}", "description": "x", "unit_price": "1.00"} for n in range(40)]
    await tier.pool.execute(
        "INSERT INTO order_drafts (customer_id, person, lines) VALUES ($1, 'oleh', $2)", customer_id, lines
    )
    answer = await desk.act(f"customers/{customer_id}/order", act="add:ftl")
    assert answer.status_code == 409 and "at most 40 lines" in answer.text
