"""Lists, search, one customer's page and the calendars of the account desk."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from services.account_mgmt.actions.customer_list import search
from services.account_mgmt.desk.cursors import place_of
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

KYIV = ZoneInfo("Europe/Kyiv")


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_customers", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str) -> AsyncIterator[Desk3]:
    async with desk_3(dsn) as desk:
        yield desk


async def test_customers_are_listed_by_name_and_turned_page_by_page(desk: Desk3, tier: Tier3) -> None:
    for number in range(53):
        await tier.pool.execute(
            "INSERT INTO customers (id, contact, account_manager) VALUES (gen_random_uuid(), $1, 'oleh')",
            {"lead_id": "x", "company": f"Company {number:02d}"},
        )
    page = await desk.page("customers")
    assert "Company 00" in page
    assert "Company 49" in page
    assert "Company 50" not in page
    more = page.split("&after=")[1].split('"')[0]
    page = await desk.page("customers", after=more)
    assert "Company 50" in page
    assert "Company 49" not in page


@pytest.mark.parametrize("place", ["x", "!!!", "WzEsMl0", "WyJhIiwiYiJd"])
async def test_a_place_that_somebody_made_up_is_refused(desk: Desk3, place: str) -> None:
    await desk.page("customers", status=422, after=place)


async def test_the_list_is_narrowed_down_by_owner_state_segment_and_debts(desk: Desk3, tier: Tier3) -> None:
    mine, _ = await tier.customer(company="Мій клієнт")
    lost, _ = await tier.customer(company="Пішов геть")
    await tier.pool.execute("UPDATE customers SET state = 'lost' WHERE id = $1", lost)
    await tier.pool.execute("UPDATE customers SET segment = 'steel' WHERE id = $1", mine)
    await tier.pool.execute("UPDATE invoices SET due_at = now() - interval '3 days' WHERE customer_id = $1", mine)
    assert "Пішов геть" not in await desk.page("customers", state="active")
    assert "Пішов геть" not in await desk.page("customers", segment="steel")
    late = await desk.page("customers", overdue="1")
    assert "Мій клієнт" in late
    assert "Пішов геть" not in late
    assert "Nobody like that" in await desk.page("customers", owner="nobody")


@pytest.mark.parametrize(
    ("company", "sought"),
    [
        ("ТОВ «Кам’янець-Ліс»", "КАМ'ЯНЕЦЬ-лІс"),
        ("Łódź Żagle", "lodz zag"),
        ("Großhandel Müller", "MÜLLER"),
        ("Gdansk Port", "gdańsk"),
        ("100% Cargo_1", "100% cargo_"),
    ],
)
async def test_a_name_is_found_in_any_case_and_spelling_of_its_letters(
    desk: Desk3, tier: Tier3, company: str, sought: str
) -> None:
    customer_id, _ = await tier.customer(company=company)
    answer = await desk.http.get("/desk/find", params={"q": sought})
    assert answer.headers["location"].endswith(customer_id)


async def test_a_customer_is_found_by_name_phone_and_invoice(desk: Desk3, tier: Tier3) -> None:
    await tier.pool.execute("DELETE FROM customer_keys")
    customer_id, opened = await tier.customer(company="ТОВ «Зоряний шлях»", phones=["+380671234567"])
    answer = await desk.http.get("/desk/find", params={"q": "зорян"})
    assert answer.headers["location"] == f"/accounts/desk/customers/{customer_id}"
    answer = await desk.http.get("/desk/find", params={"q": "067 123-45-67"})
    assert answer.headers["location"] == f"/accounts/desk/customers/{customer_id}"
    number = await tier.pool.fetchval("SELECT number FROM invoices WHERE id = $1", opened.invoice_id)
    assert number in await desk.page("find", q=number)
    assert number in await desk.page("find", q=str(int(number.rsplit("-", 1)[1])))
    assert "Nothing found" in await desk.page("find", q="%%%")


async def test_a_short_number_is_found_when_the_year_has_begun_for_the_seller_only(tier: Tier3) -> None:
    """By UTC it is still New Year's Eve."""
    _, opened = await tier.customer(company="Новорічна")
    number: str = await tier.pool.fetchval("SELECT number FROM invoices WHERE id = $1", opened.invoice_id)
    _, year, count = number.split("-")
    eve = datetime(int(year) - 1, 12, 31, 22, 30, tzinfo=UTC)
    async with tier.pool.acquire() as conn:
        assert number in [one.number for one in (await search(conn, str(int(count)), eve)).invoices]


async def test_the_story_tells_what_happened_on_one_line_of_time(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await desk.act(f"customers/{customer_id}/said", outcome="need_changed", item_id=item_id, note="containers from May")
    await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "the truck came late"})
    page = await desk.page(f"customers/{customer_id}/story")
    for told in ("Order LR-SO-", "Reminder 1 was due", "They said: needs something else", "containers from May",
                 "They complained", "Oleh looks after them"):  # fmt: skip
        assert told in page


