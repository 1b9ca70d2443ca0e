"""The dates of a contract's invoices: every so many days, weeks or months from a date on.

Days are days of the calendar; a moment is made of them last, in the zone of whoever invoices, so that no change of the
clocks moves a date. A day of the month that a short month has not is its last one, and comes back in the next.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.chassis.records import Record

Unit = Literal["day", "week", "month"]
_DAY = timedelta(days=1)


class Rhythm(Record):
    """The date with the number `anchor_number` is `anchor_on`; the others lie `every` so many units apart.

    `anchor_day` is the day of the month that is meant. `before_on` is the date before the anchor where that was still
    counted by another rhythm.
    """

    every: int
    unit: Unit
    anchor_on: date
    anchor_number: int = 1
    anchor_day: int
    before_on: date | None = None

    def date_of(self, number: int) -> date:
        """The date with this number."""
        steps = number - self.anchor_number
        if steps == -1 and self.before_on is not None:
            return self.before_on
        if self.unit == "month":
            return on_day(self.anchor_on, steps * self.every, self.anchor_day)
        return self.anchor_on + steps * self.every * (_DAY if self.unit == "day" else 7 * _DAY)

    def is_counted(self, number: int) -> bool:
        """Whether the calendar has this date and the one after it: it ends with the year 9999."""
        a_year = {"day": 365, "week": 52, "month": 12}[self.unit]
        return self.anchor_on.year + (number + 2 - self.anchor_number) * self.every // a_year < MAXYEAR

    def period_of(self, number: int) -> tuple[date, date]:
        """The first and the last day of the period that begins on this date."""
        return self.date_of(number), self.date_of(number + 1) - _DAY


def on_day(anchor: date, months: int, day: int) -> date:
    """This day of the month so many months after the anchor's, or the last one of a shorter month."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone show this time of that day (UTC); of an hour that they skip, as long after it began.

    An hour that comes twice is taken the first time.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)
