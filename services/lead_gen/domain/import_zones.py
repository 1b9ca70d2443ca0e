"""The time zone of a row as files write it: by IANA, by Windows, as Salesforce or HubSpot print it, as an offset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from services.chassis.contacts.number_places import known_zones

_IANA = re.compile(r"[a-z_]+/[a-z0-9_+-]+(?:/[a-z_]+)?")
_OFFSET = re.compile(r"\(?\s*(?:gmt|utc|z)?\s*([+-]?)(\d{1,2})(?:([:.]?)(\d{2}))?\s*(?:h|hours?)?\s*\)?(?:\s.*)?")
_LONGEST = timedelta(hours=14)
# Without a slash they are also IANA's names of clocks that know no summer time.
_NORTH_AMERICA = {
    "eastern": "America/New_York", "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
    "central": "America/Chicago", "cst": "America/Chicago", "cdt": "America/Chicago", "ct": "America/Chicago",
    "mountain": "America/Denver", "mst": "America/Denver", "mdt": "America/Denver", "mt": "America/Denver",
    "pacific": "America/Los_Angeles", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles", "alaska": "America/Anchorage", "akst": "America/Anchorage",
    "hawaii": "Pacific/Honolulu", "hst": "Pacific/Honolulu", "arizona": "America/Phoenix",
    "atlantic": "America/Halifax", "newfoundland": "America/St_Johns",
}  # fmt: skip
_IN_NORTH_AMERICA = frozenset({"US", "CA", "MX", None})
_TIME = re.compile(r"\s*(?:standard|daylight|summer)?\s*time\b.*|\s*\(.*\)")


def zone_in(cell: str, country: str | None, possible: frozenset[str]) -> str | None:
    """The IANA name that a cell means; of an offset, the one of the `possible` zones that has it. None for none.

    An offset that several zones have, or none, leaves the zone open: it says what the clock shows on one day only.
    """
    text = " ".join(cell.lower().replace("_slash_", "/").split())
    if (named := _named(text)) is not None:
        return named
    bare = _TIME.sub("", text).strip()
    if country in _IN_NORTH_AMERICA and bare in _NORTH_AMERICA:
        return _NORTH_AMERICA[bare]
    if (whole := _zones().get(text)) is not None:
        return whole
    offset = offset_of(text)
    having = [zone for zone in sorted(possible) if offset is not None and offset in _offsets(zone)]
    if offset is not None:
        return having[0] if len({_offsets(zone) for zone in having}) == 1 else None
    cities = _by_city().get(bare, set())
    return next(iter(cities)) if len(cities) == 1 else None


def _named(text: str) -> str | None:
    windows = _windows().get(text)
    if windows is not None:
        return _zones().get(windows.lower())
    inside = _IANA.findall(text) + _IANA.findall(text.replace(" ", "_"))
    return next((_zones()[name] for name in inside if name in _zones()), None)


def offset_of(text: str) -> timedelta | None:
    """`+02:00`, `GMT+2`, `(UTC+02:00) Kyiv`, `-7.00` and `5.50` as an offset from UTC; None for what is none."""
    found = _OFFSET.fullmatch(text.strip().lower())
    if found is None:
        return None
    sign, hours, point, rest = found.groups()
    minutes = int(rest or 0) * 60 // 100 if point == "." else int(rest or 0)
    offset = timedelta(hours=int(hours), minutes=minutes) * (-1 if sign == "-" else 1)
    return offset if abs(offset) <= _LONGEST and minutes < 60 else None


@lru_cache(maxsize=2_000)
def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    """The offsets of a zone in winter and in summer."""
    year = datetime.now(UTC).year
    return tuple(datetime(year, month, 1, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for month in (1, 7))


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in known_zones()}


@cache
def _windows() -> Mapping[str, str]:
    return {name.lower(): zone for name, zone in get_global("windows_zone_mapping").items()}


@cache
def _by_city() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in known_zones():
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/")):
            found.setdefault(name.rpartition("/")[2].lower().replace("_", " "), set()).add(name)
    return found
