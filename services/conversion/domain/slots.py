"""Free time for meetings: opening hours minus what is booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.business_time import Calendar

Stretch = tuple[datetime, datetime]
# Appointments are made to the quarter of an hour.
_GRID = timedelta(minutes=15)


def free_slots(
    calendar: Calendar,
    booked: Sequence[Stretch],
    *,
    start: datetime,
    end: datetime,
    length: timedelta,
    most: int,
) -> list[Stretch]:
    """Up to `most` slots of `length` between `start` and `end`, none touching another or a booked stretch."""
    busy = sorted(booked)
    slots: list[Stretch] = []
    for opens, closes in calendar.openings(start):
        if opens >= end or len(slots) >= most:
            return slots
        slots += _in_stretch(on_grid(opens), min(closes, end), busy, length, most - len(slots))
    return slots


def _in_stretch(at: datetime, until: datetime, busy: Sequence[Stretch], length: timedelta, most: int) -> list[Stretch]:
    slots: list[Stretch] = []
    while at + length <= until and len(slots) < most:
        blocker = next((taken for taken in busy if taken[0] < at + length and taken[1] > at), None)
        if blocker is None:
            slots.append((at, at + length))
            at += length
        else:
            at = on_grid(blocker[1])
    return slots


def on_grid(at: datetime) -> datetime:
    """The next quarter of an hour, or `at` itself if it is one."""
    past = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond) % _GRID
    return at if not past else at + _GRID - past
