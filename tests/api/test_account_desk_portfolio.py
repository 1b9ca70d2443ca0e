"""The supervisor's pages of account management: who has what, who may leave, who owes, and what is done about it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_portfolio", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        await tier.post("/v1/account-managers", {"id": "larysa", "name": "Larysa", "capacity": 0}, headers=boss())
        await tier.policy(contact_hours=None, working_days_only=False)
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:
    assert tier  # its policy and people come first
    async with desk_3(dsn, "boss", "supervisor", "Olena Boss") as desk:
        yield desk


def words(page: str) -> str:
    """What a reader sees of a piece of the page."""
    return " ".join(_TAGS.sub(" ", html.unescape(page)).split())


def row(page: str, start: str) -> str:
    """A row of a table, by how its id begins."""
    return words(page.split(f'<tr id="{start}', 1)[1].split("</tr>", 1)[0])


async def worth(tier: Tier3, customer_id: str, value: int, alive: float = 0.2) -> None:
    """What the nightly analysis says of a customer."""
    await tier.pool.execute(
        """INSERT INTO forecasts (customer_id, speaker, expected_low, expected_at, expected_high, p_alive, p_buys,
                                  order_value, expected_value)
           VALUES ($1, 'gaps', now() - interval '20 days', now() - interval '10 days', now() - interval '5 days',
                   $3, 0.5, $2::int, $2::int / 2)""",
        customer_id,
        value,
        alive,
    )


async def at_risk(tier: Tier3, days_ago: list[int], value: int) -> str:
    customer_id = await tier.bought(days_ago)
    await worth(tier, customer_id, value)
    await tier.pool.execute("UPDATE customers SET state = 'at_risk' WHERE id = $1", customer_id)
    return customer_id


async def overdue(tier: Tier3, days: int, company: str) -> tuple[str, str]:
    """(customer, invoice) of 120.00 UAH that is overdue for so many days."""
    customer_id, opened = await tier.customer(company=company, phones=[])
    await tier.pool.execute(
        "UPDATE invoices SET due_at = now() - make_interval(days => $2) WHERE id = $1", opened.invoice_id, days
    )
    return customer_id, opened.invoice_id


async def test_who_has_what_stands_in_a_row_and_every_figure_opens_its_records(desk: Desk3, tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await worth(tier, customer_id, 900)
    await tier.pool.execute("UPDATE nudges SET answer_by = now() - interval '1 hour' WHERE item_id = $1", item_id)
    await overdue(tier, 40, "Борг")
    await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "late"})
    page = await desk.page("portfolio")
    oleh, larysa = row(page, "person-1"), row(page, "person-2")
    assert "takes none" in larysa
    assert "0 done · 1 open 1 late" in oleh
    for figure in ("₴ 450", "₴ 120", "complaints 1", "at risk 1"):
        assert figure in oleh.replace("\xa0", " ")
    for link in (
        "customers?owner=oleh",
        "overdue?owner=oleh&amp;currency=UAH",
        "at-risk?owner=oleh",
        "people/oleh#done",
    ):
        assert link in page
    await tier.pool.execute("UPDATE customers SET account_manager = NULL WHERE id = $1", customer_id)
    assert "1 customer of nobody" in await desk.page("portfolio/parts")
    theirs = await desk.page("portfolio/people/oleh", late="1")
    assert "ТОВ «Вітер»" in theirs


async def test_the_pages_are_the_supervisors_and_operators_change_nothing(dsn: str, tier: Tier3) -> None:
    customer_id = await at_risk(tier, [100, 70, 40], 500)
    async with desk_3(dsn) as oleh:
        for path in ("portfolio", "portfolio/at-risk", "portfolio/overdue", "portfolio/people/oleh"):
            await oleh.page(path, status=403)
        assert (await oleh.act(f"portfolio/at-risk/{customer_id}/win-back")).status_code == 403
        assert "Portfolio" not in await oleh.page("customers")


async def test_customers_at_risk_come_by_worth_with_what_says_so(desk: Desk3, tier: Tier3) -> None:
    small, large = await at_risk(tier, [100, 70, 40], 500), await at_risk(tier, [95, 65, 35], 900)
    page = await desk.page("portfolio/at-risk", owner="oleh")
    assert page.index(f"risk-{large}") < page.index(f"risk-{small}")
    told = row(page, f"risk-{large}")
    for said in (
        "20% likely to come back",
        "buys every 30 days",
        "last 5 weeks ago",
        "9 of 10 like them",
        "never asked",
    ):
        assert said in told
    assert "Nobody is at risk" in await desk.page("portfolio/at-risk", owner="larysa")
    await desk.page("portfolio/at-risk", status=422, after="x")


async def test_a_customer_at_risk_is_reminded_handed_over_kept_or_given_to_conversion(desk: Desk3, tier: Tier3) -> None:
    one, two = await at_risk(tier, [100, 70, 40], 500), await at_risk(tier, [95, 65, 35], 900)
    answer = await desk.act(f"portfolio/at-risk/{one}/remind")
    assert "is reminded of them" in answer.text
    (moved,) = await tier.sent(one, "nudge_moved")
    assert datetime.fromisoformat(moved["next_nudge_at"]) <= datetime.now(UTC) + timedelta(minutes=1)
    await tier.pool.execute("UPDATE customers SET last_nudge_at = now() WHERE id = $1", one)
    assert "short while ago" in (await desk.act(f"portfolio/at-risk/{one}/remind")).text
    answer = await desk.act(f"portfolio/at-risk/{one}/hand-over?owner=oleh", htmx=False, to="larysa")
    assert answer.headers["location"] == "/accounts/desk/portfolio/at-risk?owner=oleh"
    assert "Larysa" in row(await desk.page("portfolio/at-risk"), f"risk-{one}")
    await tier.post(f"/v1/customers/{two}/complaints", {"text": "the truck was late"})
    assert "the truck was late" in row(await desk.page("portfolio/at-risk"), f"risk-{two}")
    await desk.act(f"portfolio/at-risk/{two}/keep")
    assert await tier.pool.fetchval("SELECT state FROM customers WHERE id = $1", two) == "active"
    await desk.act(f"portfolio/at-risk/{one}/win-back")
    assert await tier.pool.fetchval("SELECT state FROM customers WHERE id = $1", one) == "lost"
    assert (await tier.sent(one, "standing_changed"))[-1]["standing"] == "lost"
    assert (await desk.act(f"portfolio/at-risk/{one}/win-back")).status_code == 409


async def test_overdue_money_is_shown_by_age_and_customer_and_decided_about_in_place(desk: Desk3, tier: Tier3) -> None:
    customer_id, invoice_id = await overdue(tier, 40, "Довгий борг")
    await overdue(tier, 3, "Свіжий борг")
    page = await desk.page("portfolio/overdue")
    assert "UAH 0.00 120.00 120.00 – – 240.00" in words(page.split('class="is-on"')[1].split("</tr>")[0])
    assert "Свіжий борг" in page
    old = await desk.page("portfolio/overdue", age="2", owner="oleh", currency="UAH")
    assert "Довгий борг" in old
    assert "Свіжий борг" not in old
    assert "Nobody owes anything like that" in await desk.page("portfolio/overdue", owner="larysa")
    opened = await desk.page("portfolio/overdue", customer=customer_id)
    assert f"overdue/{invoice_id}/dunning" in opened
    until = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    place = f"portfolio/overdue/{invoice_id}"
    said = await desk.act(f"{place}/dunning?customer={customer_id}", decision="pause", until=until, reason="they pay")
    assert "Reminders rest." in said.text
    assert "Let them go on" in said.text
    said = await desk.act(f"{place}/write-offs", amount="1,50", currency="UAH", reason="a slip")
    assert "1.50" in said.text
    said = await desk.act(f"{place}/dunning", htmx=False, decision="collect", reason="no answer")
    assert said.headers["location"].startswith("/accounts/desk/portfolio/overdue")
    assert "in collection" in row(await desk.page("portfolio/overdue", age="2"), f"debtor-{customer_id}")


async def test_an_absence_is_written_with_its_cover_and_ended(desk: Desk3, tier: Tier3) -> None:
    today = datetime.now(UTC).date()
    wrong = {"first": today.isoformat(), "last": (today - timedelta(days=1)).isoformat(), "cover": "larysa"}
    answer = await desk.act("portfolio/people/oleh/absences", htmx=False, **wrong)
    assert answer.status_code == 422
    assert "The last day cannot be before the first" in answer.text
    right = {"first": (today - timedelta(days=2)).isoformat(), "last": (today + timedelta(days=2)).isoformat()}
    await desk.act("portfolio/people/oleh/absences", **right, cover="larysa", reason="holiday")
    page = await desk.page("portfolio/people/oleh")
    assert "Larysa covers" in page
    assert "away until" in row(await desk.page("portfolio"), "person-2")
    absence = page.split("/absences/")[1].split("/end")[0]
    await desk.act(f"portfolio/people/oleh/absences/{absence}/end")
    assert "No absence is written down" in await desk.page("portfolio/people/oleh")
    await desk.page("portfolio/people/nobody", status=404)
    assert await tier.pool.fetchval("SELECT count(*) FROM absences") == 0


async def test_a_take_over_is_shown_before_it_is_done(desk: Desk3, tier: Tier3) -> None:
    customer_id, _ = await tier.customer(company="Мандрівник")
    assert "Say why" in await desk.page("portfolio/people/oleh/take-over", status=422, to="larysa")
    page = await desk.page("portfolio/people/oleh/take-over", to="larysa", reason="Oleh left")
    assert "Larysa 1 customer Мандрівник" in words(page.split('id="plan"')[1].split("</ul>")[0])
    owner = "SELECT account_manager FROM customers WHERE id = $1"
    assert await tier.pool.fetchval(owner, customer_id) == "oleh"
    said = await desk.act("portfolio/people/oleh/take-over", to="larysa", reason="Oleh left", segment="")
    assert "1 customer has another account manager now" in said.text
    assert await tier.pool.fetchval(owner, customer_id) == "larysa"
