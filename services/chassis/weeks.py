"""A week of several people's hours, as a grid shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["hours", "other", "by_hand", "off", "away", "holiday"]
"""Usual hours, other ones on this day, a shift planned by hand, a day off, an absence, a public holiday."""
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_FARTHEST = timedelta(days=3650)


@dataclass(frozen=True)
class Stretch:
    """Something in a cell; without times it is the whole day. `note` says why, in somebody's words."""

    kind: Kind
    start: datetime | None = None
    end: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One person's week: what stands in each day's cell, Monday first."""

    id: str
    name: str
    zone: ZoneInfo
    cells: Sequence[Sequence[Stretch]]


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday on."""

    monday: date
    days: Sequence[date] = field(init=False)

    def __post_init__(self) -> None:
        """The days follow from the Monday."""
        object.__setattr__(self, "days", [self.monday + n * _DAY for n in range(7)])

    @classmethod
    def of(cls, day: date | None, today: date) -> Week:
        """The week of a day; that of today for none, or for one that is farther away than anybody plans."""
        chosen = day if day is not None and abs(day - today) < _FARTHEST else today
        return cls(chosen - chosen.weekday() * _DAY)

    @property
    def before(self) -> date:
        """The Monday before."""
        return self.monday - _WEEK

    @property
    def after(self) -> date:
        """The Monday after."""
        return self.monday + _WEEK

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins and ends there."""
        return midnight(self.monday, zone), midnight(self.after, zone)

    def by_day(self, stretches: Iterable[Stretch], zone: ZoneInfo) -> list[list[Stretch]]:
        """Stretches with times in the cells of the days on which they begin there."""
        cells: list[list[Stretch]] = [[] for _ in self.days]
        for one in stretches:
            number = (one.start.astimezone(zone).date() - self.monday).days if one.start else -1
            if 0 <= number < len(cells):
                cells[number].append(one)
        return cells


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins there."""
    return datetime.combine(day, time(0), tzinfo=zone)


def with_absences(
    week: Week, cells: Sequence[Sequence[Stretch]], absences: Iterable[Stretch], zone: ZoneInfo
) -> list[list[Stretch]]:
    """The same week without the hours of somebody who is away, and with the absences in their place."""
    away = [one for one in absences if one.start and one.end]
    found = []
    for day, usual in zip(week.days, cells, strict=True):
        begins, ends = midnight(day, zone), midnight(day + _DAY, zone)
        here = [one for one in away if one.start and one.end and one.start < ends and one.end > begins]
        left = [one for one in usual if not any(_covers(other, one) for other in here)]
        cut = [_cut(one, begins, ends) for one in here]
        found.append([*left, *cut])
    return found


def _covers(absence: Stretch, hours: Stretch) -> bool:
    if not (absence.start and absence.end and hours.start and hours.end):
        return False
    return absence.start <= hours.start and absence.end >= hours.end


def _cut(absence: Stretch, begins: datetime, ends: datetime) -> Stretch:
    """The part of an absence that lies in a day; without times if it is the whole day."""
    if not absence.start or not absence.end or (absence.start <= begins and absence.end >= ends):
        return Stretch("away", note=absence.note)
    return Stretch("away", max(absence.start, begins), min(absence.end, ends), absence.note)
