"""Contracts on the account desk, without a browser: what the forms send, and what the pages say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions.contract_invoices import issue_due
from tests.fixtures.contracts_3 import after, days_pass, issued, make, states, today
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, boss, tier_3
from workflows.contracts.base import Tier

STORE = {
    "name": "Storage, hall 3",
    "every": "1",
    "unit": "month",
    "lines.0.description": "Storage {period}",
    "lines.0.quantity": "40",
    "lines.0.unit_price": "320",
    "price_by": "fixed",
    "currency": "UAH",
}


@dataclass
class Office:
    """The tier, and Oleh's desk on it."""

    tier: Tier3
    desk: Desk3
    dsn: str


@pytest_asyncio.fixture
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Office]:
    dsn = await fresh_database("account_mgmt_contract_pages", tier=Tier.ACCOUNT_MGMT)
    async with tier_3(dsn) as tier, desk_3(dsn) as desk:
        yield Office(tier, desk, dsn)


async def only(tier: Tier3, customer_id: str) -> dict[str, Any]:
    [found] = (await tier.get(f"/v1/customers/{customer_id}/contracts"))["items"]
    return dict(found)


async def test_a_contract_is_typed_previewed_and_agreed(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    here = f"customers/{customer_id}/contracts"
    assert "Say what it is for" in await office.desk.page(f"{here}/new")
    typed = {**STORE, "first_on": today(1).isoformat(), "unit": "year", "times": "3"}
    shown = (await office.desk.put(f"{here}/coming", **typed)).text
    assert shown.count("15,360.00") == 3
    assert "Then it ends." in shown
    answer = await office.desk.act(here, **typed)
    assert answer.status_code == 200, answer.text
    made = await only(office.tier, customer_id)
    assert (made["every"], made["unit"], made["times"], made["by_mail"]) == (12, "month", 3, False)
    story = await office.desk.page(f"customers/{customer_id}/story")
    for words in ("Storage, hall 3", "every year", "15,360.00"):
        assert words in story, words


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("lines.0.unit_price", {"lines.0.unit_price": "much"}),
        ("lines.0.description", {"lines.0.description": "Rent {perod}"}),
        ("lines.0.product_id", {"lines.0.product_id": "nothing"}),
        ("first_on", {"first_on": "soon"}),
        ("every", {"every": "many"}),
        ("times", {"times": "0"}),
        ("name", {"name": " "}),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_in_the_preview(
    office: Office, field: str, changes: dict[str, str]
) -> None:
    customer_id, _ = await office.tier.customer()
    typed = {**STORE, "first_on": today(1).isoformat(), **changes}
    refused = await office.desk.act(f"customers/{customer_id}/contracts", **typed)
    assert refused.status_code == 422
    assert f'"{field}"' in refused.headers["HX-Trigger"]
    shown = await office.desk.put(f"customers/{customer_id}/contracts/coming", **typed)
    assert shown.status_code == 200
    assert "<table" not in shown.text


async def test_an_article_brings_its_name_and_its_price(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    typed = {**STORE, "first_on": today(1).isoformat(), "lines.0.product_id": "ftl"}
    typed |= {"lines.0.description": "", "lines.0.unit_price": "", "lines.0.quantity": ""}
    await office.desk.act(f"customers/{customer_id}/contracts", **typed)
    [line] = (await only(office.tier, customer_id))["lines"]
    assert (line["description"], line["quantity"], line["unit_price"]["amount"]) == ("Full truck", "1", "100.00")
    assert "Full truck" in (await office.desk.http.get("/desk/contracts/products?lines.0.product_id=full")).text


async def test_a_change_keeps_what_the_form_has_no_field_for(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    guard = {"reason": "Guard", "amount": {"amount": "12.00"}}
    own = {"tax_percent": "7", "discount_percent": "10", "charges": [guard]}
    lines = [{**LINE, **own}, {**LINE, "description": "Insurance"}]
    contract = await make(office.tier, customer_id, lines=lines)
    page = await office.desk.page(f"contracts/{contract['id']}")
    assert "Insurance" in page and "+ Guard 12.00" in page
    typed = {
        **STORE, "name": "Other", "lines.0.description": "Full truck", "lines.0.quantity": "2",
        "lines.0.unit_price": "100.00", "next_on": contract["next"]["on"], "payment_days": "7",
    }  # fmt: skip
    answer = await office.desk.act(f"contracts/{contract['id']}", **typed)
    assert answer.status_code == 200, answer.text
    now = await only(office.tier, customer_id)
    [line] = now["lines"]
    assert (now["name"], now["payment_days"], line["quantity"]) == ("Other", 7, "2")
    assert (line["tax_percent"], line["discount_percent"]) == ("7", "10")
    assert [(one["reason"], one["amount"]["amount"]) for one in line["charges"]] == [("Guard", "12.00")]
    await days_pass(office.tier, now, 1)
    [became] = await issued(office.tier, now["id"])
    # 2 of 100 less 10 %, and the guard, at 7 %.
    assert became["total"]["amount"] == "205.44"
    same = await office.desk.act(f"contracts/{contract['id']}", **typed)
    assert same.status_code == 422


async def test_the_last_day_of_every_month_is_a_box_to_tick(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    await office.desk.act(f"customers/{customer_id}/contracts", **STORE, first_on="2190-04-30", last_of_month="1")
    assert (await only(office.tier, customer_id))["day"] == 31


async def test_a_pause_says_what_passed_before_it_goes_on(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    contract = await make(office.tier, customer_id, unit="day", every=10, first_on=today(-21).isoformat())
    here = f"contracts/{contract['id']}"
    assert (await office.desk.act(f"{here}/pause", reason=" ")).status_code == 422
    paused = (await office.desk.act(f"{here}/pause", reason="hall closed")).text
    assert "3 dates have passed meanwhile" in paused
    assert "Issue 3 invoices now, and go on" in paused
    await office.desk.act(f"{here}/resume", missed="skip")
    assert await states(office.tier, contract["id"]) == ["skipped"] * 3
    await office.desk.act(f"{here}/periods/4/skip")
    ended = (await office.desk.act(f"{here}/end", reason="they moved")).text
    assert "There will be no more." in ended


async def test_a_date_that_failed_stands_on_todays_list_and_is_mended_on_the_contracts_page(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    contract = await make(office.tier, customer_id, lines=[{**LINE, "product_id": "ftl"}])
    await office.tier.http.patch("/v1/products/ftl", json={"active": False}, headers=boss())
    await days_pass(office.tier, contract, 1)
    today_list = await office.desk.page("")
    assert "Storage: The invoice of" in today_list or "was not issued: ftl is not sold any more" in today_list
    assert f"/desk/contracts/{contract['id']}" in await office.desk.page(f"customers/{customer_id}")
    page = await office.desk.page(f"contracts/{contract['id']}")
    assert "not issued, ftl is not sold any more" in page
    still = await office.desk.act(f"contracts/{contract['id']}/periods/1/issue")
    assert "Still not: ftl is not sold any more" in still.text
    await office.tier.http.patch("/v1/products/ftl", json={"active": True}, headers=boss())
    await office.desk.act(f"contracts/{contract['id']}/periods/1/issue")
    assert await states(office.tier, contract["id"]) == ["issued"]


async def test_a_colleague_reads_along_and_changes_nothing(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    contract = await make(office.tier, customer_id)
    await office.tier.post("/v1/account-managers", {"id": "iryna", "name": "Iryna"}, headers=boss())
    async with desk_3(office.dsn, person="iryna") as theirs:
        page = await theirs.page(f"contracts/{contract['id']}")
        assert "You can read along" in page
        assert "contract-form" not in page
        assert (await theirs.act(f"contracts/{contract['id']}/pause", reason="x")).status_code == 403


async def test_the_pages_are_light(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    contract = await make(office.tier, customer_id, unit="day", lines=[LINE] * 10)
    for days in range(1, 15):
        await issue_due(office.tier.pool, after(today(days)))
    for path in (f"contracts/{contract['id']}", f"customers/{customer_id}/contracts/new"):
        assert len((await office.desk.page(path)).encode()) < 60_000


async def test_a_form_of_a_contract_that_a_colleague_has_changed_meanwhile_changes_nothing(office: Office) -> None:
    customer_id, _ = await office.tier.customer()
    contract = await make(office.tier, customer_id, lines=[LINE])
    place = f"contracts/{contract['id']}"

    async def drawn() -> dict[str, str]:
        seen = (await office.desk.page(place)).partition('name="seen" value="')[2].partition('"')[0]
        next_on = (await only(office.tier, customer_id))["next"]["on"]
        return {**STORE, "next_on": next_on, "seen": seen}

    old = await drawn()
    # An invoice that was issued meanwhile is no change of what is agreed.
    await days_pass(office.tier, await only(office.tier, customer_id), 1)
    await issued(office.tier, contract["id"])
    assert (await drawn())["seen"] == old["seen"]
    assert (await office.desk.act(place, **{**await drawn(), "payment_days": "7"})).status_code == 200
    late = await office.desk.act(place, **{**(await drawn()), "seen": old["seen"], "name": "Other"})
    assert (late.status_code, "changed this contract meanwhile" in late.text) == (409, True)
    assert (await only(office.tier, customer_id))["name"] != "Other"
    assert (await office.desk.act(place, **{**await drawn(), "name": "Other"})).status_code == 200
    assert (await only(office.tier, customer_id))["payment_days"] is None
