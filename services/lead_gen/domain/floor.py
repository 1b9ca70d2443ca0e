"""The floor: who calls, pauses or waits at this moment, what becomes late, and how the campaigns go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from services.chassis.imports.jobs import Import
from services.chassis.records import Record
from services.chassis.statistics import wilson
from services.lead_gen.domain.remedies import Remedy
from services.lead_gen.domain.supply import Supply
from services.lead_gen.domain.waiting import Waiting
from services.lead_gen.domain.window import Span

Doing = Literal["talking", "dialling", "holding", "between", "waiting", "break"]

# A talk that lasts longer than this is worth a look.
LONG_TALK = timedelta(minutes=15)
# Whoever has had no lead for so long has probably found none.
SOON = timedelta(minutes=3)
# Fewer talks say nothing of a campaign's success.
ENOUGH_TALKS = 20


class OnFloor(Record):
    """A caller who is signed on: the shift, the lead in hand, the dial that runs, and what they did in this shift."""

    caller: str
    name: str
    signed_on_at: datetime
    ends_at: datetime
    break_since: datetime | None
    company: str | None
    campaign: str | None
    held_since: datetime | None
    asked_at: datetime | None
    answered_at: datetime | None
    last_call_at: datetime | None
    calls: int
    contacts: int
    interested: int
    quota: int | None

    def doing(self, now: datetime) -> tuple[Doing, datetime]:
        """What they do, and since when."""
        if self.break_since is not None:
            return "break", self.break_since
        if self.held_since is not None:
            if self.answered_at is not None:
                return "talking", self.answered_at
            return ("dialling", self.asked_at) if self.asked_at is not None else ("holding", self.held_since)
        since = max(self.signed_on_at, self.last_call_at or self.signed_on_at)
        return ("between" if now - since < SOON else "waiting"), since

    def is_long(self, now: datetime) -> bool:
        """Does this talk last unusually long?"""
        doing, since = self.doing(now)
        return doing == "talking" and now - since > LONG_TALK


class Coming(Record):
    """A caller whose shift comes, or has begun without them."""

    caller: str
    name: str
    starts_at: datetime
    ends_at: datetime


class Gone(Record):
    """Somebody who called today and is not signed on any more, with their figures of the day."""

    caller: str
    name: str
    calls: int
    contacts: int
    interested: int
    quota: int | None


class Today(Record):
    """What the floor did since midnight of the house, beside what is wanted of those who are here."""

    calls: int
    contacts: int
    interested: int
    hours: float

    @property
    def calls_per_hour(self) -> float | None:
        """By hours of work."""
        return self.calls / self.hours if self.hours > 0.1 else None

    @property
    def contact_share(self) -> float | None:
        """Conversations of calls."""
        return self.contacts / self.calls if self.calls else None


class LateCallback(Record):
    """A call that was promised for a time that is over: by a caller, or (without `caller`) by the house."""

    item_id: str | None
    lead_id: str
    company: str
    due_at: datetime
    caller: str | None
    name: str | None
    leased_by: str | None
    zone: str


class Talks(Record):
    """A campaign's talks, and how many of them found interest."""

    campaign_id: str
    talks: int
    interested: int


class CampaignOnFloor(Record):
    """A campaign with its leads in cold calling, its calls that are due, and its talks of the last 30 days.

    `untried` of those leads were never called; `next_at` is when the next call falls due of those that are not yet.
    """

    id: str
    name: str
    state: str
    script_version: int | None
    in_work: int
    due: int
    talks: int = 0
    interested: int = 0
    untried: int = 0
    next_at: datetime | None = None
    obstacle: str | None = None

    @property
    def success(self) -> tuple[float, float, float] | None:
        """Interested of talks with Wilson's 95 % interval; none while there are too few."""
        interval = wilson(self.interested, self.talks)
        if interval is None or self.talks < ENOUGH_TALKS:
            return None
        return self.interested / self.talks, *interval


class Point(Record):
    """Leads in stock after so many working hours from now, at worst, likely and at best."""

    hours: float
    low: float
    likely: float
    high: float


class Night(Record):
    """A stretch in which tier 2 does not work; `hours` are those worked before it."""

    hours: float
    ends: datetime


class Outlook(Record):
    """Supply as a curve over working hours, up to the callers' next shift."""

    points: list[Point]
    nights: list[Night]
    hours: float
    most: float


class Floor(Record):
    """Everything on the page of the floor."""

    now: datetime
    people: list[OnFloor]
    coming: list[Coming]
    gone: list[Gone]
    today: Today
    waiting: dict[str, Waiting]
    late: list[LateCallback]
    campaigns: list[CampaignOnFloor]
    imports: list[Import]
    supply: Supply
    outlook: Outlook
    remedies: list[Remedy]


def outlook(
    spans: Sequence[Span], *, stock: int, low: float, likely: float, high: float, calling_hours: float, demand: float
) -> Outlook:
    """The curve: what is found comes evenly in the hours of calling, what is taken evenly in working hours.

    `spans` are tier 2's working hours until the next shift. `low`, `likely`, `high` and `demand` are leads until then.
    """
    total = sum((end - start) / timedelta(hours=1) for start, end in spans)
    moments = sorted({0.0, total, min(calling_hours, total), *_dry(stock, likely, calling_hours, demand, total)})
    points = [
        Point(hours=at, **{name: _stock_at(at, stock, found, calling_hours, demand, total)
                           for name, found in (("low", low), ("likely", likely), ("high", high))})
        for at in moments
    ]  # fmt: skip
    nights, worked = [], 0.0
    for (start, end), (following, _) in pairwise(spans):
        worked += (end - start) / timedelta(hours=1)
        nights.append(Night(hours=worked, ends=following))
    return Outlook(points=points, nights=nights, hours=total, most=max([stock, 1, *(one.high for one in points)]))


def _stock_at(at: float, stock: int, found: float, calling_hours: float, demand: float, total: float) -> float:
    calling = min(calling_hours, total)
    come = found * (min(at, calling) / calling if calling > 0 else 1.0)
    return max(0.0, stock + come - (demand * at / total if total > 0 else 0.0))


def _dry(stock: int, found: float, calling_hours: float, demand: float, total: float) -> Iterable[float]:
    """When the likely curve reaches nothing, so that it bends there and not before."""
    steps = 96
    for step in range(1, steps + 1):
        at = total * step / steps
        if _stock_at(at, stock, found, calling_hours, demand, total) <= 0:
            return [at]
    return []
