"""What a plan assumes: people, leads and rates, each either measured in the house's records or guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from services.chassis.sentences import said

WORKING_DAYS = 5
WEEK_DAYS = 7
SHARE = "share"
LONGEST_WEEKS = 104
MOST_PEOPLE = 500
MOST_LEADS = 200_000


@dataclass(frozen=True)
class Assumption:
    """One figure. `seen` says of how many cases it was measured, `by_rule` that the house's own rules say so; else it
    is a guess. `low` and `high` hold 95 %.
    """

    value: float
    says: str
    unit: str = ""
    seen: int | None = None
    low: float | None = None
    high: float | None = None
    by_rule: bool = False

    @property
    def measured(self) -> bool:
        """Whether records say so."""
        return self.seen is not None


@dataclass(frozen=True)
class Assumptions:
    """Every figure of a plan but the people. Shares are 0 to 1, times minutes or days, money in the plan's currency."""

    answered: Assumption = Assumption(0.25, "Dials that somebody answers", SHARE)
    dial_minutes: Assumption = Assumption(2.5, "One dial without an answer", "minutes")
    talk_minutes: Assumption = Assumption(6.0, "A first talk, with its notes", "minutes")
    interested: Assumption = Assumption(0.06, "First talks that find interest or a hard question", SHARE)
    hand_over_minutes: Assumption = Assumption(45.0, "A manager's first work on an interested lead", "minutes")
    touches: Assumption = Assumption(5.0, "Further talks, offers and meetings until a deal is decided", "")
    touch_minutes: Assumption = Assumption(45.0, "One of them", "minutes")
    touch_gap_days: Assumption = Assumption(4.0, "Days between two of them", "days")
    open_deals: Assumption = Assumption(30.0, "Deals that a manager carries at once", "")
    won: Assumption = Assumption(0.25, "Interested leads that a manager wins, if they are talked to at once", SHARE)
    cooled_a_day: Assumption = Assumption(0.06, "Interested leads that lose interest with each day of waiting", SHARE)
    cycle_days: Assumption = Assumption(28.0, "Days between two purchases of a customer", "days")
    reminded: Assumption = Assumption(0.60, "Customers who buy again when reminded in time", SHARE)
    not_reminded: Assumption = Assumption(0.50, "Customers who buy again by themselves", SHARE)
    care_minutes: Assumption = Assumption(30.0, "A reminder, with the order and its invoice", "minutes")
    order_value: Assumption = Assumption(20_000.0, "An order", "money")
    sourced: Assumption = Assumption(0.01, "Commission on a first sale for who found it", SHARE)
    closed: Assumption = Assumption(0.04, "Commission on a first sale for who closed it", SHARE)
    kept: Assumption = Assumption(0.01, "Commission on later orders", SHARE)
    callers_win: Assumption = Assumption(0.60, "How often callers win what a manager would win", SHARE)
    managers_call: Assumption = Assumption(
        0.60, "Dials an hour of people who also close and keep, beside a caller's", SHARE
    )
    switch_minutes: Assumption = Assumption(4.0, "Lost at each change between calling, closing and keeping", "minutes")


@dataclass(frozen=True)
class People:
    """Those of one tier: how many, how long a week, and what an hour costs."""

    count: int
    hours_a_week: float
    cost_an_hour: float


@dataclass(frozen=True)
class House:
    """A department to plan: its people by tier, the leads that come, and the customers it has.

    What happens in the first `warm_up_weeks` of the weeks is not counted: a department that runs already is planned.
    """

    callers: People = People(7, 16, 120)
    managers: People = People(3, 40, 260)
    account_managers: People = People(2, 40, 220)
    weeks: int = 12
    leads: int = 4800
    customers: int = 250
    warm_up_weeks: int = 0
    assumptions: Assumptions = Assumptions()

    @property
    def people(self) -> int:
        """Everybody."""
        return self.callers.count + self.managers.count + self.account_managers.count

    @property
    def paid_hours(self) -> float:
        """Of everybody, over all weeks that count."""
        tiers = (self.callers, self.managers, self.account_managers)
        return (self.weeks - self.warm_up_weeks) * sum(tier.count * tier.hours_a_week for tier in tiers)


class PlanError(ValueError):
    """A plan that makes no sense: its first such field and why, and `also` the others."""

    def __init__(self, field: str, reason: str, also: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason, self.also = field, reason, dict(also or {})


def checked(house: House) -> House:
    """The house as given, or PlanError for the figures that make no sense."""
    wrong = {
        field: _outside(_as_typed(field, value), _as_typed(field, low), _as_typed(field, high))
        for field, value, low, high in _figures(house)
        if not low <= value <= high
    }
    if not 1 <= house.people <= MOST_PEOPLE:
        wrong.setdefault("callers.count", _crowd(f"{house.people}", f"{MOST_PEOPLE}"))
    if wrong:
        (field, reason), *others = wrong.items()
        raise PlanError(field, reason, dict(others))
    return house


def _outside(value: str, low: str, high: str) -> str:
    return said(f"{value} is not between {low} and {high}")


def _crowd(people: str, most: str) -> str:
    return said(f"all tiers together have {people} people, which is not between 1 and {most}")


def _as_typed(field: str, value: float) -> str:
    """A figure as people type it: a share in per cent."""
    share = getattr(Assumptions, field.removeprefix("assumptions."), None)
    if isinstance(share, Assumption) and share.unit == SHARE:
        return f"{value * 100:g}%"
    return f"{value:.10g}"


def _figures(house: House) -> Iterator[tuple[str, float, float, float]]:
    """Every figure by its field, with the least and the most that make sense."""
    yield "weeks", house.weeks, 1, LONGEST_WEEKS
    yield "leads", house.leads, 0, MOST_LEADS
    yield "customers", house.customers, 0, MOST_LEADS
    for tier in ("callers", "managers", "account_managers"):
        people: People = getattr(house, tier)
        yield f"{tier}.count", people.count, 0, MOST_PEOPLE
        yield f"{tier}.hours_a_week", people.hours_a_week, 1, 60
        yield f"{tier}.cost_an_hour", people.cost_an_hour, 0, 1_000_000
    for field in fields(Assumptions):
        one: Assumption = getattr(house.assumptions, field.name)
        yield f"assumptions.{field.name}", one.value, *_bounds(field.name, one.unit)


def fits(name: str, value: float) -> bool:
    """Whether an assumption may have this value."""
    low, high = _bounds(name, getattr(Assumptions(), name).unit)
    return low <= value <= high


def _bounds(name: str, unit: str) -> tuple[float, float]:
    if name == "answered":
        return 0.001, 1
    if name in ("managers_call", "callers_win"):
        return 0.05, 1.5
    if name == "open_deals":
        return 1, 1000
    bounds = {
        "share": (0.0, 1.0),
        "minutes": (0.0, 480.0),
        "days": (0.1, 1000.0),
        "money": (0.0, 1e12),
        "": (0.0, 100.0),
    }
    return (0.1, 480.0) if name == "dial_minutes" else bounds[unit]


def with_values(assumptions: Assumptions, values: dict[str, Any]) -> Assumptions:
    """These values instead, as guesses; PlanError for a name that is none."""
    known = {field.name for field in fields(Assumptions)}
    for name in values:
        if name not in known:
            raise PlanError(f"assumptions.{name}", said("there is no such assumption"))
    changed = {
        name: replace(getattr(assumptions, name), value=float(value), seen=None, low=None, high=None, by_rule=False)
        for name, value in values.items()
    }
    return replace(assumptions, **changed)
