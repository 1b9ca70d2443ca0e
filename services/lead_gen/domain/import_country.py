"""The country of a row: by it are its numbers read, before the file's default region."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from services.chassis.contacts.countries import country_of, region_of_code


class RowRegion(NamedTuple):
    """`region` is by which numbers are read, `country` what the row says of itself; `notes` what was odd."""

    region: str
    country: str | None = None
    notes: tuple[str, ...] = ()


def region_of_row(raw: Mapping[str, str], default: str) -> RowRegion:
    """By the row's country, else its calling code, else the file's default region."""
    notes: list[str] = []
    country = _read(raw, "country", country_of, "the country '{}' is not known", notes)
    by_code = _read(raw, "phone_code", region_of_code, "the calling code '{}' belongs to no country", notes)
    region = country or by_code or default
    if region != default:
        what = "country" if country else "calling code"
        notes.append(f"its numbers were read as those of {region}, by its own {what}, not of {default}")
    return RowRegion(region, country, tuple(notes))


def _read(
    raw: Mapping[str, str], name: str, reads: Callable[[str], str | None], says: str, notes: list[str]
) -> str | None:
    cell = raw.get(name)
    if cell is None:
        return None
    found = reads(cell)
    if found is None:
        notes.append(says.format(cell[:50]))
    return found
