"""Tier 1's reports in a browser: figures that open their records, comparison, intervals, and files that are audited."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest_asyncio

from tests.api.test_lead_gen_reports import records
from tests.fixtures.call_desk import Browser, browser
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.report_pages import every_figure_opens_what_it_counts, looked, rows, words
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

VIEWS = ("funnel", "cohorts", "callers", "scripts", "acceptance", "campaigns")


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_report_pages", tier=Tier.LEAD_GEN)) as tier:
        yield tier


@pytest_asyncio.fixture
async def boss(house: Tier1) -> AsyncIterator[Browser]:
    async with browser(house, "boss", "supervisor") as window:
        yield window


async def test_every_figure_opens_exactly_the_records_that_it_counts(house: Tier1, boss: Browser) -> None:
    written = await records(house, 7)
    await house.pool.execute("UPDATE leads SET created_at = now() - interval '61 days'")
    days = f"from={written.begin.date()}&to={datetime.now(UTC).date()}"
    narrowed = f"{days}&campaign={written.campaigns[0]}"
    paths = [f"/desk/reports/{view}?{asked}" for view in VIEWS for asked in (days, narrowed)]
    assert await every_figure_opens_what_it_counts(boss.http, "/lead-gen", paths) > 60


async def test_the_page_says_what_rest_says_and_the_period_before(house: Tier1, boss: Browser) -> None:
    written = await records(house, 8)
    today = datetime.now(ZoneInfo("Europe/Kyiv")).date()
    page = await looked(boss.http, "/desk/reports/callers?span=30")
    start = datetime.combine(today - timedelta(days=29), time(), ZoneInfo("Europe/Kyiv"))
    params = {"from": start.isoformat(), "by": "caller"}
    told = (await house.http.get("/v1/reports/callers", params=params)).json()["items"]
    assert written.calls
    shown = [line[1].split() for line in rows(page, "callers")]
    assert [int(cell[0]) for cell in shown] == [one["calls"] for one in told]
    assert all(cell[1] == "before:" for cell in shown)
    assert "too few to tell" in words(page) or "to" in words(page)
    wrong = await looked(boss.http, "/desk/reports/funnel?from=2026-02-02&to=2026-01-01")
    assert "The last day comes before the first." in words(wrong)


async def test_a_table_is_taken_out_for_excel_and_the_audit_says_who(house: Tier1, boss: Browser) -> None:
    written = await records(house, 9)
    await house.pool.execute("INSERT INTO callers (id, name) VALUES ('anna', '=HYPERLINK(\"x\")')")
    assert written.calls
    file = await boss.http.get("/desk/reports/callers/callers.csv?span=90")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert lines[0][:3] == ["Caller", "Calls", "Calls, before"]
    assert '\'=HYPERLINK("x")' in {line[0] for line in lines[1:]}
    line = await house.pool.fetchrow("SELECT by, facts, rows FROM audit WHERE action = 'export'")
    assert (line["by"], line["facts"]["report"], line["rows"]) == ("boss", "callers/callers", len(lines) - 1)
    assert "callers/callers" in words(await looked(boss.http, "/desk/reports/exports"))


async def test_reports_are_for_supervisors_and_ops(house: Tier1) -> None:
    async with browser(house, "anna") as window:
        for path in ("funnel", "funnel/steps.csv", "records/calls", "exports"):
            assert (await window.http.get(f"/desk/reports/{path}")).status_code == 403
    async with browser(house, "operations", "ops", tier="ops") as window:
        assert "How far leads get" in words(await looked(window.http, "/desk/reports/funnel"))
        assert (await window.http.get("/desk/reports/nothing")).status_code == 404
