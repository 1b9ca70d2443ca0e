"""Where a lead is: its country, time zone and language, as far as its numbers, region, city and country say.

What they leave open stays open: the lead has no time zone then, but the zones it may be in, and it is called only
while all of them are in their calling hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from services.chassis.contacts.countries import languages_of, zones_of_country
from services.chassis.contacts.number_places import NumberPlace, known_zones, place_of_number, sharing_code
from services.lead_gen.domain.states import plain_name, zones_of_state

# What a lead was given before anybody asked; it says nothing.
ASSUMED = {"timezone": "Europe/Kyiv", "language": "uk"}
# How much a value counts.
_DERIVED, _GIVEN = 1, 2
PLACE = ("country", "language", "timezone", "language_from", "timezone_from", "zones")


class Place(NamedTuple):
    """`timezone` is None while it is not known; `zones` are those it may be in, none for anywhere."""

    country: str | None
    timezone: str | None
    zones: tuple[str, ...]
    language: str | None


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


def place_of(numbers: tuple[NumberPlace, ...], country: str | None, region: str, city: str, read_as: str) -> Place:
    """The place of a lead with these numbers; its own country is what it says itself, else its numbers'."""
    first = next((number.country for number in numbers if number.country), None)
    # A number that rings anywhere its code does was read as one of this region.
    shared = next((read_as for number in numbers if number.main and read_as in sharing_code(number.main)), None)
    country = country or first or shared
    zones = _narrowed(_of_numbers(numbers), country, region, city)
    # The country itself, and the one its numbers belong to, say which of zones with the same time is meant.
    homes = [country, *(number.main for number in numbers)]
    groups = _by_time(zones, [home for home in homes if home])
    languages = languages_of(country) if country else ()
    return Place(
        country=country,
        timezone=groups[0] if len(groups) == 1 else None,
        zones=() if len(groups) == 1 else groups,
        language=languages[0] if len(languages) == 1 else None,
    )


def _of_numbers(numbers: Sequence[NumberPlace]) -> frozenset[str]:
    """The zones of all numbers together: anybody may pick up any of them."""
    zones: frozenset[str] = frozenset()
    for number in numbers:
        # One number says no more than another that says it more closely.
        zones = zones & number.zones or zones | number.zones
    return zones


def _narrowed(zones: frozenset[str], country: str | None, region: str, city: str) -> frozenset[str]:
    """What country, state and city leave of a number's zones. Where they contradict it, both are possible."""
    said = zones_of_country(country) if country else frozenset()
    if state := zones_of_state(country, region) if country else frozenset():
        said = state
    if place := _named(said, city) or _named(said, region):
        said = place
    if not said or not zones:
        return said or zones
    return zones & said or zones | said


def _named(zones: frozenset[str], name: str) -> frozenset[str]:
    """The zone that is called like this city, if one is."""
    text = plain_name(name).replace("'", "").replace("’", "").replace(" ", "_")
    return frozenset(zone for zone in zones if text and zone.rpartition("/")[2].lower() == text)


def _by_time(zones: frozenset[str], homes: Sequence[str]) -> tuple[str, ...]:
    """One zone of each group that has the same time all year; the best known of it."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for zone in sorted(zones & known_zones()):
        groups.setdefault(_times(zone, datetime.now(UTC).year), []).append(zone)
    return tuple(sorted(_best(group, homes) for group in groups.values()))


def _best(group: Sequence[str], homes: Sequence[str]) -> str:
    for home in homes:
        if mine := [zone for zone in group if zone in zones_of_country(home)]:
            return mine[0]
    return group[0]


@lru_cache(maxsize=2_000)
def _times(zone: str, year: int) -> tuple[object, ...]:
    """The offsets of a zone through this year and the next, twice a month: equal for zones with the same time."""
    clock = ZoneInfo(zone)
    days = [(y, month, day) for y in (year, year + 1) for month in range(1, 13) for day in (1, 15)]
    return tuple(datetime(*day, tzinfo=UTC).astimezone(clock).utcoffset() for day in days)


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
