"""A customer's rhythm as a picture: where the dots, the band of the expected date and today stand on a line of time.

Only places are reckoned here; the template draws them, and says the same in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from babel.dates import format_skeleton

from services.account_mgmt.domain.customer_desk import CustomerDesk, PastOrder
from services.chassis.web.formats import Formats

WIDTH = 640
"""Of the picture, in its own units."""
_MOST_DOTS = 14
_SMALLEST, _LARGEST = 3.5, 7.5
# Left and right of the line, so that no dot is cut.
_MARGIN = 10.0
# The months to come are drawn no longer than this share of what has been.
_AHEAD = 0.4
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Mark:
    """A place on the line, with its word, and on which side of the place the word stands."""

    x: float
    text: str = ""
    anchor: Anchor = "middle"


@dataclass(frozen=True)
class Dot:
    """An order: the larger, the more it was worth."""

    x: float
    radius: float


@dataclass(frozen=True)
class Rhythm:
    """The picture. `band` is (from, to), in which eight of ten such orders come; none while nothing is expected."""

    dots: list[Dot]
    ticks: list[Mark]
    today: Mark
    expected: Mark | None
    band: tuple[float, float] | None


def rhythm_of(desk: CustomerDesk, fmt: Formats) -> Rhythm | None:
    """The picture for one reader; none for a customer who has never ordered."""
    orders = desk.facts.orders[-_MOST_DOTS:]
    if not orders:
        return None
    known = desk.card.rhythm
    expected, between = known["next_expected_at"], known["between"]
    line = _Line(orders[0].placed_at, _end(orders[0].placed_at, fmt.now, expected, between and between[1]))
    return Rhythm(
        dots=[Dot(line.x(one.placed_at), radius) for one, radius in _sized(orders)],
        ticks=[Mark(line.x(at), text) for at, text in _ticks(line.start, line.end, fmt)],
        today=line.mark(fmt.now),
        expected=line.mark(expected, fmt.day(expected)) if expected else None,
        band=(line.x(between[0]), line.x(between[1])) if between else None,
    )


@dataclass(frozen=True)
class _Line:
    """The line of time, from the first order drawn to where the next one may be."""

    start: datetime
    end: datetime

    def x(self, moment: datetime) -> float:
        """Where a moment stands, within the picture."""
        share = (moment - self.start) / (self.end - self.start)
        return round(_MARGIN + (WIDTH - 2 * _MARGIN) * min(1.0, max(0.0, share)), 1)

    def mark(self, moment: datetime, text: str = "") -> Mark:
        """A moment with its word; near an end it is written towards the middle."""
        x = self.x(moment)
        return Mark(x, text, "start" if x < 60 else "end" if x > WIDTH - 60 else "middle")


def _end(start: datetime, now: datetime, expected: datetime | None, latest: datetime | None) -> datetime:
    """As far as the next order may be, but never so far that the past is squeezed together."""
    past = max(now - start, timedelta(seconds=60))
    wanted = max(now, expected or now, latest or now)
    return min(wanted, now + past * _AHEAD) + past * 0.05


def _sized(orders: list[PastOrder]) -> Iterator[tuple[PastOrder, float]]:
    """Orders with the radius of their dots: its square goes by the worth."""
    most = max(order.total for order in orders) or 1
    for order in orders:
        share = float(order.total / most) ** 0.5
        yield order, round(_SMALLEST + (_LARGEST - _SMALLEST) * share, 1)


def _ticks(start: datetime, end: datetime, fmt: Formats) -> Iterator[tuple[datetime, str]]:
    """Months; days or the time of day where that is too short for months. At most a dozen."""
    length = end - start
    if length > timedelta(days=45):
        yield from _months(start, end, fmt)
        return
    step = length / 5
    for number in range(5):
        at = start + step * number + step / 2
        yield at, fmt.day(at) if length > timedelta(days=3) else fmt.clock(at)


def _months(start: datetime, end: datetime, fmt: Formats) -> Iterator[tuple[datetime, str]]:
    first = start.astimezone(fmt.zone)
    months = (end - start).days / 30.4
    every = max(1, round(months / 11 + 0.5)) if months > 11 else 1
    count = first.year * 12 + first.month
    while True:
        at = datetime(count // 12, count % 12 + 1, 1, tzinfo=fmt.zone).astimezone(UTC)
        if at > end:
            return
        local = at.astimezone(fmt.zone)
        yield at, str(local.year) if local.month == 1 else str(format_skeleton("MMM", local, locale=fmt.locale))
        count += every
