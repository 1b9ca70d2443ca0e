"""Time zones and languages as files write them, and areas with a border of zones in them."""

from __future__ import annotations

import pytest

from services.chassis.contacts.languages import language_of
from services.lead_gen.domain.import_rows import Row, RowReader
from services.lead_gen.domain.places import place_fields


def read(phone: str, zone: str, language: str = "") -> Row:
    return RowReader({"company": 0, "phone": 1, "timezone": 2, "language": 3}, "UA").read(
        1, ["Co", phone, zone, language]
    )


@pytest.mark.parametrize(
    ("cell", "zone"),
    [
        ("(GMT-07:00) Mountain Standard Time (America/Denver)", "America/Denver"),
        ("us_slash_eastern", "US/Eastern"),
        ("Eastern Standard Time", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("EST", "America/New_York"),
        ("MST", "America/Denver"),
        ("Denver", "America/Denver"),
        ("america/los_angeles", "America/Los_Angeles"),
    ],
)
def test_a_zone_is_known_however_a_product_writes_it(cell: str, zone: str) -> None:
    taken = read("+18005550100", cell)
    assert (taken.fields["timezone"], taken.fields["timezone_from"]) == (zone, "given")


def test_an_offset_that_several_possible_zones_have_leaves_the_zone_open() -> None:
    assert "timezone" not in read("+18005550100", "-7.00").fields
    assert read("+34612345678", "GMT+2").fields["timezone"] == "Europe/Madrid"


def test_an_offset_confirms_the_zone_that_has_it_and_moves_nobody_elsewhere() -> None:
    assert read("+13035550152", "-7.00").fields["timezone"] == "America/Denver"
    assert read("+380441002001", "(UTC+02:00) Helsinki, Kyiv, Riga").fields["timezone"] == "Europe/Kyiv"
    elsewhere = read("+380441002001", "-5.00")
    assert (elsewhere.fields["timezone"], elsewhere.fields["timezone_from"]) == ("Europe/Kyiv", "derived")
    assert read("+97714123456", "5.75").fields["timezone"] == "Asia/Kathmandu"


def test_a_zone_that_nobody_knows_is_left_out_with_a_note() -> None:
    taken = read("+380441002001", "Mars/Olympus")
    assert taken.fields["timezone"] == "Europe/Kyiv"
    assert taken.notes == ["the time zone is not known; write one such as Europe/Kyiv"]
    assert taken.fields["language_from"] == "derived"


@pytest.mark.parametrize(
    ("cell", "language"),
    [
        ("English (US)", "en"), ("eng", "en"), ("deu", "de"), ("українська мова", "uk"), ("ukraiński", "uk"),
        ("pt_BR", "pt"), ("Čeština", "cs"), ("Polnisch", "pl"), ("uk/en", "uk"), ("укр.", "uk"), ("xx", None),
        ("Klingonish", None), ("", None),
    ],
)  # fmt: skip
def test_a_language_is_known_by_its_names_and_codes(cell: str, language: str | None) -> None:
    assert language_of(cell) == language


@pytest.mark.parametrize(
    ("number", "said", "zones"),
    [
        (
            "+18505550100",
            {"country": "US", "region": "FL", "city": "Pensacola"},
            {"America/Chicago", "America/New_York"},
        ),
        ("+12195550100", {"country": "US", "region": "Indiana"}, {"America/Chicago", "America/New_York"}),
        ("+13055550100", {"country": "US", "region": "FL"}, {"America/New_York"}),
        ("+18005550100", {"country": "US", "region": "US-CO"}, {"America/Denver"}),
        ("+18005550100", {"country": "US", "region": "Colorado (CO)"}, {"America/Denver"}),
        ("+34612345678", {"country": "ES", "region": "Las Palmas"}, {"Atlantic/Canary"}),
        ("+17095550123", {"country": "CA", "region": "NL", "city": "St. John's"}, {"America/St_Johns"}),
        ("+628123456789", {"country": "ID", "region": "Papua"}, {"Asia/Jakarta", "Asia/Jayapura"}),
    ],
)
def test_an_area_with_a_border_of_zones_in_it_may_be_on_either_side(
    number: str, said: dict[str, str], zones: set[str]
) -> None:
    place = place_fields(said, [number], "UA")
    assert (set(place.get("zones", "").split(",")) - {""} or {place["timezone"]}) == zones