async def test_a_long_story_is_read_page_by_page(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    for number in range(45):
        await tier.post(f"/v1/customers/{customer_id}/needs", {"text": f"need number {number:02d}."})
    first = await desk.page(f"customers/{customer_id}/story")
    assert "Need: need number 44." in first
    assert "Need: need number 00." not in first
    more = first.split("/story?before=")[1].split('"')[0]
    assert "Need: need number 00." in await desk.page(f"customers/{customer_id}/story", before=more)


async def test_needs_are_added_answered_and_opened_again(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    assert "What do they need?" in await desk.page(f"customers/{customer_id}/story", add="need")
    answer = await desk.act(f"customers/{customer_id}/needs", text="refrigerated trucks")
    assert "refrigerated trucks" in answer.text
    need = await tier.pool.fetchval("SELECT id FROM needs WHERE customer_id = $1", customer_id)
    answer = await desk.act(f"needs/{need}", state="met", note="two trucks a week")
    assert "two trucks a week" in answer.text
    await desk.act(f"needs/{need}", state="open")
    assert await tier.pool.fetchval("SELECT state FROM needs WHERE id = $1", need) == "open"
    refused = await desk.act(f"customers/{customer_id}/needs", text="  ")
    assert refused.status_code == 422


async def test_people_are_added_with_their_phone_as_it_is_written_and_removed(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    answer = await desk.act(
        f"customers/{customer_id}/people", name="Iryna M.", role="accountant", phone="050 123 45 67"
    )
    assert "+380501234567" in answer.text
    refused = await desk.act(f"customers/{customer_id}/people", name="Iryna M.", phone="12")
    assert refused.status_code == 422
    refused = await desk.act(f"customers/{customer_id}/people", name="Iryna M.", email="nobody")
    assert refused.status_code == 422
    person = await tier.pool.fetchval("SELECT id FROM people WHERE customer_id = $1", customer_id)
    answer = await desk.act(f"customers/{customer_id}/people/{person}/remove")
    assert "Iryna M." not in answer.text


async def test_opting_out_cancels_what_was_coming_and_can_be_taken_back(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.nudge()
    answer = await desk.act(f"customers/{customer_id}/opt-out", reason="too many calls")
    assert "They want none." in answer.text
    card = await desk.page(f"customers/{customer_id}")
    assert "wants no calls" in card and "tel:" not in card and "what to say" not in card
    assert await tier.work(customer_id, "nudge") == []
    answer = await desk.act(f"customers/{customer_id}/opt-in", reason="call again in spring")
    assert "They want no more reminders" in answer.text
    assert "tel:" in await desk.page(f"customers/{customer_id}")
    assert (await desk.act(f"customers/{customer_id}/opt-out")).status_code == 422


async def test_how_they_are_reminded_can_be_changed(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    await desk.act(f"customers/{customer_id}/remind-by", by="both")
    assert await tier.pool.fetchval("SELECT remind_by FROM customers WHERE id = $1", customer_id) == "both"


async def test_the_calendar_shows_reminders_to_come_and_what_was_said(desk: Desk3, tier: Tier3) -> None:
    coming, _ = await tier.customer(company="Скоро")
    await tier.pool.execute("UPDATE customers SET next_nudge_at = now() + interval '1 hour' WHERE id = $1", coming)
    said, item_id = await tier.nudge()
    await desk.act(f"customers/{said}/said", outcome="not_now", item_id=item_id)
    day = (datetime.now(UTC) + timedelta(hours=1)).astimezone(KYIV).date()
    page = await desk.page("calendar", month=f"{day:%Y-%m}", day=day.isoformat())
    assert "Скоро" in page
    assert "said: not now" in page


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-01", "0001-01"])
async def test_a_month_that_is_none_is_this_one(desk: Desk3, month: str) -> None:
    assert "Calendar of contacts" in await desk.page("calendar", month=month)


async def test_the_story_says_who_looked_after_them(desk: Desk3, tier: Tier3) -> None:
    await tier.post("/v1/account-managers", {"id": "larysa", "name": "Larysa P."}, headers=boss())
    customer_id, _ = await tier.customer()
    body = {"account_manager": "larysa", "reason": "speaks Polish"}
    await tier.post(f"/v1/customers/{customer_id}/assign", body, status=200, headers=boss())
    assert "Larysa P. looks after them" in await desk.page(f"customers/{customer_id}/story")


async def test_what_does_not_exist_is_said_so(desk: Desk3) -> None:
    nobody = "01890000-0000-7000-8000-000000000000"
    assert "There is nothing here" in await desk.page(f"customers/{nobody}", status=404)
    assert "There is nothing here" in await desk.page(f"customers/{nobody}/story", status=404)


async def test_the_customers_page_listens_to_what_happens_with_them(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    page = await desk.page(f"customers/{customer_id}/story")
    assert f'hx-trigger="about:{customer_id} from:#live' in page
    for part in ("head", "needs", "people", "touches"):
        assert re.search(rf'id="{part}"[^>]*hx-trigger="part:stale"[^>]*data-live-part', page), part


async def test_an_earlier_page_of_the_story_is_not_replaced_by_the_newest(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    earlier = await desk.page(f"customers/{customer_id}/story", before=place_of((datetime.now(UTC), "x")))
    assert 'id="story"' in earlier
    assert f"about:{customer_id} from:#live" not in earlier
