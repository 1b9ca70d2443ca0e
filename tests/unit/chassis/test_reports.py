"""Periods of reports and the one before, and tables as files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from services.chassis.reports.periods import Span, choose
from services.chassis.reports.tables import Column, as_csv, share_of, table

KYIV = ZoneInfo("Europe/Kyiv")
NOON = datetime(2026, 11, 12, 10, tzinfo=UTC)


def span(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last), KYIV, NOON)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-11-06", "2026-11-12", ("2026-10-30", "2026-11-05")),
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2026-11-01", "2026-11-29", ("2026-10-03", "2026-10-31")),
    ],
)
def test_before_come_as_many_days_or_as_many_whole_months(first: str, last: str, before: tuple[str, str]) -> None:
    earlier = span(first, last).before
    assert (earlier.first.isoformat(), earlier.last.isoformat()) == before


def test_a_period_that_runs_is_compared_with_as_much_of_the_one_before() -> None:
    month = span("2026-11-01", "2026-11-30")
    start, end = month.comparable
    assert start == datetime(2026, 10, 1, tzinfo=KYIV)
    assert end - start == NOON - month.start
    whole = span("2026-10-01", "2026-10-31")
    assert whole.comparable == (whole.before.start, whole.before.end)


def test_a_day_that_changes_its_clock_is_whole() -> None:
    day = span("2026-10-25", "2026-10-25")
    assert day.end.astimezone(UTC) - day.start.astimezone(UTC) == timedelta(hours=25)


@pytest.mark.parametrize(
    ("first", "last", "faults"),
    [
        ("2026-02-02", "2026-01-01", {"to": "order"}),
        ("2020-01-01", "2026-01-01", {"from": "long"}),
        ("yesterday", "", {"from": "date", "to": "date"}),
        ("0001-01-01", "2026-01-01", {"from": "date"}),
    ],
)
def test_days_that_make_no_sense_are_told_and_the_last_30_shown(first: str, last: str, faults: dict[str, str]) -> None:
    chosen = choose("", first, last, KYIV, NOON)
    assert (chosen.faults, chosen.span.days) == (faults, 30)


@pytest.mark.parametrize("preset", ["7", "30", "90", "month", "last_month", "nonsense"])
def test_short_names_end_today_or_with_their_month(preset: str) -> None:
    chosen = choose(preset, "", "", KYIV, NOON)
    assert chosen.span.last in {date(2026, 11, 12), date(2026, 11, 30), date(2026, 10, 31)}


def test_a_file_has_the_readers_decimal_mark_and_no_formula() -> None:
    columns = [
        Column("Who", "who", "text"),
        Column("Share", lambda one: share_of(one.part, one.whole), "percent", picture="interval"),
        Column("Sold", "sold", "money", compared=True, currency=lambda _: "UAH"),
        Column("Took", lambda _: timedelta(minutes=90), "minutes"),
    ]
    now = SimpleNamespace(who="=1+1", part=1, whole=4, sold=Decimal("-12.50"))
    was = SimpleNamespace(who="=1+1", part=0, whole=4, sold=Decimal("3.00"))
    found = table("t", "T", columns, [now], before={"=1+1": was}, by=lambda one: one.who)
    text = as_csv(found, comma=",", words=str)
    assert text.startswith("\ufeff")
    head, line = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    assert head[:4] == ["Who", "Share, %", "from", "to"]
    assert (line[0], line[1], line[4], line[5], line[6], line[7]) == (
        "'=1+1",
        "25,00",
        "-12,50",
        "3,00",
        "UAH",
        "90,00",
    )
    assert len(head) == len(line)
    assert (
        as_csv(found, comma=".", words=str).splitlines()[0]
        == "\ufeff" + 'Who,"Share, %",from,to,Sold,"Sold, before",currency,"Took, minutes"'
    )


def test_few_cases_are_too_few_to_tell() -> None:
    few, enough = share_of(5, 19), share_of(5, 20)
    assert few is not None
    assert enough is not None
    assert (few.few, enough.few, share_of(0, 0)) == (True, False, None)
    assert few.low < few.mean < few.high
