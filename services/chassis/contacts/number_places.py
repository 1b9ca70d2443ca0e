"""Where a phone number is: its country and the time zones it may be in (phonenumbers' own data)."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import available_timezones

import phonenumbers
from phonenumbers import PhoneNumberType, timezone
from phonenumbers.tzdata import TIMEZONE_DATA

# These ring wherever their owner likes.
_ANYWHERE = frozenset({
    PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN,
    PhoneNumberType.VOIP, PhoneNumberType.PERSONAL_NUMBER,
})  # fmt: skip
_NOT_TOLD = "ZZ"
_NORTH_AMERICA = 1
# Its calling code and that of the area.
_AREA = 4


class NumberPlace(NamedTuple):
    """`country` is None where a number may ring in several, `zones` are empty where nobody can tell.

    `main` is the first of the countries that share its calling code.
    """

    country: str | None
    zones: frozenset[str]
    main: str | None


def place_of_number(number: str) -> NumberPlace:
    """Where an E.164 number is; an extension behind `;` does not matter."""
    number = number.partition(";")[0]
    return _place_of_code(_code_of(number)) or _place_of_head(number[:-4], number[-4:])


@cache
def sharing_code(region: str) -> frozenset[str]:
    """The regions whose numbers begin with the same calling code as this one's."""
    return frozenset(phonenumbers.region_codes_for_country_code(phonenumbers.country_code_for_region(region)))


@cache
def _place_of_code(code: int) -> NumberPlace | None:
    """The place of every number with this calling code; None if that depends on the number."""
    regions = phonenumbers.region_codes_for_country_code(code)
    zones = frozenset(zone for prefix, zones in TIMEZONE_DATA.items() if prefix.startswith(str(code))
                      for zone in zones)  # fmt: skip
    if len(regions) != 1 or len(zones & known_zones()) != 1:
        return None
    return NumberPlace(regions[0], zones & known_zones(), regions[0])


# Numbers of one exchange are in one place: its last digits do not matter.
_HEADS: dict[str, NumberPlace] = {}


def _place_of_head(head: str, tail: str) -> NumberPlace:
    known = _HEADS.get(head)
    if known is None:
        if len(_HEADS) > 50_000:
            _HEADS.clear()
        known = _HEADS[head] = _looked_up(phonenumbers.parse(head + tail))
    return known


def _looked_up(number: phonenumbers.PhoneNumber) -> NumberPlace:
    code = number.country_code or 0
    regions = phonenumbers.region_codes_for_country_code(code)
    main = regions[0] if regions and regions[0] in phonenumbers.SUPPORTED_REGIONS else None
    zones = frozenset(timezone.time_zones_for_number(number)) & known_zones()
    if code == _NORTH_AMERICA:
        zones |= _zones_of_area(str(number.national_number))
    if len(regions) > 1 and phonenumbers.number_type(number) in _ANYWHERE:
        return NumberPlace(None, zones, main)
    region = phonenumbers.region_code_for_number(number) or _NOT_TOLD
    return NumberPlace(region if region in phonenumbers.SUPPORTED_REGIONS else None, zones, main)


def _zones_of_area(national: str) -> frozenset[str]:
    """The zones of a whole area, for a number whose exchange is not listed; none for one that is.

    An area with a border of zones in it is listed by its larger part, and the exchanges beyond it by themselves.
    """
    digits = f"{_NORTH_AMERICA}{national}"
    if any(digits[:length] in TIMEZONE_DATA for length in range(_AREA + 1, len(digits) + 1)):
        return frozenset()
    return _areas().get(digits[:_AREA], frozenset()) & known_zones()


@cache
def _areas() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for prefix, zones in TIMEZONE_DATA.items():
        if prefix.startswith(str(_NORTH_AMERICA)) and len(prefix) >= _AREA:
            area = prefix[:_AREA]
            found[area] = found.get(area, frozenset()).union(zones)
    return found


@lru_cache(maxsize=10_000)
def _code_of_head(head: str) -> int:
    for length in (1, 2, 3):
        if phonenumbers.region_code_for_country_code(int(head[:length])) != _NOT_TOLD:
            return int(head[:length])
    return 0


def _code_of(number: str) -> int:
    return _code_of_head(number[1:4])


@cache
def known_zones() -> frozenset[str]:
    """Every IANA name this machine knows; read from its files once, for that takes 10 ms."""
    return frozenset(available_timezones())
