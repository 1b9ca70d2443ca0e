"""The figures that departments are compared by, from one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.ops.domain.planner.assumptions import House
from services.ops.domain.planner.department import Tally
from services.ops.domain.planner.luck import Luck


@dataclass(frozen=True)
class _Seen:
    house: House
    luck: Luck
    tally: Tally


@dataclass(frozen=True)
class Figure:
    """A column of the comparison. `better` says which way is good; none: neither is, by itself."""

    name: str
    says: str
    unit: str
    better: str | None
    of: Callable[[_Seen], float | None]


def _per(total: float, count: float) -> float | None:
    return total / count if count else None


def _commission(seen: _Seen) -> float:
    rates, tally = seen.luck.rates, seen.tally
    return rates["order_value"] * ((rates["sourced"] + rates["closed"]) * tally.sales + rates["kept"] * tally.orders)


def _cost(seen: _Seen) -> float | None:
    """Wages but those of the time spent on customers one has, and the commission on first sales, by first sale."""
    house, rates, tally = seen.house, seen.luck.rates, seen.tally
    tiers = (house.callers, house.managers, house.account_managers)
    weeks = house.weeks - house.warm_up_weeks
    wages = weeks * sum(tier.count * tier.hours_a_week * tier.cost_an_hour for tier in tiers)
    keeping = tally.keeping / 60 / house.paid_hours if house.paid_hours else 0.0
    return _per(
        wages * (1 - min(keeping, 1.0)) + rates["order_value"] * (rates["sourced"] + rates["closed"]) * tally.sales,
        tally.sales,
    )


def _hours(minutes: float, count: int) -> float | None:
    return _per(minutes / 60, count)


FIGURES: tuple[Figure, ...] = (
    Figure("sales", "First sales", "deals", "more", lambda seen: float(seen.tally.sales)),
    Figure("orders", "Orders of kept customers", "orders", "more", lambda seen: float(seen.tally.orders)),
    Figure("cost", "Cost of a first sale", "money", "less", _cost),
    Figure("age", "Age of a lead at its first talk", "hours", "less", lambda s: _hours(s.tally.age, s.tally.talks)),
    Figure("wait", "Wait of an interested lead", "hours", "less", lambda s: _hours(s.tally.waits, s.tally.met)),
    Figure("idle", "Time without work", "%", "less", lambda s: _per(s.tally.idle / 0.6, s.house.paid_hours)),
    Figure("commission", "Commission paid", "money", None, _commission),
)


def figures_of(house: House, luck: Luck, tally: Tally) -> dict[str, float | None]:
    """Every figure of one run; none where nothing happened that it could be told of."""
    seen = _Seen(house, luck, tally)
    return {figure.name: figure.of(seen) for figure in FIGURES}
