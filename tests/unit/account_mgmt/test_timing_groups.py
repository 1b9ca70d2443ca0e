"""Eight chances in ten are about eight in ten for every kind of buyer, alone in a house or beside the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from services.account_mgmt.domain.timing import forecast
from services.account_mgmt.domain.timing.history import log_of

BEGINS = date(2024, 1, 1)
JANUARY, AUGUST = date(2026, 1, 15), date(2025, 8, 15)
_ENDS = 1_500
Chance = np.random.Generator
Gap = Callable[[int, int], float]


def bought(chance: Chance, gap: Gap, first: int, stays: float = 1.0) -> list[int]:
    """Days of purchase: `gap(day, number)` after each, until they leave."""
    found = [first]
    while found[-1] < _ENDS and (stays == 1 or chance.random() < stays):
        found.append(found[-1] + max(1, round(gap(found[-1], len(found) - 1))))
    return found


def regular(chance: Chance) -> list[int]:
    mean = chance.uniform(14, 60)
    return bought(chance, lambda *_: chance.normal(mean, 0.2 * mean), int(chance.integers(0, 400)))


def growing(chance: Chance) -> list[int]:
    gap, pace = chance.uniform(40, 70), chance.uniform(0.9, 0.96)
    rule: Gap = lambda _, n: max(5, gap * pace**n * chance.uniform(0.9, 1.1))  # noqa: E731
    return bought(chance, rule, int(chance.integers(0, 300)))


def slowing(chance: Chance) -> list[int]:
    gap, pace = chance.uniform(10, 20), chance.uniform(1.04, 1.1)
    return bought(chance, lambda _, n: gap * pace**n * chance.uniform(0.9, 1.1), int(chance.integers(0, 300)))


def seasonal(chance: Chance) -> list[int]:
    """Weekly from April to September."""
    mean = chance.uniform(5, 12)

    def gap(day: int, _: int) -> float:
        after = day + chance.normal(mean, 1.5)
        on = BEGINS + timedelta(days=int(after))
        if 4 <= on.month <= 9:
            return after - day
        spring = date(on.year + (on.month > 9), 4, 1)
        return (spring - BEGINS).days - day + chance.uniform(0, 10)

    return bought(chance, gap, (date(2024, 4, 1) - BEGINS).days + int(chance.integers(0, 30)))


def at_random(chance: Chance) -> list[int]:
    mean = chance.uniform(20, 90)
    return bought(chance, lambda *_: chance.exponential(mean), int(chance.integers(0, 400)), stays=0.93)


def once(chance: Chance) -> list[int]:
    return [int(chance.integers(0, 700))]


KINDS = {one.__name__: one for one in (regular, growing, slowing, seasonal, at_random, once)}


class House:
    """An organisation of so many customers of each of these kinds, as predicted on one day."""

    def __init__(self, kinds: list[str], each: int, today: date) -> None:
        chance = np.random.default_rng(11)
        days = {f"{kind} {number}": KINDS[kind](chance) for kind in kinds for number in range(each)}
        now = (today - BEGINS).days
        known = {name: [BEGINS + timedelta(days=day) for day in found if day <= now] for name, found in days.items()}
        log = log_of({name: found for name, found in known.items() if found}, today)
        self.told = forecast.foretell(forecast.fit(log, today), log, today, usual_weeks=4.0)
        self.ids = np.array(log.ids)
        self.next = np.array([min((day for day in days[name] if day > now), default=0) - now for name in log.ids])

    def of(self, kind: str) -> np.ndarray:
        """Whose kind this is."""
        return np.array([name.startswith(kind) for name in self.ids])

    def covered(self, kind: str) -> float:
        """The share of those who come again whose day lies between low and high."""
        mine = self.of(kind) & (self.next > 0)
        low, high = self.told.low[mine] * 7 - 0.5, self.told.high[mine] * 7 + 0.5
        return float(((low <= self.next[mine]) & (self.next[mine] <= high)).mean())


@pytest.fixture(scope="module")
def winter() -> House:
    return House(list(KINDS), 150, JANUARY)


@pytest.mark.parametrize("kind", ["regular", "growing", "slowing", "seasonal", "at_random"])
def test_alone_in_a_house_eight_in_ten_fall_between_low_and_high(kind: str) -> None:
    assert 0.68 <= House([kind], 300, JANUARY).covered(kind) <= 0.92


@pytest.mark.parametrize("kind", ["regular", "growing", "slowing", "seasonal", "at_random"])
def test_beside_the_others_too(winter: House, kind: str) -> None:
    assert 0.6 <= winter.covered(kind) <= 0.97


def test_who_buys_in_summer_is_not_given_up_in_winter(winter: House) -> None:
    mine = winter.of("seasonal")
    assert winter.told.p_alive[mine].mean() > 0.8
    assert winter.told.p_buys[mine].mean() < 0.1
    spring = (date(2026, 4, 1) - JANUARY).days
    assert abs(np.median(winter.told.middle[mine] * 7) - spring) < 10


def test_who_bought_once_and_long_ago_is_not_taken_for_a_customer(winter: House) -> None:
    long_ago = winter.of("once") & (winter.told.of.since > 52)
    assert winter.told.p_alive[long_ago].mean() < 0.35
    assert winter.told.p_buys[winter.of("once")].mean() < 0.1


def test_who_buys_ever_sooner_or_later_is_expected_accordingly(winter: House) -> None:
    for kind in ("growing", "slowing"):
        mine = winter.of(kind)
        assert abs(np.median(winter.next[mine] - winter.told.middle[mine] * 7)) < 3


def test_in_season_the_summer_buyers_are_expected_within_days() -> None:
    house = House(list(KINDS), 100, AUGUST)
    mine = house.of("seasonal")
    assert house.told.p_buys[mine].mean() > 0.9
    assert np.abs(house.next[mine] - house.told.middle[mine] * 7).mean() < 5
