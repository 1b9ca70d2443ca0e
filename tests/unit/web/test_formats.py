"""Times, money and numbers as one reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from services.chassis.web.formats import DEFAULT_ZONE, Formats, locale_of, zone_of
from services.chassis.web.scales import ticks

# 14:08 in Kyiv.
NOW = datetime(2026, 11, 27, 12, 8, tzinfo=UTC)
KYIV, WARSAW, VILNIUS = ZoneInfo("Europe/Kyiv"), ZoneInfo("Europe/Warsaw"), ZoneInfo("Europe/Vilnius")
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def formats() -> Formats:
    return Formats(locale_of("en"), KYIV, NOW)


def test_money_names_its_currency_and_always_shows_cents(formats: Formats) -> None:
    assert formats.money("12345.3", "UAH") == f"UAH{NBSP}12,345.30"
    assert formats.money(Decimal("7"), "EUR") == "€7.00"


def test_numbers_and_shares(formats: Formats) -> None:
    assert formats.number(1234567.5) == "1,234,567.5"
    assert formats.percent(0.125) == "12.5%"
    assert formats.percent(1) == "100%"


def test_today_needs_no_day_and_another_year_is_named(formats: Formats) -> None:
    assert formats.absolute(NOW + timedelta(minutes=12)) == "14:20"
    assert formats.absolute(NOW + timedelta(days=1)) == "Sat 28 Nov, 14:08"
    assert formats.absolute(datetime(2027, 3, 1, 8, 0, tzinfo=UTC)) == "Mon, 1 Mar 2027, 10:00"
    assert formats.day(date(2026, 3, 1)) == "Sun 1 Mar"


def test_today_is_the_day_there() -> None:
    """22:30 in London is past midnight in Kyiv."""
    late = Formats(locale_of("en"), KYIV, datetime(2026, 11, 27, 22, 30, tzinfo=UTC))
    assert late.absolute(datetime(2026, 11, 27, 21, 0, tzinfo=UTC)) == "Fri 27 Nov, 23:00"


def test_a_place_is_named_only_where_its_clock_differs(formats: Formats) -> None:
    at = NOW + timedelta(minutes=12)
    assert formats.absolute(at, WARSAW) == "13:20 Warsaw"
    assert formats.absolute(at, VILNIUS) == "14:20"


def test_how_far_away_in_both_directions(formats: Formats) -> None:
    assert formats.relative(NOW + timedelta(minutes=12)) == "in 12 min"
    assert formats.relative(NOW - timedelta(minutes=5)) == "5 min ago"
    assert formats.relative(NOW - timedelta(hours=30)) == "30 hr ago"
    assert formats.relative(NOW + timedelta(days=30)) == ""


def test_a_moment_that_is_now_reads_well(formats: Formats) -> None:
    assert formats.relative(NOW) == "in 1 sec"
    assert formats.relative(NOW - timedelta(seconds=20)) == "1 sec ago"


def test_an_hour_that_comes_twice_is_written_as_its_clock_shows_it(formats: Formats) -> None:
    """Clocks in Kyiv went back from 04:00 to 03:00 on 25 October."""
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert formats.clock(first) == formats.clock(second) == "03:30"
    assert formats.iso(first) != formats.iso(second)


def test_lengths_are_those_of_a_stopwatch(formats: Formats) -> None:
    assert [formats.length(seconds) for seconds in (-3, 0, 133, 3733)] == ["00:00", "00:00", "02:13", "1:02:13"]


@pytest.mark.parametrize("name", [None, "", "Mars/Olympus", "../../etc/passwd", "x" * 500, "Europe/Kyiv\0"])
def test_a_zone_that_is_none_is_the_departments(name: str | None) -> None:
    assert zone_of(name).key == DEFAULT_ZONE


def test_a_known_zone_is_taken() -> None:
    assert zone_of("Europe/Warsaw") == WARSAW


def test_sums_and_times_inside_of_a_sentence_of_the_house_are_written_as_the_reader_does(formats: Formats) -> None:
    said = "won: 28500.00 UAH before tax; step 2 moved to 2026-11-27 13:08 UTC, not 12.00 ABC, not OF-7.00 UAH"
    assert formats.written(said) == (
        f"won: UAH{NBSP}28,500.00 before tax; step 2 moved to 15:08, not 12.00 ABC, not OF-7.00 UAH"
    )


def test_midnight_ends_the_day_before_it(formats: Formats) -> None:
    assert formats.closing(datetime(2026, 11, 27, 22, 0, tzinfo=UTC)) == "24:00"
    assert formats.closing(datetime(2026, 11, 27, 22, 0, tzinfo=UTC), WARSAW) == "23:00"


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([], [0, 1]),
        ([0, 0], [0, 1]),
        ([1], [0, 1]),
        ([3], [0, 1, 2, 3]),
        ([24], [0, 10, 20, 30]),
        ([0.8, 0.55], [0, 0.2, 0.4, 0.6, 0.8]),
        ([Decimal("1.5")], [0, 0.5, 1, 1.5]),
        ([40_001], [0, 20_000, 40_000, 60_000]),
    ],
)
def test_an_axis_has_round_marks_each_another_one(values: list[float], marks: list[float]) -> None:
    assert ticks(values) == pytest.approx(marks)


def test_what_can_only_be_whole_is_marked_by_whole_numbers() -> None:
    assert ticks([1.2], whole=True) == [0, 1, 2]
    assert ticks([0.4], whole=True) == [0, 1]


def test_names_are_sorted_as_their_language_does() -> None:
    english, ukrainian = (Formats(locale_of(language), KYIV, NOW) for language in ("en", "uk"))
    countries = ["Zambia", "Åland Islands", "Azerbaijan", "Albania"]
    assert sorted(countries, key=english.order) == ["Åland Islands", "Albania", "Azerbaijan", "Zambia"]
    names = ["Японія", "Ірак", "Єгипет", "Ефіопія", "Йорданія", "Італія", "Іспанія", "Зімбабве", "Естонія"]
    assert sorted(names, key=ukrainian.order) == [
        "Естонія", "Ефіопія", "Єгипет", "Зімбабве", "Ірак", "Іспанія", "Італія", "Йорданія", "Японія",
    ]  # fmt: skip
