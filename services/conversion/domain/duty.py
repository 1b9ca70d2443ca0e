"""Whether a manager is on duty, until when, and the figures that stand beside it on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field

from services.chassis.business_time import Calendar
from services.chassis.records import Record

DutyState = Literal["on", "break", "away", "off", "inactive"]
BREAK = "break"
"""Reason of an absence that a manager has begun alone, by the key of the page."""
BREAKS = (15, 30, 60)
"""Minutes that a break may last."""
_A_DAY = timedelta(days=1)


class MonthEarned(Record):
    """What one person has earned in a month in a currency, less what was taken back."""

    currency: str
    accrued: Decimal


class Figures(Record):
    """What the bar counts. `capacity` none means that nobody's own deals are counted, but everybody's."""

    name: str | None = None
    active: bool = True
    deals: int
    capacity: int | None = None
    hours: Calendar | None = None
    absence_id: str | None = None
    absence_until: datetime | None = None
    absence_reason: str | None = None
    absence_is_own: bool = False
    earned: list[MonthEarned] = Field(default_factory=list)


@dataclass(frozen=True)
class Duty:
    """`until` is when the state ends by itself: the end of the working day or of the absence, or when work begins."""

    state: DutyState
    until: datetime | None


@dataclass(frozen=True)
class Bar:
    """What the bar shows; a supervisor has no duty of their own. `month` is YYYY-MM in the tier's time zone."""

    figures: Figures
    duty: Duty | None
    month: str
    is_supervisor: bool

    def breaks(self, at: datetime) -> dict[int, datetime]:
        """When a break ends that begins now, by its minutes."""
        return {minutes: at + timedelta(minutes=minutes) for minutes in BREAKS}


def duty_of(found: Figures, usual: Calendar, at: datetime) -> Duty | None:
    """The duty of a manager at a moment; none for somebody who is no manager."""
    if found.capacity is None:
        return None
    if not found.active:
        return Duty("inactive", None)
    if found.absence_id is not None:
        # Whoever was sent away by a supervisor does not come back by a key.
        is_break = found.absence_is_own and found.absence_reason == BREAK
        return Duty("break" if is_break else "away", found.absence_until)
    opens, closes = _stretch(found.hours or usual, at)
    if opens > at:
        return Duty("off", opens)
    return Duty("on", None if closes - at > _A_DAY else closes)


def _stretch(calendar: Calendar, at: datetime) -> tuple[datetime, datetime]:
    """The open stretch at a moment, or the next one; a night between two days that touch is no end."""
    begun, ends = None, at
    for opens, closes in calendar.openings(at):
        if begun is not None and (opens > ends or closes - begun > 2 * _A_DAY):
            return begun, ends
        begun, ends = begun or opens, closes
    raise AssertionError("openings never end")
