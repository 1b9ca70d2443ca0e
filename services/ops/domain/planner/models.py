"""Two departments: the classic one, where everybody does all tiers' work for his clients, and the one of three tiers.

The people and their hours are the same. What differs stands in `Assumptions`: who closes and keeps as well dials slower
and loses time at each change of work, and callers win less often than managers do.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from heapq import heapify, heapreplace
from itertools import cycle
from typing import Literal

from simpy import Environment

from services.ops.domain.planner.assumptions import House
from services.ops.domain.planner.department import CallList, Person, Stock, Tally, live_through, shifts
from services.ops.domain.planner.luck import DAY, Luck

Model = Literal["classic", "three-tier"]
MODELS: tuple[Model, ...] = ("classic", "three-tier")


def run_once(house: House, model: Model, luck: Luck) -> Tally:
    """One department through all weeks with this luck."""
    tally = Tally()
    people = (_classic if model == "classic" else _three_tier)(house, luck, Environment(), tally)
    if people:
        live_through(house, people)
    return tally


def _classic(house: House, luck: Luck, env: Environment, tally: Tally) -> list[Person]:
    people: list[Person] = []
    rates = luck.rates
    for tier, wins, dials in (
        (house.callers, rates["callers_win"], 1.0),
        (house.managers, 1.0, rates["managers_call"]),
        (house.account_managers, 1.0, rates["managers_call"]),
    ):
        for number in range(tier.count):
            one = Person(env, luck, tally, shifts(tier, number, house.weeks), CallList(), wins=wins, dials=dials)
            one.stock = one.hands_over_to = Stock()
            one.keeps, one.switch = True, rates["switch_minutes"]
            one.keeper = lambda one=one: one
            people.append(one)
    _share_leads(house, people)
    _share_customers(house, luck, people)
    return people


def _three_tier(house: House, luck: Luck, env: Environment, tally: Tally) -> list[Person]:
    calls, stock = CallList(deque(range(house.leads))), Stock()
    callers = [
        Person(env, luck, tally, shifts(house.callers, number, house.weeks), calls, stock)
        for number in range(house.callers.count)
    ]
    managers = [
        Person(env, luck, tally, shifts(house.managers, number, house.weeks), stock=stock)
        for number in range(house.managers.count)
    ]
    keepers = [
        Person(env, luck, tally, shifts(house.account_managers, number, house.weeks), keeps=True, stock=Stock())
        for number in range(house.account_managers.count)
    ]
    if keepers:
        turn = cycle(keepers)
        for manager in managers:
            manager.keeper = lambda: next(turn)
    _share_customers(house, luck, keepers)
    return [*callers, *managers, *keepers]


def _share_leads(house: House, people: list[Person]) -> None:
    """By the hours that each one works, as a house would deal them out."""
    for person, leads in zip(people, _dealt(house), strict=True):
        person.calls = CallList(deque(leads))


@lru_cache(maxsize=4)
def _dealt(house: House) -> tuple[tuple[int, ...], ...]:
    tiers = (house.callers, house.managers, house.account_managers)
    hours = [tier.hours_a_week for tier in tiers for _ in range(tier.count)]
    hands = [(1 / one, number) for number, one in enumerate(hours)]
    heapify(hands)
    dealt: list[list[int]] = [[] for _ in hours]
    for lead in range(house.leads):
        share, number = hands[0]
        dealt[number].append(lead)
        heapreplace(hands, (share + 1 / hours[number], number))
    return tuple(map(tuple, dealt))


def _share_customers(house: House, luck: Luck, people: list[Person]) -> None:
    """Those the house has already, in turn; they come due evenly over their first cycle."""
    if not people:
        return
    for number in range(house.customers):
        customer = house.leads + number
        first = luck.pool[number % len(luck.pool)] * luck.rates["cycle_days"] * DAY
        people[number % len(people)].keep(customer, first)
