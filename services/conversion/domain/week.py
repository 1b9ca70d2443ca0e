"""A manager's week as a grid of quarters of an hour: what is booked, kept or free. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.chassis.business_time import Calendar
from services.chassis.records import Record
from services.conversion.domain.slots import Stretch

EntryKind = Literal["meeting", "hold", "absence"]
CellKind = Literal["free", "past", "closed", "busy"]
QUARTER = timedelta(minutes=15)
_QUARTERS = 24 * 4
_USUAL = (8 * 4, 18 * 4)
# Somebody who works round the clock sees a day, not a night.
_WAKING = (7 * 4, 21 * 4)
_LONG_DAY = 14 * 4


class Entry(Record):
    """Something that stands in a manager's calendar. A hold is kept for a lead that nobody has accepted yet."""

    kind: EntryKind
    id: str
    starts_at: datetime
    ends_at: datetime
    deal_id: str | None = None
    company: str | None = None
    how: str | None = None
    place: str | None = None
    state: str = ""
    reason: str = ""
    needs_person: str | None = None
    answer: str | None = None

    @property
    def is_unmanned(self) -> bool:
        """Whether nobody comes to it as yet: it stands with whoever would have come last."""
        return self.state == "booked" and self.needs_person is not None


@dataclass(frozen=True)
class Cell:
    """A stretch of one day of the grid; `span` is in quarters of an hour, `at` when it begins."""

    kind: CellKind
    quarter: int
    span: int
    at: datetime
    entries: Sequence[Entry] = ()


@dataclass(frozen=True)
class Day:
    """One day: its entries, when somebody works, and its column of the grid."""

    day: date
    entries: Sequence[Entry]
    opens: Sequence[Stretch]
    free: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday in the calendar's own zone, or fewer when nothing is at the weekend."""

    manager: str
    monday: date
    zone: ZoneInfo
    days: Sequence[Day]
    first: int
    last: int

    def rows(self) -> Iterator[tuple[datetime | None, list[Cell]]]:
        """The rows of the grid: what hour begins there, if one does, and the cells that begin there."""
        for quarter in range(self.first, self.last):
            hour = _moment(self.monday, quarter, self.zone) if quarter % 4 == 0 else None
            yield hour, [cell for day in self.days for cell in day.cells if cell.quarter == quarter]


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def bounds(monday: date, zone: ZoneInfo) -> Stretch:
    """When a week begins and ends."""
    return _moment(monday, 0, zone), _moment(monday + timedelta(days=7), 0, zone)


def week_of(
    manager: str, monday: date, calendar: Calendar, entries: Sequence[Entry], at: datetime, length: timedelta
) -> Week:
    """The week that begins on this Monday; `length` is how long a free time must be to count as one."""
    zone = ZoneInfo(calendar.timezone)
    dates = [monday + timedelta(days=number) for number in range(7)]
    opens = {day: _openings(calendar, day, zone) for day in dates}
    found = {day: [one for one in entries if _touches(one, day, zone)] for day in dates}
    shown = [day for day in dates if day.weekday() < 5 or opens[day] or found[day]]
    first, last = _rows_of(shown, opens, found, zone)
    days = []
    for day in shown:
        cells = list(_cells(day, opens[day], found[day], first, last, at, zone))
        free = sum(cell.span for cell in cells if cell.kind == "free")
        days.append(Day(day, found[day], opens[day], int(free * QUARTER / length), cells))
    return Week(manager, monday, zone, days, first, last)


def _moment(day: date, quarter: int, zone: ZoneInfo) -> datetime:
    if quarter >= _QUARTERS:
        day, quarter = day + timedelta(days=1), quarter - _QUARTERS
    return datetime.combine(day, time(quarter // 4, quarter % 4 * 15), zone).astimezone(UTC)


def _openings(calendar: Calendar, day: date, zone: ZoneInfo) -> list[Stretch]:
    begins, ends = _moment(day, 0, zone), _moment(day, _QUARTERS, zone)
    found = []
    for opens, closes in calendar.openings(begins):
        if opens >= ends:
            break
        found.append((opens, min(closes, ends)))
    return found


def _touches(entry: Entry, day: date, zone: ZoneInfo) -> bool:
    return entry.starts_at < _moment(day, _QUARTERS, zone) and entry.ends_at > _moment(day, 0, zone)


def _quarters(start: datetime, end: datetime, day: date, zone: ZoneInfo) -> range:
    """The quarters of a day that a stretch touches."""
    begins, ends = (_clock_quarters(moment, day, zone) for moment in (start, end))
    return range(max(0, int(begins)), min(_QUARTERS, -int(-ends // 1)))


def _clock_quarters(moment: datetime, day: date, zone: ZoneInfo) -> float:
    there = moment.astimezone(zone)
    return (there.date() - day).days * _QUARTERS + there.hour * 4 + (there.minute * 60 + there.second) / 900


def _rows_of(
    days: Sequence[date], opens: dict[date, list[Stretch]], entries: dict[date, list[Entry]], zone: ZoneInfo
) -> tuple[int, int]:
    """The first and the last row: working hours, and meetings outside of them; whole hours."""
    open_at = [_quarters(*stretch, day, zone) for day in days for stretch in opens[day]]
    met_at = [
        _quarters(one.starts_at, one.ends_at, day, zone)
        for day in days
        for one in entries[day]
        if one.kind != "absence"
    ]
    first = min((found.start for found in open_at), default=_USUAL[0])
    last = max((found.stop for found in open_at), default=_USUAL[1])
    if last - first > _LONG_DAY:
        first, last = _WAKING
    first = min([first, *(found.start for found in met_at)])
    last = max([last, *(found.stop for found in met_at)])
    return first // 4 * 4, -(-last // 4) * 4


def _cells(
    day: date, opens: Sequence[Stretch], entries: Sequence[Entry], first: int, last: int, at: datetime, zone: ZoneInfo
) -> Iterator[Cell]:
    """The cells of a day from its first row to its last: together they cover every row once."""
    taken = {one.id: _quarters(one.starts_at, one.ends_at, day, zone) for one in entries}
    working = {quarter for stretch in opens for quarter in _quarters(*stretch, day, zone)}
    quarter = first
    while quarter < last:
        here = [one for one in entries if quarter in taken[one.id]]
        end = quarter + 1
        if here:
            while end < last and any(end in taken[one.id] and end - 1 in taken[one.id] for one in entries):
                end += 1
            here = [one for one in entries if set(taken[one.id]) & set(range(quarter, end))]
            yield Cell("busy", quarter, end - quarter, _moment(day, quarter, zone), here)
        else:
            is_open = quarter in working
            while end < last and end % 4 and (end in working) == is_open and not any(end in q for q in taken.values()):
                end += 1
            begins = _moment(day, quarter, zone)
            kind: CellKind = "closed" if not is_open else "past" if begins < at else "free"
            yield Cell(kind, quarter, end - quarter, begins)
        quarter = end
