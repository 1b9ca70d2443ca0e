"""How times, money and numbers are written for one reader: in their language, on their clock (CLDR, by Babel).

A time is said twice, as how far away it is and as what the clock shows then; a place is named only where its clock
differs from the reader's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from unicodedata import combining, normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_skeleton, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol
from babel.units import format_unit

LOCALES = {"en": "en_GB", "uk": "uk_UA"}
"""Language of the words to the locale of the numbers: everybody here reads a clock of 24 hours."""
DEFAULT_LANGUAGE = "en"
DEFAULT_ZONE = "Europe/Kyiv"
# Short signs that CLDR keeps for the countries themselves.
_SIGNS = {"UAH": "₴", "PLN": "zł"}
_LONGEST_ZONE = 64
# As the house writes them into its own sentences, which logs and programs read as well.
_SUM = re.compile(r"(?<![\w.,-])(\d{1,15}\.\d{2,3}) ([A-Z]{3})(?![\w-])")
_MOMENT = re.compile(r"(?<![\w-])(20\d\d-[01]\d-[0-3]\d) ([0-2]\d:[0-5]\d) UTC\b")
# Unicode keeps Ґ, Є, І and Ї behind Я.
_ALPHABET = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
_FIRST_LETTER = ord("а")
# Beyond these, "in 3 weeks" says less than the date does.
_NEAR = timedelta(days=7)
_NOW = timedelta(seconds=30)
_DAY = 86_400.0
# Unit, its seconds, and from how many of it on it says more than the smaller one does.
_UNITS = (("year", 365.25 * _DAY, 2), ("month", 30.44 * _DAY, 3), ("day", _DAY, 1), ("hour", 3_600.0, 1),
          ("minute", 60.0, 1), ("second", 1.0, 0))  # fmt: skip


@cache
def locale_of(language: str) -> Locale:
    """The locale for a language we speak, else the default one's."""
    return Locale.parse(LOCALES.get(language, LOCALES[DEFAULT_LANGUAGE]))


def zone_of(name: str | None) -> ZoneInfo:
    """The time zone of this name; the department's default for a name that is none."""
    if name and len(name) <= _LONGEST_ZONE:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # whatever a browser or somebody's hand put into a cookie
    return ZoneInfo(DEFAULT_ZONE)


