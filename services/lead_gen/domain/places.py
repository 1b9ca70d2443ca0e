"""Where a lead is: its country, time zone and language, as far as its numbers, region, city and country say.

What they leave open stays open: the lead has no time zone then, but the zones it may be in, and it is called only
while all of them are in their calling hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from services.chassis.contacts.number_places import NumberPlace, place_of_number
from services.chassis.contacts.whereabouts import place_of

# What a lead was given before anybody asked; it says nothing.
ASSUMED = {"timezone": "Europe/Kyiv", "language": "uk"}
# How much a value counts.
_DERIVED, _GIVEN = 1, 2
PLACE = ("country", "language", "timezone", "language_from", "timezone_from", "zones")


def place_fields(fields: Mapping[str, str], phones: Sequence[str], read_as: str) -> dict[str, str]:
    """The columns of a lead's place, from what was said of it. `read_as` is the region its numbers were read in."""
    get = fields.get
    return dict(
        _place_columns(
            tuple(map(place_of_number, phones)), get("country"), get("region", ""), get("city", ""), read_as,
            get("timezone"), get("language"),
        )
    )  # fmt: skip


@lru_cache(maxsize=20_000)
def _place_columns(
    numbers: tuple[NumberPlace, ...], country: str | None, region: str, city: str, read_as: str, timezone: str | None,
    language: str | None,
) -> dict[str, str]:  # fmt: skip
    place = place_of(numbers, country, region, city, read_as)
    found = {"country": place.country, "zones": ",".join(place.zones)}
    for name, said, derived in (("timezone", timezone, place.timezone), ("language", language, place.language)):
        found |= {name: said or derived, f"{name}_from": "given" if said else "derived" if derived else None}
    return {name: text for name, text in found.items() if text}


def gaps_of_place(row: Mapping[str, str], lead: Mapping[str, str]) -> dict[str, str]:
    """What a row knows better of a lead's place than the lead itself: what it says goes before what was derived."""
    found: dict[str, str] = {}
    for name in ("timezone", "language"):
        said = row.get(name)
        if said and said != lead.get(name) and _weight(row, name) > _weight(lead, name):
            found |= {name: said, f"{name}_from": row[f"{name}_from"]}
        elif said and said == lead.get(name) and row.get(f"{name}_from") == "given" != lead.get(f"{name}_from"):
            found[f"{name}_from"] = "given"
    if row.get("country") and not lead.get("country"):
        found["country"] = row["country"]
    if "timezone" not in lead and "timezone" not in found and (zones := _fewer(row, lead)) is not None:
        found["zones"] = zones
    return found


def _weight(fields: Mapping[str, str], name: str) -> int:
    """How much a value counts: said by somebody, derived, or nobody's word."""
    if not fields.get(name):
        return 0
    source = fields.get(f"{name}_from")
    if source is None:
        return _DERIVED if fields[name] == ASSUMED[name] else _GIVEN
    return _GIVEN if source == "given" else _DERIVED


def _fewer(row: Mapping[str, str], lead: Mapping[str, str]) -> str | None:
    """The possible zones that both leave, if they are fewer than the lead's; never none."""
    mine, known = set(row.get("zones", "").split(",")) - {""}, set(lead.get("zones", "").split(",")) - {""}
    both = mine & known if known else mine
    return ",".join(sorted(both)) if both and both != known else None


def edited_place(lead: Mapping[str, Any], given: Mapping[str, Any], phones: Sequence[str]) -> dict[str, str | None]:
    """The columns of a lead's place after an edit: what was given counts, what was said before stays, the rest is
    worked out anew. An emptied time zone or language is one that nobody has said."""
    if not given.keys() & {"country", "region", "city", "timezone", "language"}:
        return {}
    now = {**lead, **given}
    said = {name: now[name] for name in ("country", "region", "city") if now[name]}
    for name in ("timezone", "language"):
        known = {key: str(lead[key]) for key in (name, f"{name}_from") if lead[key]}
        if given.get(name) or (name not in given and _weight(known, name) == _GIVEN):
            said[name] = now[name]
    place = place_fields(said, phones, "")
    return {name: place.get(name) for name in PLACE}
