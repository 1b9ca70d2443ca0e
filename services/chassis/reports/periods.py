"""The period of a report in whole days of the house, and the one before it to compare with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=366)
DEFAULT = "30"
Preset = Literal["7", "30", "90", "month", "last_month"]
PRESETS: tuple[Preset, ...] = ("7", "30", "90", "month", "last_month")
Fault = Literal["date", "order", "long"]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From the morning of `first` to the night of `last`, on the clock of `zone`; `now` is when it is looked at."""

    first: date
    last: date
    zone: ZoneInfo
    now: datetime

    @property
    def start(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(0), self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + _DAY, time(0), self.zone)

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def runs(self) -> bool:
        """Is it not over yet?"""
        return self.end > self.now

    @property
    def before(self) -> Span:
        """As many days just before; of whole months, as many months."""
        last = self.first - _DAY
        if self.first.day == 1 and (self.last + _DAY).day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            year, month = divmod(self.first.year * 12 + self.first.month - 1 - months, 12)
            return replace(self, first=date(year, month + 1, 1), last=last)
        return replace(self, first=self.first - timedelta(days=self.days), last=last)

    @property
    def comparable(self) -> tuple[datetime, datetime]:
        """Of the one before, as much as has passed of this one, so that half a month is not held against a whole."""
        earlier = self.before
        if not self.runs:
            return earlier.start, earlier.end
        return earlier.start, min(earlier.end, earlier.start + max(timedelta(), self.now - self.start))


@dataclass(frozen=True)
class Choice:
    """The period that was asked for: `preset` is its short name, or empty for days of one's own."""

    span: Span
    preset: Preset | Literal[""]
    faults: dict[str, Fault]


def choose(span: str, first: str, last: str, zone: ZoneInfo, now: datetime) -> Choice:
    """The period that these words ask for; the last 30 days, with what is wrong by field, if they make no sense."""
    if not (first or last):
        preset = next((one for one in PRESETS if one == span), PRESETS[1])
        return Choice(_preset(preset, zone, now), preset, {})
    read = {name: _day(text) for name, text in (("from", first), ("to", last))}
    faults: dict[str, Fault] = {name: "date" for name, day in read.items() if day is None}
    begins, ends = read["from"], read["to"]
    if begins is not None and ends is not None:
        if begins > ends:
            faults["to"] = "order"
        elif ends - begins >= LONGEST:
            faults["from"] = "long"
        else:
            return Choice(Span(begins, ends, zone, now), "", {})
    return Choice(_preset(PRESETS[1], zone, now), "", faults)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _preset(preset: Preset, zone: ZoneInfo, now: datetime) -> Span:
    today = now.astimezone(zone).date()
    month = today.replace(day=1)
    match preset:
        case "month":
            return Span(month, (month + timedelta(days=31)).replace(day=1) - _DAY, zone, now)
        case "last_month":
            return Span((month - _DAY).replace(day=1), month - _DAY, zone, now)
    return Span(today - timedelta(days=int(preset) - 1), today, zone, now)