def initials(name: str) -> str:
    """Two letters for where there is no room for a name or an id: `MH` for "Marta Hnatiuk", `CO` for "caller-olia"."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    return "".join(word[0] for word in words[:2]).upper() or "?"


@dataclass(frozen=True)
class Formats:
    """Formats for one answer: the reader's locale and zone, and the server's time when it was made."""

    locale: Locale
    zone: ZoneInfo
    now: datetime

    def number(self, value: int | float | Decimal) -> str:
        """12345.5 as `12,345.5`."""
        return str(format_decimal(value, locale=self.locale))

    def percent(self, share: float | Decimal) -> str:
        """0.125 as `12.5%`."""
        return str(format_percent(share, format="#,##0.#%", locale=self.locale))

    def money(self, amount: Decimal | str, currency: str) -> str:
        """An amount with its currency, cents always shown: `UAH 12,345.30`."""
        pattern = str(self.locale.currency_formats["standard"].pattern)
        # As CLDR asks of a symbol made of letters; Babel does not do it by itself.
        if pattern.startswith("¤#") and get_currency_symbol(currency, self.locale)[-1:].isalpha():
            pattern = pattern.replace("¤", "¤\N{NO-BREAK SPACE}")
        return str(format_currency(Decimal(amount), currency, format=pattern, locale=self.locale))

    def worth(self, amount: Decimal | str, currency: str) -> str:
        """An amount to the whole unit, with the short sign of its currency: `₴ 41,300`."""
        sign = _SIGNS.get(currency) or str(get_currency_symbol(currency, self.locale))
        return f"{sign}\N{NO-BREAK SPACE}{self.number(round(Decimal(amount)))}"

    def amount(self, value: Decimal | int) -> str:
        """An amount in a column of one currency: `12,345.30`."""
        return str(format_decimal(value, format="#,##0.00", locale=self.locale))

    def written(self, sentence: str) -> str:
        """A sentence of the house, its sums and times as the reader writes them: `28500.00 UAH` as `UAH 28,500.00`."""

        def money(found: re.Match[str]) -> str:
            return self.money(found[1], found[2]) if found[2] in self.locale.currencies else found[0]

        def moment(found: re.Match[str]) -> str:
            try:
                at = datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
            except ValueError:
                return found[0]
            return self.absolute(at)

        return _MOMENT.sub(moment, _SUM.sub(money, sentence))

    def iso(self, moment: datetime) -> str:
        """For `datetime` attributes and the clocks of the page: RFC 3339 in UTC, to the millisecond."""
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def clock(self, moment: datetime, zone: ZoneInfo | None = None) -> str:
        """Hour and minute there: `14:20`."""
        return str(format_skeleton("Hm", moment, tzinfo=zone or self.zone, locale=self.locale))

    def closing(self, moment: datetime, zone: ZoneInfo | None = None) -> str:
        """Hour and minute there at which something ends: midnight ends its day, `24:00`."""
        there = moment.astimezone(zone or self.zone)
        return "24:00" if (there.hour, there.minute) == (0, 0) else self.clock(moment, zone)

    def day(self, day: date | datetime, zone: ZoneInfo | None = None) -> str:
        """`Fri 27 Nov`; the year only if it is another one than the reader's."""
        there = day.astimezone(zone or self.zone) if isinstance(day, datetime) else day
        same = there.year == self.now.astimezone(zone or self.zone).year
        # Babel shifts times, not dates: the day has been taken in its zone above.
        plain = datetime(there.year, there.month, there.day, tzinfo=UTC)
        return str(format_skeleton("MMMEd" if same else "yMMMEd", plain, tzinfo=UTC, locale=self.locale))

    def short_day(self, day: date | datetime, zone: ZoneInfo | None = None) -> str:
        """`27 Nov`, for where there is little room; the year only if it is another one than the reader's."""
        there = day.astimezone(zone or self.zone) if isinstance(day, datetime) else day
        same = there.year == self.now.astimezone(zone or self.zone).year
        plain = datetime(there.year, there.month, there.day, tzinfo=UTC)
        return str(format_skeleton("MMMd" if same else "yMMMd", plain, tzinfo=UTC, locale=self.locale))

    def near_day(self, day: date) -> str:
        """A day of the next weeks in as few letters as may be: `Fri 27`."""
        plain = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return str(format_skeleton("Ed", plain, tzinfo=UTC, locale=self.locale))

    def month(self, day: date) -> str:
        """The month of a day: `November 2026`."""
        return str(
            format_skeleton("yMMMM", datetime(day.year, day.month, 1, tzinfo=UTC), tzinfo=UTC, locale=self.locale)
        )

    def weekday(self, day: date) -> str:
        """`Fri`."""
        return str(
            format_skeleton("E", datetime(day.year, day.month, day.day, tzinfo=UTC), tzinfo=UTC, locale=self.locale)
        )

    def absolute(self, moment: datetime, zone: ZoneInfo | None = None) -> str:
        """`14:20` today, `Fri 27 Nov, 14:20` on another day; with the place if its clock is not the reader's."""
        there = zone or self.zone
        parts = [self.clock(moment, there)]
        if moment.astimezone(there).date() != self.now.astimezone(there).date():
            parts.insert(0, self.day(moment, there))
        text = ", ".join(parts)
        return f"{text} {self.place(there)}" if self.differs(there, moment) else text

    def relative(self, moment: datetime) -> str:
        """`in 12 min`, `3 hrs ago`; nothing for what is further away than a week."""
        away = moment - self.now
        if abs(away) > _NEAR:
            return ""
        if abs(away) < _NOW:
            away = timedelta(seconds=1) if away >= timedelta() else timedelta(seconds=-1)
        return str(format_timedelta(away, add_direction=True, format="short", threshold=1.5, locale=self.locale))

    def differs(self, zone: tzinfo, moment: datetime | None = None) -> bool:
        """Whether clocks there show another time than the reader's, at that moment."""
        at = moment or self.now
        return at.astimezone(zone).utcoffset() != at.astimezone(self.zone).utcoffset()

    def place(self, zone: ZoneInfo) -> str:
        """The city that stands for a zone: `Kyiv`."""
        return str(get_timezone_location(zone, locale=self.locale, return_city=True))

    def span(self, length: timedelta) -> str:
        """How long something takes or has been, in the one unit that says it best: `26 days`, `4 weeks`, `3 years`."""
        seconds = max(1.0, length.total_seconds())
        unit, size = next((one for one in _UNITS if seconds >= one[2] * one[1]), _UNITS[-1])[:2]
        days = seconds / _DAY
        # Fortnights and months are counted in weeks where that is exact: "every 4 weeks" is how people say it.
        if unit == "day" and days >= 14 and abs(days / 7 - round(days / 7)) < 0.1:
            unit, size = "week", 7 * _DAY
        return str(format_unit(round(seconds / size), f"duration-{unit}", locale=self.locale))

    def lasting(self, length: timedelta) -> str:
        """A length exactly as it was set, in the largest unit that divides it: `45 minutes`, `1.5 seconds`."""
        seconds = length.total_seconds()
        units = (("day", _DAY), ("hour", 3_600.0), ("minute", 60.0))
        unit, size = next((one for one in units if seconds and seconds % one[1] == 0), ("second", 1.0))
        return str(format_unit(Decimal(str(seconds)) / Decimal(str(size)), f"duration-{unit}", locale=self.locale))

    def language(self, code: str) -> str:
        """A language by its name: `uk` as `Ukrainian`; a code that nobody knows as it is."""
        return str(self.locale.languages.get(code, code))

    def country(self, code: str) -> str:
        """A country by its name: `DE` as `Germany`; a code that nobody knows as it is."""
        return str(self.locale.territories.get(code, code))

    def order(self, name: str) -> str:
        """What names are sorted by in this language: capitals like small letters, accents like none, Є after Е."""
        if self.locale.language == "uk":
            return "".join(chr(_FIRST_LETTER + at) if (at := _ALPHABET.find(one)) >= 0 else one for one in name.lower())
        return "".join(one for one in normalize("NFKD", name.casefold()) if not combining(one))

    def length(self, seconds: float) -> str:
        """A length of time as a stopwatch shows it: `02:13`, `1:02:13`."""
        minutes, rest = divmod(max(0, int(seconds)), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
