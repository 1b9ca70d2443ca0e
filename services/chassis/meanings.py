"""What values mean, in one place for all tiers: countries, languages, currencies, time zones, local times, lengths.

These types refuse at the door what cannot be meant, with a reason. Records are only read: what an older version let in
must not stop the house, so a stored value is validated with `STORED`, which skips the rules made since.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import Annotated, Any, Final, Generic, TypeVar
from zoneinfo import available_timezones

import holidays
import phonenumbers
from babel import Locale
from babel.core import get_global
from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

T = TypeVar("T")
STORED: Final = {"stored": True}
"""The validation context of what is read from the database: rules of the door (`at_the_door`) are skipped."""
_SHOWN = 20
# Names that the database carries for machines: no place keeps its clocks by them.
_NO_PLACES = frozenset({"Factory", "localtime"})
# CLDR knows more than ISO 3166 does: regions, places with a reserved code, and codes for tests.
_NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
# Codes for what is no language, for several, or for one that is not said.
_NO_LANGUAGES = frozenset({"mis", "mul", "root", "und", "zxx"})
_DAY: Final = timedelta(days=1)
_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Arithmetic near the ends of the calendar overflows in the middle of a rule.
_FIRST_YEAR, _LAST_YEAR = 2000, 2200
_UNITS = (("day", _DAY), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)), ("second", timedelta(0, 1)))


def is_stored(info: ValidationInfo) -> bool:
    """Whether a record is being read, rather than something new let in."""
    return info.context is STORED


@dataclass(frozen=True)
class DoorRule(Generic[T]):
    """What `at_the_door` checks by; its `rule` can be read, so that forms may say what it asks for."""

    rule: Callable[[T], T]

    def __call__(self, value: T, info: ValidationInfo) -> T:
        """The value, checked unless it was stored."""
        return value if is_stored(info) else self.rule(value)


def at_the_door(rule: Callable[[T], T]) -> AfterValidator:
    """A rule for what comes in, which records that are older than it need not keep."""
    return AfterValidator(DoorRule(rule))


@cache
def zones() -> frozenset[str]:
    """Every name of a time zone (IANA); read once, because the files are many."""
    return frozenset(available_timezones() - _NO_PLACES)


def _zone(name: str) -> str:
    if name not in zones():
        raise ValueError("is not an IANA time zone such as Europe/Kyiv")
    return name


@cache
def countries() -> frozenset[str]:
    """ISO 3166 codes of two letters, and XK, which Kosovo goes by."""
    codes = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()}
    return frozenset(codes - _NO_COUNTRIES)


def _country(code: str) -> str:
    if code not in countries():
        raise ValueError(f"'{code[:_SHOWN]}' is no country; give its two letters of ISO 3166, such as UA")
    return code


def _country_or_none(code: str) -> str:
    return country_code(code) if code.strip() else ""


def _phone_region(code: str) -> str:
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"'{code[:_SHOWN]}' is no country with phone numbers; give its two letters, such as UA")
    return code


@cache
def holiday_countries() -> frozenset[str]:
    """Codes of the countries whose public holidays are known."""
    return frozenset(holidays.list_supported_countries())


def _holiday_country(code: str) -> str:
    if code not in holiday_countries():
        raise ValueError(f"no public holidays are known for '{code[:_SHOWN]}'; give the two letters of a country")
    return code


def _language(tag: str) -> str:
    """The language of a BCP 47 tag. Script and region are dropped: people are matched by what they speak."""
    language, *rest = tag.replace("_", "-").split("-")
    code = language.lower()
    code = get_global("language_aliases").get(code, code) if code.isalpha() else code
    named = Locale("en").languages
    if code not in named or code in _NO_LANGUAGES or not (2 <= len(code) <= 3):
        raise ValueError(f"'{tag[:_SHOWN]}' is no language; give its code of BCP 47, such as uk")
    for part in rest:
        if part.title() not in Locale("en").scripts and part.upper() not in Locale("en").territories:
            raise ValueError(f"'{tag[:_SHOWN]}' is no language: {part[:_SHOWN]} is neither a script nor a region")
    return code


def _local(value: Any) -> Any:
    # Left to itself, pydantic takes a number for the seconds since midnight.
    if not isinstance(value, str | time):
        raise ValueError("is a time of day, such as 09:00")
    return value


def _without_offset(value: time, info: ValidationInfo) -> time:
    if value.tzinfo is None:
        return value
    if is_stored(info):
        return value.replace(tzinfo=None)
    raise ValueError("is a local time: leave its offset away, as in 09:00")


def _written_day(value: Any) -> Any:
    # Left to itself, pydantic takes a number, and digits too, for the seconds since 1970.
    if not isinstance(value, date) and not (isinstance(value, str) and _A_DAY.fullmatch(value)):
        raise ValueError("must be a date, such as 2026-03-31")
    return value


def _sane_day(day: date) -> date:
    if not _FIRST_YEAR <= day.year < _LAST_YEAR:
        raise ValueError(f"must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return day


def day_of(text: str) -> date:
    """The day that was typed, as 2026-03-31. Raises ValueError with a reason for who typed it."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("This is not a date") from None
    return _sane_day(day)


