"""Settings of tier 3: what supervisors decide without a programmer."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_settings", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:
    assert tier.http  # with its people and products
    async with desk_3(dsn, "boss", "supervisor", "Andrii R.") as desk:
        yield desk


def words(page: str) -> str:
    """What a reader sees of the page."""
    return " ".join(_TAGS.sub(" ", html.unescape(page.partition("<main")[2])).split())


async def test_the_index_says_what_is_in_force_and_who_changed_it(dsn: str, desk: Desk3) -> None:
    page = words(await desk.page("settings"))
    for told in ("Catalogue and prices", "product", "Legal entities", "0 of 20 in your own words", "3 reminders",
                 "version 1"):  # fmt: skip
        assert told in page
    async with desk_3(dsn, "oleh") as other:
        assert (await other.http.get("/desk/settings")).status_code == 403
        assert "/desk/settings" not in await other.page("customers")
    async with desk_3(dsn, "ops", "ops", tier="ops") as reader:
        assert "Catalogue and prices" in words(await reader.page("settings"))


async def test_a_product_is_added_and_a_price_set_for_a_day_to_come(desk: Desk3, tier: Tier3) -> None:
    typed = {"id": "FTL", "name": "Повне завантаження", "name_en": "Full truck", "unit": "trip", "amount": "28 500,00",
             "currency": "uah", "tax_percent": "20", "tax_category": "", "kind": "service"}  # fmt: skip
    refused = await desk.act("settings/products/new", htmx=False, **{**typed, "unit": "bananas"})
    assert refused.status_code == 422
    assert "no unit we know" in refused.text
    assert "28 500,00" in refused.text
    added = await desk.act("settings/products/new", htmx=False, **typed)
    assert added.headers["location"] == "/accounts/desk/settings/products/FTL"
    day = datetime.now(UTC).date() + timedelta(days=40)
    await desk.act("settings/products/FTL/prices", amount="31000", currency="UAH", day=day.isoformat())
    page = words(await desk.page("settings/products/FTL"))
    assert "28,500.00" in page
    assert "31,000.00" in page
    assert "to come" in page
    early = await desk.act("settings/products/FTL/prices", htmx=False, amount="1", currency="UAH", day="2020-01-01")
    assert "what was sold before keeps its price" in early.text
    coming = re.findall(r'name="valid_from" value="([^"]*)"', await desk.page("settings/products/FTL"))
    await desk.act("settings/products/FTL/prices/withdraw", currency="UAH", valid_from=coming[0])
    page = words(await desk.page("settings/products/FTL"))
    assert "31,000.00 taken back" in page
    assert await tier.pool.fetchval("SELECT count(*) FROM product_prices WHERE product_id = 'FTL'") == 1
    again = await desk.act("settings/products/FTL/prices/withdraw", currency="UAH", valid_from="2020-01-01T00:00:00Z")
    assert again.status_code == 422


async def test_a_product_is_changed_by_one_person_at_a_time_and_says_who_it_was(desk: Desk3) -> None:
    page = await desk.page("settings/products/ftl")
    seen = re.findall(r'name="seen" value="(\d+)"', page)[0]
    form = {"name": "Whole truck", "unit": "trip", "tax_percent": "0", "tax_category": "E", "seen": seen}
    refused = await desk.act("settings/products/ftl", htmx=False, **form)
    assert "Say why no tax is due" in refused.text
    saved = await desk.act("settings/products/ftl", htmx=False, **form, tax_reason="VATEX-EU-132")
    assert saved.status_code == 303
    late = await desk.act("settings/products/ftl", htmx=False, **{**form, "name": "Half a truck"})
    assert late.status_code == 409
    assert "Half a truck" in late.text
    await desk.act("settings/products/ftl/offer", active="false")
    page = words(await desk.page("settings/products/ftl"))
    assert "not offered" in page
    assert "Name: Full truck Whole truck" in page
    assert "No product like that" in await desk.page("settings/products", q="ftl-nothing")
    assert "Whole truck" in await desk.page("settings/products", show="not", q="WHOLE")


async def test_a_mail_is_written_shown_with_its_slips_published_and_taken_back(desk: Desk3) -> None:
    assert "own words" not in words(await desk.page("settings/mails"))
    path = "settings/mails/invoice/de"
    page = await desk.page(path)
    assert "Guten Tag Olena Koval," in page
    typed = {
        "subject": "Ihre Rechnung {{number}}",
        "body": "{{greeting}}\r\n\r\n{{opne}} bis {{due}}.\r\n\r\n{{seller}}",
    }
    look = html.unescape((await desk.put(f"{path}/look", **typed)).text)
    assert "line 3" in look
    assert "nothing is known by the name “opne”" in look
    assert "Did you mean {{open}}?" in look
    assert "<mark>{{opne}}</mark>" in look
    refused = await desk.act(path, htmx=False, **typed, seen="0")
    assert refused.status_code == 422
    right = {**typed, "body": typed["body"].replace("opne", "open")}
    assert "Sehr geehrte Damen und Herren," in (await desk.put(f"{path}/look", **right)).text
    assert (await desk.act(path, htmx=False, **right, seen="0")).status_code == 303
    assert (await desk.act(path, htmx=False, **right, seen="1")).status_code == 422  # nothing is different
    assert (await desk.act(path, **{**right, "subject": "{{number}}"}, seen="0")).status_code == 409
    page = words(await desk.page(path))
    assert "own words, version 1" in page
    assert "Andrii R." in page
    await desk.act(f"{path}/restore", seen="1")
    assert "as shipped" in words(await desk.page(path))
    again = await desk.page(path, version=1)
    assert "Ihre Rechnung {{number}}" in again
    assert "Against what is in force" in again


async def test_steps_of_reminders_are_tried_on_a_timeline_and_published_once(desk: Desk3, tier: Tier3) -> None:
    page = await desk.page("settings/dunning")
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    form = {
        "term": "10",
        "way.0": "mail",
        "gap.0": "5",
        "way.1": "post",
        "gap.1": "2 weeks",
        "way.2": "call",
        "gap.2": "",
    }
    look = words("<main" + (await desk.put("settings/dunning/look", **form)).text)
    assert "Reminder 2" in look
    assert "Reminder 3" not in look
    assert "a letter to print and post" in look
    assert "Zahlungserinnerung" in look or "Rechnung" in look
    refused = await desk.act("settings/dunning", htmx=False, seen=seen, **{**form, "gap.1": "soon"})
    assert refused.status_code == 422
    assert "write days" in refused.text.lower()
    assert (await desk.act("settings/dunning", htmx=False, seen=seen, **form)).status_code == 303
    assert (await desk.act("settings/dunning", htmx=False, seen=seen, **form)).status_code == 409
    body = await tier.pool.fetchval("SELECT body FROM policies ORDER BY version DESC LIMIT 1")
    assert (body["payment_term"], body["dunning_gaps"], body["dunning_by"]) == (
        "P10D",
        ["P5D", "P14D"],
        ["mail", "post"],
    )
    page = words(await desk.page("settings/dunning"))
    assert "mail, then 5 days; post, then 14 days" in page


async def test_the_history_of_reminders_tells_when_only_the_days_to_pay_in_changed(desk: Desk3) -> None:
    form = {"term": "10", "way.0": "mail", "gap.0": "5"}
    for term in ("10", "1"):
        seen = re.findall(r'name="seen" value="(\w+)"', await desk.page("settings/dunning"))[0]
        answer = await desk.act("settings/dunning", htmx=False, seen=seen, **{**form, "term": term})
        assert answer.status_code == 303
    page = words(await desk.page("settings/dunning"))
    assert "to pay in 10 days; mail, then 5 days to pay in 1 day; mail, then 5 days" in page


async def test_a_legal_entity_is_added_changed_and_its_series_moved_on(desk: Desk3) -> None:
    typed = {"id": "lrde", "name": "Leadrelay Freight GmbH", "tax_id": "12/345/67890", "address": "Hafenstraße 1",
             "country": "Germany", "iban": "DE89 3704 0044 0532 0130 01", "currency": "eur",
             "timezone": "Europe/Berlin"}  # fmt: skip
    path = "settings/legal-entities"
    refused = await desk.act(f"{path}/new", htmx=False, **typed)
    assert refused.status_code == 422
    assert "DE89 3704 0044 0532 0130 01" in refused.text
    right = {**typed, "iban": "DE89 3704 0044 0532 0130 00"}
    assert (await desk.act(f"{path}/new", htmx=False, **right)).headers["location"].endswith("/LRDE")
    seen = re.findall(r'name="seen" value="(\w+)"', await desk.page(f"{path}/LRDE"))[0]
    assert (
        await desk.act(f"{path}/LRDE", htmx=False, **{**right, "bank": "Commerzbank"}, seen=seen)
    ).status_code == 303
    assert (await desk.act(f"{path}/LRDE", htmx=False, **{**right, "bank": "Other"}, seen=seen)).status_code == 409
    year = datetime.now(UTC).year + 1
    moved = {"series": "invoice", "year": str(year), "next_number": "318"}
    assert (await desk.act(f"{path}/LRDE/numbers", htmx=False, **moved)).status_code == 422
    await desk.act(f"{path}/LRDE/numbers", **moved, reason="moved in")
    page = words(await desk.page(f"{path}/LRDE"))
    for told in ("Bank: nothing Commerzbank", "next: 318", "moved in", "Andrii R."):
        assert told in page
    assert "LRDE" in await desk.page(path)


async def test_absences_stand_in_the_week_with_whoever_covers(desk: Desk3, tier: Tier3) -> None:
    await tier.post("/v1/account-managers", {"id": "larysa", "name": "Larysa"}, headers=boss())
    day = datetime.now(UTC).date() + timedelta(days=28)
    path = "settings/hours/oleh/away"
    form = {"first": day.isoformat(), "cover": "larysa", "reason": "exam"}
    wrong = await desk.act(path, htmx=False, **form, last=(day - timedelta(days=3)).isoformat())
    assert "before it begins" in wrong.text
    assert (await desk.act(path, htmx=False, **form)).status_code == 303
    assert (await desk.act(path, htmx=False, **form)).status_code == 409
    page = await desk.page("settings/hours", week=day.isoformat(), who="oleh")
    assert "exam" in page
    assert "Larysa covers" in page
    absence = re.findall(r"oleh/away/([0-9a-f-]{36})/remove", page)[0]
    await desk.act(f"{path}/{absence}/remove")
    assert "exam" not in words(await desk.page("settings/hours", week=day.isoformat(), who="oleh"))


@pytest.mark.parametrize("field", ["first", "last"])
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
async def test_an_absence_at_the_end_of_the_calendar_is_refused_at_its_day(desk: Desk3, field: str, day: str) -> None:
    form = {"first": "2031-02-03", "reason": "holiday", field: day}
    refused = await desk.act("settings/hours/oleh/away", htmx=False, **form)
    assert refused.status_code == 422
    assert "ust lie between the years 2000 and 2200" in refused.text
