"""Offers on a deal's page: the editor, approval, and what the customer is sent."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import LINE, Tier2, in_days
from tests.fixtures.tier_2_deals import (
    ANNA,
    PART,
    TRUCKS,
    deal_tier,
    qualified,
    refused,
    rows,
    with_mail,
)
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with deal_tier(await fresh_database("conversion_deal_offers", tier=Tier.CONVERSION)) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module")
async def boss(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, "boss", "supervisor") as browser:
        yield browser


async def test_the_editor_begins_with_what_they_asked_about_and_counts_on_the_server(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier, products=["ftl-ua"])
    asked = await anna.look(page, do="offer")
    assert 'value="28500.50"' in asked
    assert "UAH\xa034,200.60" in asked
    [csrf] = set(re.findall(r'name="csrf" value="([^"]+)"', asked))
    fields = {"csrf": csrf, **TRUCKS, "discount": "15"}
    sums = await anna.http.put(f"{page}/offer/lines", data=fields, headers={**PART, "Sec-Fetch-Site": "same-origin"})
    assert sums.status_code == 200, sums.text
    assert "UAH\xa087,211.54" in sums.text
    assert "needs a supervisor" in sums.text
    assert "15%" in sums.text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("ftl-ua", "Truck", "three", "10", ""), "This is not a number"),
        (("ftl-ua", "Truck", "0", "10", ""), "Must be more than 0"),
        (("", "Crane", "1", "", ""), "Needs a price"),
        (("", "", "1", "10", ""), "A free line needs its description"),
        (("ftl-ua", "Truck", "1", "10", "101"), "Must be 100 at most"),
    ],
)
async def test_what_is_wrong_with_a_line_stands_below_it(
    tier: Tier2, anna: Person, line: tuple[str, str, str, str, str], says: str
) -> None:
    _, page = await qualified(tier)
    await anna.look(page, do="offer")
    assert says in await refused(anna, f"{page}/offer", 422, **rows(line))


async def test_lines_are_searched_added_and_taken_out_without_script_too(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier)
    await anna.look(page, do="offer")
    found = await refused(anna, f"{page}/offer/lines", 200, q="truck", **TRUCKS)
    assert 'name="add" value="ftl-ua"' in found
    more = await refused(anna, f"{page}/offer/lines", 200, add="ftl-ua", **TRUCKS)
    assert more.count('name="product_id" value="ftl-ua"') == 2
    entered = await refused(anna, f"{page}/offer/lines", 200, q="truck", add="found", **TRUCKS)
    assert entered.count('name="product_id" value="ftl-ua"') == 2
    nothing = await refused(anna, f"{page}/offer/lines", 200, q=" ", add="found", **TRUCKS)
    assert nothing.count('name="product_id" value="ftl-ua"') == 1
    free = await refused(anna, f"{page}/offer/lines", 200, add="free", **TRUCKS)
    assert free.count('name="quantity"') == 2
    none = await refused(anna, f"{page}/offer/lines", 200, drop="r0", **TRUCKS)
    assert 'name="quantity"' not in none


async def test_nobody_is_told_that_a_mail_goes_out_to_a_customer_without_an_address(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier)
    assert "no invitation goes out" in await anna.look(page, do="book")
    told = await anna.http.post(
        f"{page}/meetings",
        data={
            "csrf": re.findall(r'name="csrf" value="([^"]+)"', anna.page)[0],
            "other_at": in_days(120)[:16],
            "outside_hours": "1",
        },
        headers={**PART, "Sec-Fetch-Site": "same-origin"},
    )
    assert "No mail address is known: tell them the time yourself." in html.unescape(told.text)


async def test_a_deals_worth_is_before_tax_from_its_offer_to_its_order(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE]}, ANNA)
    worth = re.compile(r'<b class="lr-l lr-b"><span class="lr-nw">([^<]+)<')
    open_worth = worth.findall(await anna.look(page))
    await tier.post(f"/v1/offers/{offer['id']}/accept", {}, ANNA)
    await tier.post(f"/v1/deals/{deal_id}/win", {"lines": None}, ANNA)
    assert open_worth == worth.findall(await anna.look(page))
    assert "before tax." in anna.page


async def test_an_offer_within_the_limit_is_made_mailed_and_accepted(tier: Tier2, anna: Person) -> None:
    deal_id, page = await with_mail(tier)
    await anna.look(page, do="offer")
    await anna.press(f"{page}/offer", discount="5", until="2031-01-31", **TRUCKS)
    [offer] = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["offers"]
    assert (offer["state"], offer["discount_percent"]) == ("sent", "5.00")
    pdf = await anna.http.get(f"/desk/offers/{offer['id']}.pdf")
    assert pdf.content.startswith(b"%PDF")
    await anna.press(f"{page}/offers/{offer['id']}/send")
    assert f"offer-{offer['number']}-1.pdf" in anna.page
    await anna.press(f"{page}/offers/{offer['id']}/accept")
    assert "W closes the sale" in anna.page
    told = await refused(anna, f"{page}/offers/{offer['id']}/accept", 409)
    assert "This offer is accepted." in told


async def test_an_offer_above_the_limit_is_approved_by_the_supervisor(tier: Tier2, anna: Person, boss: Person) -> None:
    deal_id, page = await qualified(tier)
    await anna.look(page, do="offer")
    await anna.press(f"{page}/offer", discount="25", **TRUCKS)
    [offer] = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["offers"]
    assert "waits for approval" in anna.page
    assert "Approve" not in anna.page
    shown = await boss.look(page)
    assert f"/offers/{offer['id']}/approve" in shown
    assert "Write something here." in await refused(boss, f"{page}/offers/{offer['id']}/reject", 422, offer=offer["id"])
    await boss.press(f"{page}/offers/{offer['id']}/approve")
    assert "not sent yet" in boss.page
    assert (await anna.http.post(f"{page}/offers/{offer['id']}/approve")).status_code == 403


async def test_a_refused_offer_says_why(tier: Tier2, anna: Person, boss: Person) -> None:
    deal_id, page = await qualified(tier)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE], "discount_percent": 40}, ANNA)
    await boss.look(page)
    await boss.press(f"{page}/offers/{offer['id']}/reject", offer=offer["id"], reason="the margin is gone")
    assert "the margin is gone" in await anna.look(page)
