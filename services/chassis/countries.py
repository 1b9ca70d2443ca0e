"""Which country a time zone belongs to, by the lists of the IANA database; which ones have known holidays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import holidays

# Clocks that several countries go by; the database files them under one city all the same.
_SHARED = frozenset({"CET", "EET", "MET", "WET", "EST", "MST", "HST", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"})


def country_of_holidays(code: str) -> str:
    """The two letters of the country whose public holidays are known by this code: `ABW` and `AW` are Aruba, AW.

    A code by which none are known stays as it is.
    """
    try:
        return str(holidays.country_holidays(code).country)
    except NotImplementedError:
        return code


@cache
def countries_with_holidays() -> frozenset[str]:
    """The countries whose public holidays are known, each by its two letters."""
    codes = holidays.list_supported_countries()
    # Besides those of three letters there is UK, another name of GB.
    return frozenset(code for code in codes if len(code) == 2 and code != "UK")


def country_of_zone(zone: str) -> str | None:
    """The ISO 3166 code of the country in which a zone lies; none for zones of no country, such as UTC."""
    return _countries().get(zone)


@cache
def _countries() -> Mapping[str, str]:
    found = {fields[2]: fields[0] for fields in _lines("zone.tab", "\t")}
    for kind, *names in _lines("tzdata.zi", " "):
        # Another name of a zone, such as Europe/Kiev: its own country if it has one, else that of the zone.
        if kind == "L" and names[1] not in _SHARED and (country := found.get(names[0])):
            found.setdefault(names[1], country)
    return found


def _lines(name: str, separator: str) -> Iterator[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return (line.split(separator) for line in text.splitlines() if line and not line.startswith("#"))