def in_words(length: timedelta) -> str:
    """A length as people say it: `45 minutes`, `1 day`."""
    if not length:
        return "0 seconds"
    name, unit = next((one for one in _UNITS if not length % one[1]), ("second", timedelta(seconds=1)))
    count = f"{length / unit:g}"
    return f"{count} {name}" + ("" if count == "1" else "s")


@dataclass(frozen=True)
class LengthBetween:
    """A length of time that is not shorter and not longer than these."""

    least: timedelta
    most: timedelta

    def __call__(self, length: timedelta) -> timedelta:
        """The length. Raises ValueError."""
        if not self.least <= length <= self.most:
            raise ValueError(f"must be between {in_words(self.least)} and {in_words(self.most)}")
        return length


@dataclass(frozen=True)
class NumberBetween:
    """A number that is not less and not more than these. Neither NaN nor infinity lies between."""

    least: float
    most: float

    def __call__(self, number: float) -> float:
        """The number. Raises ValueError."""
        if not self.least <= number <= self.most:
            if self.most < 1e6:
                raise ValueError(f"must be between {self.least:g} and {self.most:,g}")
            raise ValueError(f"must be at least {self.least:g}")
        return number


def length_between(least: timedelta, most: timedelta) -> AfterValidator:
    """A length of time at the door: not shorter and not longer than these."""
    return at_the_door(LengthBetween(least, most))


def number_between(least: float, most: float) -> AfterValidator:
    """A number at the door: not less and not more than these."""
    return at_the_door(NumberBetween(least, most))


def each_once(values: list[Any]) -> list[Any]:
    """A list in which nothing is named twice. Raises ValueError."""
    seen: list[Any] = []
    for one in values:
        if one in seen:
            raise ValueError(f"{str(one)[:_SHOWN]} is named twice")
        seen.append(one)
    return values


ZoneName = Annotated[str, at_the_door(_zone)]
"""IANA name of a time zone, e.g. Europe/Kyiv."""

CountryCode = Annotated[str, at_the_door(_country)]
"""ISO 3166 code of a country, e.g. UA."""

CountryOrNone = Annotated[str, at_the_door(_country_or_none)]
"""A country, or an empty text that takes it away."""

PhoneRegion = Annotated[str, at_the_door(_phone_region)]
"""ISO 3166 code of a country whose phone numbers are known: how a number without its country code is read."""

HolidayCountry = Annotated[str, at_the_door(_holiday_country)]
"""ISO 3166 code of a country whose public holidays are known, e.g. UA."""

Language = Annotated[str, at_the_door(_language)]
"""A language by BCP 47. `pt-BR` is kept as `pt`, because people are matched by what they speak."""

LocalTime = Annotated[
    time,
    BeforeValidator(_local),
    AfterValidator(_without_offset),
    WithJsonSchema({"type": "string", "format": "time", "examples": ["09:00"]}),
]
"""A time of day on somebody's own clock, without an offset."""

Day = Annotated[date, BeforeValidator(_written_day), at_the_door(_sane_day)]
"""A day that somebody may plan or look at, as 2026-03-31."""


# What XML 1.0 forbids, and the control characters that it only advises against.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def printable(text: str) -> str:
    """The text as a document can carry it: control characters are blanks, and none stands at its ends."""
    return _UNPRINTABLE.sub(" ", text).strip()


def country_code(code: str) -> str:
    """A country's two letters, in capitals. Raises ValueError."""
    return _country(code.strip().upper())


def one_line(text: str) -> str:
    """A name as it stands in a heading: line breaks are spaces, and what cannot be seen or turns the text is gone."""
    return " ".join("".join(map(_seen, text)).split())


def _seen(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    # Joiners belong to letters of some scripts and to emoji; the other marks of format only hide or turn text.
    return "" if kind == "Cf" and char not in "\u200c\u200d" else char


OneLine = Annotated[str, BeforeValidator(lambda typed: one_line(typed) if isinstance(typed, str) else typed)]
"""What stands in a heading or a cell: a name, a place, a reference."""


def is_legible(text: str) -> bool:
    """Whether a document shows anything of it: not of blanks, and not of characters that are nowhere to be seen."""
    return any(char.isprintable() and not char.isspace() for char in text)


def _legible(text: str) -> str:
    if text and not is_legible(text):
        raise ValueError("needs letters that can be printed")
    return text


Legible = at_the_door(_legible)
"""Of a name that stands on documents: it is empty, or shows something."""


def storable(text: str) -> str:
    """Refuse the one character that PostgreSQL does not store."""
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    return text
