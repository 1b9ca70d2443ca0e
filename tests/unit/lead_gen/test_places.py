"""Where a lead is: what its numbers, region and country say, and what they leave open."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.chassis.contacts.countries import country_of, languages_of, region_of_code
from services.lead_gen.domain.callers import Standing, speaks_one
from services.lead_gen.domain.import_do_not_call import forbids
from services.lead_gen.domain.import_file import choose_mapping
from services.lead_gen.domain.import_rows import Row, RowReader
from services.lead_gen.domain.places import edited_place, gaps_of_place, place_fields
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.why import language_reason, place_reasons
from services.lead_gen.domain.window import NoCallingDayError, is_open, next_open, next_open_if_any
from tests.unit.lead_gen.leads import lead

TUESDAY = datetime(2026, 6, 2, tzinfo=UTC)
WEEK = [TUESDAY + timedelta(minutes=30 * n) for n in range(48 * 7)]
OPEN = Policy(holidays_of=None)


@pytest.mark.parametrize(
    ("number", "region", "zone", "language"),
    [
        ("+13035550152", "US", "America/Denver", "en"),
        ("+12127365000", "US", "America/New_York", "en"),
        ("+18085550123", "US", "Pacific/Honolulu", "en"),
        ("+14165550123", "CA", "America/Toronto", None),
        ("+16045550123", "CA", "America/Vancouver", None),
        ("+74951234567", "RU", "Europe/Moscow", "ru"),
        ("+74232123456", "RU", "Asia/Vladivostok", "ru"),
        ("+77272501234", "KZ", "Asia/Almaty", None),
        ("+5511987654321", "BR", "America/Sao_Paulo", "pt"),
        ("+559232121000", "BR", "America/Manaus", "pt"),
        ("+61293744000", "AU", "Australia/Sydney", "en"),
        ("+48660123456", "PL", "Europe/Warsaw", "pl"),
        ("+493012345678", "DE", "Europe/Berlin", "de"),
        ("+4980012345678", "DE", "Europe/Berlin", "de"),
        ("+380441234567", "UA", "Europe/Kyiv", "uk"),
        ("+380800500123", "UA", "Europe/Kyiv", "uk"),
        ("+37322221100", "MD", "Europe/Chisinau", "ro"),
    ],
)
def test_a_number_says_where_it_rings(number: str, region: str, zone: str, language: str | None) -> None:
    place = place_fields({}, [number], region)
    assert place["country"] == region
    assert place["timezone"] == zone
    assert place.get("language") == language


@pytest.mark.parametrize(
    ("number", "said", "zone"),
    [
        ("+18005550123", {"country": "US", "region": "CO"}, "America/Denver"),
        ("+18005550123", {"country": "US", "region": "New York"}, "America/New_York"),
        ("+61412345678", {"country": "AU", "region": "NSW", "city": "Sydney"}, "Australia/Sydney"),
        ("+61412345678", {"region": "WA"}, "Australia/Perth"),
        ("+79161234567", {"city": "Novosibirsk"}, "Asia/Novosibirsk"),
        ("+18005550123", {"country": "CA", "region": "British Columbia", "city": "Vancouver"}, "America/Vancouver"),
    ],
)
def test_where_the_number_leaves_it_open_region_and_country_decide(
    number: str, said: dict[str, str], zone: str
) -> None:
    assert place_fields(said, [number], "")["timezone"] == zone


@pytest.mark.parametrize(
    ("number", "said", "among"),
    [
        ("+18005550123", {"country": "US"}, {"America/New_York", "Pacific/Honolulu"}),
        ("+79161234567", {}, {"Europe/Moscow", "Asia/Vladivostok"}),
        ("+61412345678", {}, {"Australia/Sydney", "Australia/Perth"}),
        # The number and the state contradict each other: a mobile keeps its number when it moves.
        ("+13035550152", {"region": "CA"}, {"America/Denver", "America/Los_Angeles"}),
        ("+12127365000", {"country": "PL"}, {"America/New_York", "Europe/Warsaw"}),
    ],
)
def test_what_is_not_known_stays_unknown(number: str, said: dict[str, str], among: set[str]) -> None:
    place = place_fields(said, [number], "")
    assert "timezone" not in place
    assert among <= set(place["zones"].split(","))


def test_a_number_of_no_country_may_be_anywhere_and_nobody_is_made_ukrainian() -> None:
    assert place_fields({}, ["+80012345678"], "UA") == {}


def test_places_are_worked_out_from_memory_and_not_from_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    place_fields({}, ["+18005550123"], "US")

    def walk(*_: Any) -> None:
        raise AssertionError("the names of all time zones are read anew")

    monkeypatch.setattr(os, "walk", walk)
    assert place_fields({"city": "a city that no lead had before"}, ["+18005550123"], "US")["country"] == "US"


def test_an_unknown_zone_is_open_only_while_all_possible_ones_are() -> None:
    zones = place_fields({"country": "US"}, ["+18005550123"], "")["zones"]
    opened = [at for at in WEEK if is_open(OPEN, zones, at)]
    assert opened
    for at in opened:
        assert all(9 <= at.astimezone(ZoneInfo(zone)).hour < 18 for zone in zones.split(","))
    for at in WEEK:
        opening = next_open(OPEN, zones, at)
        assert opening >= at and is_open(OPEN, zones, opening)


@pytest.mark.parametrize("zones", ["", "Europe/Moscow,Asia/Kamchatka", "Pacific/Honolulu,Europe/Moscow"])
def test_without_an_hour_in_common_there_is_no_time_to_call(zones: str) -> None:
    assert not any(is_open(OPEN, zones, at) for at in WEEK)
    assert next_open_if_any(OPEN, zones, TUESDAY) is None
    with pytest.raises(NoCallingDayError):
        next_open(OPEN, zones, TUESDAY)


def test_why_names_the_place_that_nobody_knows() -> None:
    anywhere = lead(timezone=None, language=None, zones=None)
    [zone] = place_reasons(anywhere, OPEN, TUESDAY)
    language = language_reason(anywhere, 3)
    assert (zone.rule, zone.verdict) == ("time_zone", "leaves")
    assert "anywhere" in zone.text
    assert (language.rule, language.verdict) == ("language", "takes")
    assert language.text == "Its language is not known. Any caller may call it"
    assert language_reason(lead(language=None, country="CH"), 0).verdict == "leaves"
    some = lead(timezone=None, zones="America/Denver,America/New_York")
    [zone] = place_reasons(some, OPEN, TUESDAY)
    assert (zone.rule, zone.verdict) == ("time_zone", "takes")
    assert place_reasons(lead(), OPEN, TUESDAY) == []
    assert anywhere.gaps == ["language", "timezone"]


@pytest.mark.parametrize(
    ("wanted", "speaks", "may"),
    [
        ("en", ["uk"], False),
        ("en,fr", ["fr"], True),
        ("en,fr", ["uk"], False),
        ("", ["uk"], True),
        ("uk", ["uk"], True),
    ],
)
def test_of_several_possible_languages_a_caller_speaks_one(wanted: str, speaks: list[str], may: bool) -> None:
    assert speaks_one(Standing(known=True, languages=speaks), [wanted]) is may


DERIVED = {"timezone": "Europe/Kyiv", "timezone_from": "derived"}
SAID = {"timezone": "America/Denver", "timezone_from": "given"}


@pytest.mark.parametrize(
    ("row", "known", "repaired"),
    [
        (SAID, DERIVED, SAID),
        (SAID, {"timezone": "Europe/Kyiv"}, SAID),  # from before anybody asked
        (SAID, {"timezone": "Europe/Warsaw"}, {}),
        (SAID, {"timezone": "Europe/Warsaw", "timezone_from": "given"}, {}),
        (DERIVED, SAID, {}),
        (DERIVED, {"timezone": "America/Denver", "timezone_from": "derived"}, {}),
        (SAID, {"zones": "America/Denver,America/New_York"}, SAID),
        ({"zones": "America/Denver"}, {"zones": "America/Denver,America/New_York"}, {"zones": "America/Denver"}),
        ({"language": "en", "language_from": "derived"}, {}, {"language": "en", "language_from": "derived"}),
    ],
)
def test_a_later_file_repairs_what_nobody_has_said(
    row: dict[str, str], known: dict[str, str], repaired: dict[str, str]
) -> None:
    assert gaps_of_place(row, known) == repaired


def test_an_edit_keeps_what_was_said_and_works_out_the_rest_anew() -> None:
    before = lead(timezone=None, zones="America/Denver,America/New_York", country="US", language="en").model_dump()
    phones = ["+18005550123"]
    assert edited_place(before, {"region": "CO"}, phones)["timezone"] == "America/Denver"
    assert edited_place(before, {"timezone": "America/Boise"}, phones)["timezone"] == "America/Boise"
    said = before | {"timezone": "America/Boise", "timezone_from": "given"}
    assert edited_place(said, {"region": "NY"}, phones)["timezone"] == "America/Boise"
    emptied = edited_place(said, {"timezone": None}, phones)
    assert emptied["timezone"] is None and emptied["zones"]
    assert edited_place(before, {"industry": "Freight"}, phones) == {}


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("Poland", "PL"), ("Polska", "PL"), ("Польща", "PL"), ("POL", "PL"), ("pl", "PL"), ("USA", "US"), ("UK", "GB"),
        ("United Kingdom", "GB"), ("Deutschland", "DE"), ("Moldova", "MD"), ("Україна", "UA"), ("Kazakhstan", "KZ"),
        ("Narnia", None), ("Danmark", "DK"), ("Sverige", "SE"), ("日本", "JP"), ("Republic of Poland", "PL"),
        ("Rzeczpospolita Polska", "PL"), ("Сполучені Штати Америки", "US"), ("Polska (PL)", "PL"),
        ("UA - Ukraine", "UA"), ("US/USA", "US"), ("CA, USA", "US"), ("🇵🇱", "PL"), ("616", "PL"),
        ("Kyiv, Ukraine", "UA"),
        ("Republic of China", "TW"), ("Poland / Germany", None), ("", None), ("x", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_names_and_codes(cell: str, country: str | None) -> None:
    assert country_of(cell) == country


def test_calling_codes_and_languages_of_countries() -> None:
    assert [region_of_code(cell) for cell in ("48", "+48", "1", "44", "999", "030")] == [
        "PL", "PL", "US", "GB", None, None,
    ]  # fmt: skip
    assert languages_of("UA") == ("uk",)
    assert set(languages_of("CH")) == {"de", "fr", "it"}


def read(header: str, row: str, region: str = "UA") -> Row:
    names = header.split(",")
    return RowReader(choose_mapping(names, "auto"), region).read(1, row.split(","))


@pytest.mark.parametrize(
    ("row", "phone", "zone"),
    [
        ("Polska,660 123 456,Poland,,Warszawa", "+48660123456", "Europe/Warsaw"),
        ("Deutsche,030 12345678,Germany,,Berlin", "+493012345678", "Europe/Berlin"),
        ("UK Ltd,020 7946 0018,United Kingdom,,London", "+442079460018", "Europe/London"),
        ("Sydney Pty,02 9374 4000,Australia,NSW,Sydney", "+61293744000", "Australia/Sydney"),
        ("US Corp,(212) 736-5000,USA,NY,New York", "+12127365000", "America/New_York"),
        ("Moldova,022 221 100,Moldova,,Chisinau", "+37322221100", "Europe/Chisinau"),
    ],
)
def test_a_rows_own_country_decides_how_its_numbers_are_read(row: str, phone: str, zone: str) -> None:
    taken = read("Company,Phone,Country,State,City", row)
    assert (taken.problem, taken.phones, taken.fields["timezone"]) == (None, [phone], zone)
    assert any("by its own country, not of UA" in note for note in taken.notes)


def test_a_diallers_phone_code_decides_before_the_default() -> None:
    taken = read("company,phone,phone_code", "Firma,660123456,48")
    assert taken.phones == ["+48660123456"]
    assert any("by its own calling code" in note for note in taken.notes)
    assert read("company,phone,phone_code", "Фірма,0441234567,380").notes == []


@pytest.mark.parametrize("said", ["Narnia,", ",999"])
def test_a_country_that_nobody_knows_makes_no_number_of_the_default_region(said: str) -> None:
    refused = read("company,phone,country,phone_code", f"F,0441234567,{said}")
    assert refused.phones == [] and "needs its country code" in str(refused.problem)
    for written in ("+380441234567", "380 44 123 45 67"):
        assert read("company,phone,country,phone_code", f"F,{written},{said}").phones == ["+380441234567"]


@pytest.mark.parametrize("said", ["", "-", "n/a", "Unknown", "невідомо"])
def test_a_cell_that_says_no_country_leaves_the_default_region(said: str) -> None:
    taken = read("company,phone,country", f"F,0441234567,{said}")
    assert (taken.phones, taken.notes) == (["+380441234567"], [])


@pytest.mark.parametrize(
    ("row", "phone"),
    [
        ("F,30 12345678,Poland,49", "+493012345678"),
        ("F,660123456,48,", "+48660123456"),
        ("F,660123456,616,", "+48660123456"),
        ("F,660123456,,PL", "+48660123456"),
        ("F,660123456,,(48)", "+48660123456"),
        ("F,0441234567,380,", "+380441234567"),
        ("F,604 555 0123,Canada,1", "+16045550123"),
        ("F,12345678,Germany,030", "+493012345678"),
        ("F,030 12345678,Germany,030", "+493012345678"),
        ("F,+48660123456,Germany,030", "+48660123456"),
    ],
)
def test_codes_and_countries_decide_together_how_a_number_is_read(row: str, phone: str) -> None:
    assert read("company,phone,country,phone_code", row).phones == [phone]


@pytest.mark.parametrize(
    ("raw", "says_no"),
    [
        *(({"do_not_call": cell}, True) for cell in ("TRUE", "yes", "1", "x", "так", "tak", "ja", "2024-05-01", "Y")),
        *(({"do_not_call": cell}, False) for cell in ("FALSE", "no", "0", "ні", "nie", "nein")),
        *(({"call_status": cell}, True) for cell in ("DNC", "DNCL", "DNCC", "dnc", "Do Not Call")),
        *(({"call_status": cell}, False) for cell in ("NEW", "NA", "SALE", "Open", "CALLBK")),
        ({"do_not_call": "Legitimate interest – prospect/lead"}, False),
        ({"do_not_call": "Freely given consent from contact"}, False),
        ({"do_not_call": "Not applicable"}, False),
        ({"do_not_call": "Consent withdrawn"}, True),
        ({"do_not_call": "Opted out"}, True),
        ({"do_not_call": "FALSE", "do_not_call_2": "Yes"}, True),
        ({"do_not_call": "he asked us to leave him alone"}, True),
        ({}, False),
    ],
)  # fmt: skip
def test_what_forbids_a_call(raw: dict[str, Any], says_no: bool) -> None:
    assert (forbids(raw) is not None) is says_no
