"""The country of a row: by it are its numbers read, before the file's default region.

What a row says and nobody understands is no reason to take it for a row of the default region: a Polish number read as
a Ukrainian one rings at a stranger's. Then only numbers count that are written with their own country code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import phonenumbers

from services.chassis.contacts.countries import country_of, region_of_code, regions_of_digits

_NOTHING = re.compile(
    r"[\s\-–—?./]*|n\.?/?a\.?|none|null|unknown|other|not set|not specified|невідомо|інше|не вказано|н/д|неизвестно"
    r"|brak|nieznany|inny|unbekannt|andere",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[\s+()\d.-]+")
_AREA = re.compile(r"\(?0[1-9]\d{0,4}\)?")


class RowRegion(NamedTuple):
    """`region` is by which numbers are read, `country` what the row says of itself; `notes` what was odd.

    `unknown` is what the row says of its country and nobody understands: its numbers are of no known region then.
    `area` is dialled before numbers that are written without it.
    """

    region: str
    country: str | None = None
    notes: tuple[str, ...] = ()
    unknown: str | None = None
    area: str = ""


def region_of_row(raw: Mapping[str, str], default: str) -> RowRegion:
    """By the row's calling code, else its country, else the file's default region."""
    notes: list[str] = []
    country_cell, code_cell = _said(raw, "country"), _said(raw, "phone_code")
    area = re.sub(r"\D", "", code_cell) if code_cell and _AREA.fullmatch(code_cell) else ""
    country = _country(country_cell, default) if country_cell else None
    by_code = (region_of_code(code_cell) or country_of(code_cell)) if code_cell else None
    unknown = None
    if country_cell and country is None:
        unknown = f"the country '{country_cell[:50]}' is not known"
        notes.append(unknown)
    if code_cell and by_code is None and not area:
        unknown = f"the calling code '{code_cell[:50]}' belongs to no country"
        notes.append(unknown)
    region = _reads(country, by_code) or default
    if region != default:
        what = "country" if region == country else "calling code"
        notes.append(f"its numbers were read as those of {region}, by its own {what}, not of {default}")
    return RowRegion(region, country, tuple(notes), None if country or by_code else unknown, area)


def _said(raw: Mapping[str, str], name: str) -> str | None:
    cell = raw.get(name)
    return None if cell is None or _NOTHING.fullmatch(cell) else cell


def _country(cell: str, default: str) -> str | None:
    """By name or code; digits may be a calling code or a number of ISO 3166, and the default region decides."""
    if not _DIGITS.fullmatch(cell):
        return country_of(cell)
    regions = regions_of_digits(cell)
    return regions[0] if len(regions) == 1 else default if default in regions else None


def _reads(country: str | None, by_code: str | None) -> str | None:
    """The region that numbers are read by: the code is the number's own, unless the country has the same one."""
    if country is None or by_code is None or _code_of(country) == _code_of(by_code):
        return country or by_code
    return by_code


def _code_of(region: str) -> int:
    return int(phonenumbers.country_code_for_region(region))
