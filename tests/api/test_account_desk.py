"""The account desk: the day's list, and the card of whoever is chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, in_days, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str) -> AsyncIterator[Desk3]:
    async with desk_3(dsn) as desk:
        yield desk


async def test_an_empty_list_says_so(desk: Desk3) -> None:
    assert "Nothing is due" in await desk.page("")


async def test_the_first_of_the_list_is_chosen(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.nudge()
    page = await desk.page("")
    assert f'href="/accounts/desk/customers/{customer_id}" aria-current="true"' in page


async def test_the_card_says_why_today_and_what_to_say(desk: Desk3, tier: Tier3) -> None:
    await tier.nudge()
    page = await desk.page("")
    assert "Hello" in page or "Добрий день" in page
    assert "Call " in page
    assert 'href="tel:+380441234567"' in page


@pytest.mark.parametrize("outcome", ["ordered", "later", "not_now", "need_changed", "complaint", "left"])
async def test_each_outcome_opens_its_form_in_the_card(desk: Desk3, tier: Tier3, outcome: str) -> None:
    customer_id, item_id = await tier.nudge()
    page = await desk.page(f"customers/{customer_id}", say=outcome)
    assert f'value="{outcome}"' in page
    assert f'name="item_id" value="{item_id}"' in page


async def test_an_outcome_is_written_and_the_next_customer_comes_with_the_answer(desk: Desk3, tier: Tier3) -> None:
    first, item_id = await tier.nudge()
    second, _ = await tier.nudge()
    answer = await desk.act(
        f"customers/{first}/said", outcome="not_now", item_id=item_id, reason="no budget", then=second
    )
    assert answer.status_code == 200, answer.text
    assert f'data-customer="{second}"' in answer.text
    assert "not now; asked again" in answer.text
    assert await tier.pool.fetchval("SELECT note FROM nudges WHERE item_id = $1", item_id) == "no budget"


async def test_without_script_the_browser_is_sent_to_the_next_customer(desk: Desk3, tier: Tier3) -> None:
    first, item_id = await tier.nudge()
    answer = await desk.act(f"customers/{first}/said", htmx=False, outcome="not_now", item_id=item_id)
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts/desk/")


async def test_as_last_time_is_an_order_with_its_invoice(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    answer = await desk.act(f"customers/{customer_id}/said", outcome="ordered", item_id=item_id, quantity="2")
    assert answer.status_code == 200, answer.text
    order = await tier.pool.fetchrow("SELECT * FROM orders WHERE customer_id = $1 AND source = 'nudge'", customer_id)
    assert (order["total"], order["currency"]) == (Decimal("240.00"), "UAH")
    assert "1 ordered" in answer.text


async def test_what_a_colleague_has_answered_is_told_with_their_name(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await desk.act(f"customers/{customer_id}/said", outcome="not_now", item_id=item_id)
    answer = await desk.act(f"customers/{customer_id}/said", outcome="not_now", item_id=item_id)
    assert answer.status_code == 409
    assert "Oleh has just written down: not now" in answer.text


async def test_complaints_come_first_whatever_they_are_worth(desk: Desk3, tier: Tier3) -> None:
    await tier.nudge()
    customer_id, _ = await tier.customer(company="Скарга")
    await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "the truck came late"})
    page = await desk.page("")
    assert f'data-customer="{customer_id}"' in page
    assert "complained: the truck came late" in page
    item = (await tier.work(customer_id, "complaint"))[0]
    answer = await desk.act(f"work/{item['id']}/done")
    assert answer.status_code == 200, answer.text
    assert await tier.work(customer_id, "complaint") == []


async def test_never_again_has_a_reason_and_can_be_taken_back(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.nudge()
    answer = await desk.act(f"customers/{customer_id}/never-offer", product_id="ftl", reason="own trucks")
    assert "“own trucks” Oleh" in answer.text
    answer = await desk.act(f"customers/{customer_id}/offer-again", product_id="ftl")
    assert "They have refused nothing" in answer.text


async def test_somebody_elses_customer_is_told_in_words_and_keeps_their_numbers(desk: Desk3, tier: Tier3) -> None:
    await tier.post("/v1/account-managers", {"id": "larysa", "name": "Larysa P."}, headers=boss())
    customer_id, _ = await tier.customer()
    body = {"account_manager": "larysa", "reason": "speaks Polish"}
    await tier.post(f"/v1/customers/{customer_id}/assign", body, status=200, headers=boss())
    page = await desk.page(f"customers/{customer_id}")
    assert "Larysa P. looks after this customer" in page
    assert "+380441234567" not in page
    answer = await desk.act(f"customers/{customer_id}/said", outcome="complaint", note="late")
    assert answer.status_code == 403


async def test_whoever_has_left_is_shown_as_gone_and_sold_nothing(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await desk.act(f"customers/{customer_id}/said", outcome="left", note="closed down", item_id=item_id)
    page = await desk.page(f"customers/{customer_id}")
    assert "They have left" in page
    assert "what to say" not in page and "?say=" not in page


async def test_without_a_reminder_a_need_and_a_complaint_can_still_be_written_down(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    answer = await desk.act(f"customers/{customer_id}/said", outcome="need_changed", note="containers from May on")
    assert answer.status_code == 200, answer.text
    assert (
        await tier.pool.fetchval("SELECT text FROM needs WHERE customer_id = $1", customer_id)
        == "containers from May on"
    )
    answer = await desk.act(f"customers/{customer_id}/said", outcome="later", next_at=in_days(3))
    assert answer.status_code == 409


async def test_what_was_done_today_can_be_opened(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await desk.act(f"customers/{customer_id}/said", outcome="not_now", item_id=item_id, note="has enough")
    page = await desk.page("done")
    assert "has enough" in page


async def test_an_empty_day_says_when_the_next_reminder_comes(desk: Desk3, tier: Tier3) -> None:
    await tier.customer(company="Наступні")
    page = await desk.page("")
    assert "The next reminder comes" in page
    assert "Наступні" in page


async def test_later_takes_a_day_on_their_own_calendar(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    answer = await desk.act(f"customers/{customer_id}/said", outcome="later", item_id=item_id, day=day)
    assert answer.status_code == 200, answer.text
    again = await tier.pool.fetchval("SELECT next_nudge_at FROM customers WHERE id = $1", customer_id)
    assert again.date().isoformat() >= day


async def test_a_day_that_is_over_is_refused_with_its_field(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    answer = await desk.act(f"customers/{customer_id}/said", outcome="later", item_id=item_id, day="2020-01-01")
    assert answer.status_code == 422
    assert "This day is over" in answer.text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("later", {"day": ""}), ("not_now", {"reason": "no budget"}),
     ("need_changed", {"note": "containers"}), ("complaint", {"note": "the truck came late"})],
)  # fmt: skip
async def test_an_outcome_is_taken_back_as_if_it_had_never_been_given(
    desk: Desk3, tier: Tier3, outcome: str, said: dict[str, str]
) -> None:
    customer_id, item_id = await tier.nudge()
    said = {name: value or in_days(20)[:10] for name, value in said.items()}
    answer = await desk.act(f"customers/{customer_id}/said", outcome=outcome, item_id=item_id, **said)
    assert f"/desk/nudges/{item_id}/undo" in answer.text
    back = await desk.act(f"nudges/{item_id}/undo")
    assert back.status_code == 200, back.text
    assert "Taken back" in back.text
    assert f'data-customer="{customer_id}"' in back.text
    assert [one["id"] for one in await tier.work(customer_id, "nudge")] == [item_id]
    assert await tier.work(customer_id, "complaint") == []
    row = await tier.pool.fetchrow("SELECT * FROM customers WHERE id = $1", customer_id)
    assert (row["state"], row["next_nudge_at"]) == ("active", None)
    assert await tier.pool.fetchval("SELECT count(*) FROM needs WHERE customer_id = $1", customer_id) == 0
    assert await tier.sent(customer_id, "nudge_answered") == []
    again = await desk.act(f"customers/{customer_id}/said", outcome="not_now", item_id=item_id)
    assert again.status_code == 200, again.text


async def test_what_can_be_taken_back_is_still_offered_on_a_page_that_is_loaded_again(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await desk.act(f"customers/{customer_id}/said", outcome="not_now", item_id=item_id)
    assert f"/desk/nudges/{item_id}/undo" in await desk.page("")


async def test_an_order_and_a_leaving_are_not_taken_back_by_a_key(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    answer = await desk.act(f"customers/{customer_id}/said", outcome="ordered", item_id=item_id, quantity="1")
    assert f"/desk/nudges/{item_id}/undo" not in answer.text
    assert (await desk.act(f"nudges/{item_id}/undo")).status_code == 409
    customer_id, item_id = await tier.nudge()
    answer = await desk.act(f"customers/{customer_id}/said", outcome="left", item_id=item_id, note="closed down")
    assert "has left. Tier 2 hears of it." in answer.text
    assert (await desk.act(f"nudges/{item_id}/undo")).status_code == 409


async def test_when_it_has_gone_on_it_is_too_late_to_take_it_back(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await desk.act(f"customers/{customer_id}/said", outcome="not_now", item_id=item_id)
    await tier.pool.execute("UPDATE outbox SET next_at = now() - interval '1 second' WHERE signal = 'nudge_answered'")
    late = await desk.act(f"nudges/{item_id}/undo")
    assert late.status_code == 409
    assert "too late" in late.text
    assert await tier.pool.fetchval("SELECT outcome FROM nudges WHERE item_id = $1", item_id) == "not_now"


async def test_nobody_takes_back_what_a_colleague_wrote(desk: Desk3, tier: Tier3, dsn: str) -> None:
    customer_id, item_id = await tier.nudge()
    await desk.act(f"customers/{customer_id}/said", outcome="not_now", item_id=item_id)
    async with desk_3(dsn, "boss", "supervisor") as other:
        assert (await other.act(f"nudges/{item_id}/undo")).status_code == 404
