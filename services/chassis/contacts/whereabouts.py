"""Where a company is, as far as its numbers, region, city and country say: its time zone, its country's language.

What they leave open stays open: then there are several zones that it may be in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.chassis.contacts.countries import languages_of, zones_of_country
from services.chassis.contacts.number_places import NumberPlace, known_zones, sharing_code
from services.chassis.contacts.states import plain_name, zones_of_state


class Place(NamedTuple):
    """`timezone` is None while it is not known; `zones` are those it may be in, none for anywhere."""

    country: str | None
    timezone: str | None
    zones: tuple[str, ...]
    language: str | None


def place_of(numbers: tuple[NumberPlace, ...], country: str | None, region: str, city: str, read_as: str) -> Place:
    """The place of a company with these numbers; its own country is what it says itself, else its numbers'."""
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
