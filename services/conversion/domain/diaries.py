"""Whether a manager can come to a meeting: their working hours, when they are away, and what they have already."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.chassis.business_time import Calendar
from services.conversion.domain.slots import Stretch

Hindrance = Literal["left", "absence", "day_off", "closed", "meeting"]
_WORDS: dict[Hindrance, str] = {
    "left": "{name} does not work here any more",
    "absence": "{name} is away then",
    "day_off": "{name} does not work on that day",
    "closed": "that is outside {name}'s working hours",
    "meeting": "{name} has another meeting then",
}


@dataclass(frozen=True)
class Diary:
    """A manager's calendar for a time: `hours`, stretches `away`, and meetings and kept times `taken`."""

    name: str
    active: bool
    hours: Calendar
    away: Sequence[Stretch] = ()
    taken: Sequence[Stretch] = ()

    def off_work(self, starts_at: datetime, ends_at: datetime) -> Hindrance | None:
        """Why the manager is not at work for all of this time; none if they are."""
        if not self.active:
            return "left"
        if _touches(self.away, starts_at, ends_at):
            return "absence"
        if self.hours.between(starts_at, ends_at) == ends_at - starts_at:
            return None
        return "closed" if self.hours.works_on(starts_at) else "day_off"

    def hindrance(self, starts_at: datetime, ends_at: datetime) -> Hindrance | None:
        """Why the manager cannot take this meeting; none if they can."""
        return self.off_work(starts_at, ends_at) or ("meeting" if _touches(self.taken, starts_at, ends_at) else None)

    def in_words(self, why: Hindrance) -> str:
        """The hindrance as a clause."""
        return _WORDS[why].format(name=self.name)


def _touches(stretches: Sequence[Stretch], starts_at: datetime, ends_at: datetime) -> bool:
    return any(opens < ends_at and closes > starts_at for opens, closes in stretches)


def unable(diaries: Mapping[str, Diary], wanted: Mapping[str, Sequence[Stretch]]) -> dict[str, set[str]]:
    """By key of `wanted`: who cannot come at all of its times. People with the same hours are looked at together."""
    alike = _by_hours(diaries)
    left = {one for one, diary in diaries.items() if not diary.active}
    away = [(one, opens, closes) for one, diary in diaries.items() for opens, closes in diary.away]
    taken = sorted((opens, closes, one) for one, diary in diaries.items() for opens, closes in diary.taken)
    longest = max((closes - opens for opens, closes, _ in taken), default=timedelta())
    found = {}
    for key, times in wanted.items():
        shut = [people for people in alike if not _at_work(diaries[people[0]].hours, times)]
        found[key] = left.union(*shut)
        for starts_at, ends_at in times:
            found[key].update([one for one, opens, closes in away if opens < ends_at and closes > starts_at])
            first, end = (bisect.bisect_left(taken, (at,)) for at in (starts_at - longest, ends_at))
            found[key].update(one for _, closes, one in taken[first:end] if closes > starts_at)
    return found


def _by_hours(diaries: Mapping[str, Diary]) -> Sequence[Sequence[str]]:
    """Those who have the same hours. Most have the house's: one and the same calendar, which is looked at once."""
    shapes: dict[int, str] = {}
    alike: dict[str, list[str]] = defaultdict(list)
    for one, diary in diaries.items():
        shape = shapes.get(id(diary.hours)) or shapes.setdefault(id(diary.hours), diary.hours.model_dump_json())
        alike[shape].append(one)
    return list(alike.values())


def _at_work(hours: Calendar, stretches: Sequence[Stretch]) -> bool:
    return all(hours.between(starts_at, ends_at) == ends_at - starts_at for starts_at, ends_at in stretches)
