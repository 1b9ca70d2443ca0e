"""What would help when tier 2 runs dry, or gets too much: acts, each with the forecast that it would make.

Every effect comes from the very forecast that rings the alarm, with more or fewer hours of calling or leads in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from services.chassis.records import Record
from services.lead_gen.domain.alarms import DROUGHT_ENDS
from services.lead_gen.domain.supply import Alarm, Forecast, Situation, clears_at

Kind = Literal["late_shift", "caller", "callers", "campaign", "callbacks", "fewer", "pause", "wait"]

EXTRA_HOURS = 2.0
"""What one may ask of somebody who had not planned to come."""
MOST_CALLERS = 12
MOST_SHOWN = 6


class LateShift(Record):
    """Somebody whose shift has begun without them, and the hours of calling that are left of it."""

    caller: str
    name: str
    hours: float


class IdleCampaign(Record):
    """A campaign that does not run, with its calls that are due, and the hours of calling that it would open.

    `room` is how many leads it could take into cold calling at once.
    """

    id: str
    name: str
    due: int
    hours: float
    room: int


class RunningCampaign(Record):
    """A campaign that runs, and its part of the interested leads of the last 30 days, 0 to 1."""

    id: str
    name: str
    share: float


class Chances(Record):
    """What could be done at this moment. `open_hours` is how long anybody may be called until the next shift.

    `promised` talks are late; `talks` of the last 30 days found `interested` leads.
    """

    open_hours: float
    late_shifts: list[LateShift]
    idle: list[IdleCampaign]
    running: list[RunningCampaign]
    promised: int
    talks: int
    interested: int
    callers: int


class Remedy(Record):
    """One act. `hours` of calling it adds or takes, `count` is of what it is about: callers, calls due, promised talks.

    `after` is the forecast with it, `left` what would then be in stock when the next shift begins; neither is there
    where the act keeps callers busy but adds nothing that the forecast counts. `at` is when waiting alone is enough.
    """

    kind: Kind
    id: str | None = None
    name: str | None = None
    count: int = 0
    hours: float = 0.0
    after: Forecast | None = None
    left: float | None = None
    at: datetime | None = None


def remedies(alarm: Alarm | None, known: Situation, chances: Chances, stock_limit: int) -> list[Remedy]:
    """What would help against this alarm, the most helpful first; nothing while none rings."""
    if alarm == "drought":
        found = sorted(_against_drought(known, chances), key=_by_drought)
    elif alarm == "glut":
        found = sorted(_against_glut(known, chances, stock_limit), key=_by_glut)
    else:
        found = []
    return found[:MOST_SHOWN]


def _against_drought(known: Situation, chances: Chances) -> Iterator[Remedy]:
    for late in chances.late_shifts:
        if late.hours > 0:
            yield _with_hours(known, Remedy(kind="late_shift", id=late.caller, name=late.name, hours=late.hours))
    extra = min(EXTRA_HOURS, chances.open_hours)
    if extra > 0:
        yield _with_hours(known, Remedy(kind="caller", count=1, hours=extra))
        if (enough := _callers_enough(known, extra)) > 1:
            yield _with_hours(known, Remedy(kind="callers", count=enough, hours=enough * extra))
    for one in chances.idle:
        if one.due or one.room:
            act = Remedy(kind="campaign", id=one.id, name=one.name, count=one.due, hours=one.hours)
            yield _with_hours(known, act) if one.hours > 0 else act
    if chances.promised:
        yield _with_leads(known, Remedy(kind="callbacks", count=chances.promised), _kept(chances))


def _callers_enough(known: Situation, extra: float) -> int:
    """How many more callers for these hours would end the alarm; 0 if not even many would."""
    numbers = range(1, MOST_CALLERS + 1)
    return next((n for n in numbers if known.ahead(more_hours=n * extra).runs_dry < DROUGHT_ENDS), 0)


def _kept(chances: Chances) -> int:
    """Interested leads that the late promises would bring, if they go as talks do."""
    return round(chances.promised * chances.interested / chances.talks) if chances.talks else 0


def _against_glut(known: Situation, chances: Chances, stock_limit: int) -> Iterator[Remedy]:
    yield Remedy(kind="wait", at=clears_at(known, stock_limit))
    for one in chances.running:
        if one.share > 0 and known.calling_hours > 0:
            hours = -known.calling_hours * one.share
            yield _with_hours(known, Remedy(kind="pause", id=one.id, name=one.name, hours=hours))
    fewer = min(EXTRA_HOURS, chances.open_hours, known.calling_hours)
    if fewer > 0 and chances.callers:
        yield _with_hours(known, Remedy(kind="fewer", count=1, hours=-fewer))


def _with_hours(known: Situation, act: Remedy) -> Remedy:
    return _judged(known, act, known.ahead(more_hours=act.hours), 0)


def _with_leads(known: Situation, act: Remedy, leads: int) -> Remedy:
    return _judged(known, act, known.ahead(more_leads=leads), leads) if leads else act


def _judged(known: Situation, act: Remedy, after: Forecast, leads: int) -> Remedy:
    left = max(0.0, known.stock + leads + after.expected - after.demand)
    return act.model_copy(update={"after": after.rounded(), "left": round(left, 1)})


def _by_drought(act: Remedy) -> tuple[bool, bool, float, int]:
    """What the forecast counts first, and many callers at once last of it: they are the hardest to find."""
    return act.after is None, act.kind == "callers", act.after.runs_dry if act.after else 0.0, -act.count


def _by_glut(act: Remedy) -> tuple[bool, float]:
    return act.kind != "wait", act.left or 0.0


def shares_of(found: Iterable[tuple[str, str, int]]) -> list[RunningCampaign]:
    """(id, name, interested leads) of campaigns that run -> each one's part of them all."""
    known = list(found)
    total = sum(interested for _, _, interested in known)
    return [RunningCampaign(id=one, name=name, share=count / total) for one, name, count in known if total]
