"""A time zone lies in one country, whichever of its names is used."""

from __future__ import annotations

import pytest

from services.chassis.countries import country_of_zone


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Kyiv", "UA"),
        ("Europe/Kiev", "UA"),
        ("Europe/Warsaw", "PL"),
        ("Europe/Oslo", "NO"),
        ("America/Denver", "US"),
        ("US/Mountain", "US"),
        ("Asia/Calcutta", "IN"),
        ("UTC", None),
        ("EET", None),
        ("Nowhere/Atall", None),
    ],
)
def test_a_zone_lies_in_one_country(zone: str, country: str | None) -> None:
    assert country_of_zone(zone) == country
