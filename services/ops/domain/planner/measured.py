"""Assumptions from the house's own records and rules, which the three tiers tell in `/v1/reports/rates`, with how
many cases each rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.chassis.statistics import wilson
from services.ops.domain.planner.assumptions import (
    MOST_LEADS,
    MOST_PEOPLE,
    WEEK_DAYS,
    Assumption,
    Assumptions,
    House,
    fits,
)
from workflows.contracts.base import Tier

# Fewer cases than these say less than a guess does.
ENOUGH = 30
# A pause between two dials that is longer is no part of the work, and nobody has said yes in less than half a minute.
LONGEST_DIAL = 60.0
SHORTEST_DIAL, SHORTEST_TALK = 0.1, 0.5
_STAFF = {Tier.LEAD_GEN: "callers", Tier.CONVERSION: "managers", Tier.ACCOUNT_MGMT: "account_managers"}


@dataclass(frozen=True)
class Known:
    """What the tiers say of the house: its rates, who works there, and how much there is to do.

    `heads` goes by the plan's names, `leads_a_week` are those called for the first time; what nobody could say is left
    out, or null.
    """

    rates: Assumptions = field(default_factory=Assumptions)
    heads: Mapping[str, int] = field(default_factory=dict)
    leads_a_week: float | None = None
    customers: int | None = None


def known(told: Mapping[Tier, Mapping[str, Any]], days: int) -> Known:
    """What those tiers have told that could be asked; their counts are those of so many days."""
    calls, deals, care = (told.get(tier) for tier in _STAFF)
    rates = Assumptions()
    found: dict[str, Assumption | None] = {}
    if calls:
        found |= _of_calls(rates, calls)
    if deals:
        found |= _of_deals(rates, deals)
    if care:
        found |= _of_care(rates, care)
    measured = {name: one for name, one in found.items() if one is not None and fits(name, one.value)}
    return Known(
        rates=replace(rates, **measured),
        heads={_STAFF[tier]: one["people"] for tier, one in told.items() if one["people"]},
        leads_a_week=calls["new_leads"] / days * WEEK_DAYS if calls and calls["new_leads"] >= ENOUGH else None,
        customers=care["customers"] if care and care["customers"] else None,
    )


def house_of(known: Known, weeks: int = House.weeks) -> House:
    """The house as it is known, to plan so many weeks; what is not known is as in any plan."""
    usual = House(weeks=weeks, assumptions=known.rates)
    people = {tier: replace(getattr(usual, tier), count=min(count, MOST_PEOPLE)) for tier, count in known.heads.items()}
    leads = usual.leads if known.leads_a_week is None else round(known.leads_a_week * weeks)
    customers = usual.customers if known.customers is None else known.customers
    return replace(usual, leads=min(leads, MOST_LEADS), customers=min(customers, MOST_LEADS), **people)


def _of_calls(guess: Assumptions, told: Mapping[str, Any]) -> dict[str, Assumption | None]:
    talk = _mean(guess.talk_minutes, told["talk_minutes"], told["talks"])
    talk = talk if talk and talk.value >= SHORTEST_TALK else None
    return {
        "answered": _share(guess.answered, told["contacts"], told["calls"]),
        "interested": _share(guess.interested, told["handed_over"], told["contacts"]),
        "talk_minutes": talk,
        "dial_minutes": _dial(guess.dial_minutes, told, (talk or guess.talk_minutes).value),
    }


def _of_deals(guess: Assumptions, told: Mapping[str, Any]) -> dict[str, Assumption | None]:
    by_rule = {name: _rule(getattr(guess, name), share) for name, share in told["commission"].items()}
    open_deals = told["open_deals"]
    return {
        "won": _share(guess.won, told["won"], told["won"] + told["lost"]),
        "touches": _mean(guess.touches, told["touches"], told["decided"]),
        "touch_gap_days": _mean(guess.touch_gap_days, told["touch_gap_days"], told["decided"]),
        "open_deals": _rule(guess.open_deals, open_deals) if open_deals else None,
        **by_rule,
    }


def _of_care(guess: Assumptions, told: Mapping[str, Any]) -> dict[str, Assumption | None]:
    return {
        "reminded": _share(guess.reminded, *_ordered(told["nudged"])),
        "not_reminded": _share(guess.not_reminded, *_ordered(told["held_out"])),
        "cycle_days": _mean(guess.cycle_days, told["cycle_days"], told["gaps"]),
        "order_value": _mean(guess.order_value, told["order_value"], told["orders"]),
    }


def _ordered(group: Mapping[str, Any]) -> tuple[int, int]:
    return group["ordered"], group["customers"]


def _share(guess: Assumption, hits: int, cases: int) -> Assumption | None:
    interval = wilson(min(hits, cases), cases)
    if cases < ENOUGH or interval is None:
        return None
    # Nothing seen of something that exists is not never: the middle of what it may be.
    value = hits / cases if 0 < hits < cases else (interval[0] + interval[1]) / 2
    return replace(guess, value=value, seen=cases, low=interval[0], high=interval[1])


def _mean(guess: Assumption, value: float | None, cases: int) -> Assumption | None:
    return replace(guess, value=value, seen=cases) if value is not None and cases >= ENOUGH else None


def _rule(guess: Assumption, value: float) -> Assumption:
    return replace(guess, value=value, by_rule=True)


def _dial(guess: Assumption, told: Mapping[str, Any], talk_minutes: float) -> Assumption | None:
    """Minutes a dial: hours at work, less the talks, by calls. Pauses and notes after a talk are in it."""
    if told["calls"] < ENOUGH or told["hours"] <= 0:
        return None
    minutes = (told["hours"] * 60 - told["contacts"] * talk_minutes) / told["calls"]
    return replace(guess, value=minutes, seen=told["calls"]) if SHORTEST_DIAL <= minutes <= LONGEST_DIAL else None
