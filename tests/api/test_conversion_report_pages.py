"""Tier 2's reports in a browser: figures that open their records, how deals move, and files that are written down."""

from __future__ import annotations

import html
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest_asyncio

from services.chassis.db import new_id
from tests.api.test_conversion_reports import PEOPLE, live
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.report_pages import every_figure_opens_what_it_counts, looked, rows, words
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Money, Tier
from workflows.contracts.commission import MoneyEvent, MoneyKind
from workflows.contracts.conversion import CallRecord

VIEWS = ("stages", "reasons", "managers", "answers", "commission")


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    dsn = await fresh_database("conversion_report_pages", tier=Tier.CONVERSION, policy="demo")
    async with tier_2(dsn) as tier:
        for person in PEOPLE:
            await tier.manager(person)
        yield tier


@pytest_asyncio.fixture
async def boss(conversion: Tier2) -> AsyncIterator[Person]:
    async with person(conversion, "iryna", "supervisor") as window:
        yield window


async def test_every_figure_opens_exactly_the_records_that_it_counts(conversion: Tier2, boss: Person) -> None:
    chance, tally = random.Random(5), Counter[tuple[str, str]]()
    for _ in range(40):
        await live(conversion, chance, tally)
    await conversion.pool.execute(
        """INSERT INTO meetings (id, deal_id, manager, starts_at, ends_at, kind, state, created_by)
           SELECT gen_random_uuid(), id, owner, now() - interval '2 hours', now() - interval '1 hour', 'online', 'held',
                  owner FROM deals WHERE stage = 'qualified'"""
    )
    pages = [f"/desk/reports/{view}?span=7" for view in VIEWS]
    assert await every_figure_opens_what_it_counts(boss.http, "/conversion", pages) > 25
    report = {row["name"]: row for row in (await conversion.get("/v1/reports/managers"))["items"]}
    shown = {line[0]: line for line in rows(await looked(boss.http, pages[2]), "managers")}
    assert {name: int(line[2].split()[0]) for name, line in shown.items()} == {
        name: report[name]["accepted"] for name in shown
    }
    file = await boss.http.get("/desk/reports/reasons/losses.csv?span=7")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert "reasons/losses" in words(await looked(boss.http, "/desk/reports/exports"))


async def test_people_of_other_tiers_are_called_as_these_tell_them(conversion: Tier2, boss: Person) -> None:
    at = datetime.now(UTC)
    story = [CallRecord(at=at, by="caller-7", by_name="Софія Мельник", outcome="interested")]
    deal = await conversion.accepted(PEOPLE[0], hand_over(story=story, sourced_by="caller-7"))
    await conversion.won(deal["id"], PEOPLE[0])
    sum_of = Money(amount=Decimal(9000))
    for person_id, name in (("am-1", "Галина Д."), ("am-2", None)):
        event = MoneyEvent(
            key=f"ordered:{person_id}", kind=MoneyKind.ORDERED, sale_id=new_id(), customer_id=deal["lead_id"],
            amount=sum_of, total=sum_of, person=person_id, person_name=name, at=at,
        )  # fmt: skip
        await conversion.activities.record_commission(event)
    said = words(await looked(boss.http, "/desk/reports/commission"))
    assert "Софія Мельник found them" in said and "Галина Д. kept them" in said
    assert "an account manager (am-2) kept them" in said
    assert "caller-7" not in said and "am-1" not in said
    opened = words(await looked(boss.http, "/desk/reports/records/entries?person=caller-7&value=sourced:UAH"))
    assert "Софія Мельник" in opened and "earned: " in opened and "caller-7" not in opened and "accrued" not in opened


async def test_how_deals_move_is_kept_and_a_move_taken_back_is_none(conversion: Tier2, boss: Person) -> None:
    offer = await conversion.offered(hand_over(sourced_by="caller-1"))
    await conversion.post(f"/v1/hand-overs/{offer.item_id}/accept", {}, offer.manager or "")
    since = await conversion.pool.fetchval("SELECT stage_since FROM deals WHERE id = $1", offer.deal_id)
    move = "UPDATE deals SET stage = $2, stage_since = $3 WHERE id = $1"
    await conversion.pool.execute(move, offer.deal_id, "informing", since)
    before = await conversion.pool.fetchval("SELECT count(*) FROM stage_moves")
    later = await conversion.pool.fetchval("SELECT now() + interval '1 hour'")
    await conversion.pool.execute(move, offer.deal_id, "meeting", later)
    assert await conversion.pool.fetchval("SELECT count(*) FROM stage_moves") == before + 1
    await conversion.pool.execute(move, offer.deal_id, "informing", since)
    assert await conversion.pool.fetchval("SELECT count(*) FROM stage_moves") == before
    assert "Informing" in words(await looked(boss.http, "/desk/reports/stages"))


async def test_managers_do_not_see_the_reports(conversion: Tier2) -> None:
    async with person(conversion, PEOPLE[0]) as window:
        for path in ("stages", "managers/managers.csv", "records/won", "exports"):
            assert (await window.http.get(f"/desk/reports/{path}")).status_code == 403


async def test_a_long_table_is_shown_in_parts_and_summed_as_a_whole(conversion: Tier2, boss: Person) -> None:
    await conversion.pool.execute(
        """INSERT INTO managers (id, name, capacity)
           SELECT 'long-' || n, 'Manager ' || lpad(n::text, 2, '0'), 9 FROM generate_series(1, 60) n"""
    )
    await conversion.pool.execute(
        """INSERT INTO deals (id, lead_id, workflow_id, stage, owner, policy_version, contact, reason, offered_at,
                              accepted_at, next_action_at)
           SELECT gen_random_uuid(), lead, 'conversion:' || lead, 'informing', id, 1,
                  jsonb_build_object('lead_id', lead, 'company', 'C', 'phones', '[]'::jsonb), 'interested', now(),
                  now(), now() + interval '1 day'
             FROM (SELECT id, gen_random_uuid() AS lead FROM managers WHERE id LIKE 'long-%') m"""
    )
    first, second = [await looked(boss.http, f"/desk/reports/managers?span=7&page={page}") for page in (0, 2)]
    names = [[line[0] for line in rows(page, "managers")] for page in (first, second)]
    assert names == [[*(f"Manager {n:02}" for n in range(1, 51))], [*(f"Manager {n:02}" for n in range(51, 61))]]
    for page in (first, second):
        assert words(page.partition("<tfoot>")[2].partition("</tfoot>")[0]).split()[-2:] == ["60", "0"]
    [on] = re.findall(r'aria-label="Pages of the table Managers".*?href="([^"]*)"', first, re.DOTALL)
    assert html.unescape(on) == "/conversion/desk/reports/managers?span=7&page=2#managers"
    record = re.findall(r'<a href="([^"]*records/open[^"]*)"', second)[0]
    opened = await looked(boss.http, html.unescape(record).removeprefix("/conversion"))
    assert f'href="{on.removesuffix("#managers")}"' in opened
    file = await boss.http.get("/desk/reports/managers/managers.csv?span=7&page=2")
    assert len(file.text.splitlines()) == 1 + 60 + 1
