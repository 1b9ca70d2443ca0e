"""Assumptions from the house's own records: what the three tiers' reports say, with how many cases it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from services.chassis.statistics import wilson
from services.ops.domain.planner.assumptions import Assumption, Assumptions

# Fewer cases than these say less than a guess does.
ENOUGH = 30
LONGEST_MINUTES = 60.0


def measured(
    assumptions: Assumptions,
    callers: Iterable[Mapping[str, Any]],
    team: Mapping[str, Any],
    nudges: Mapping[str, Any],
) -> Assumptions:
    """With what these reports measured; the others stay as they are.

    `callers`: items of tier 1's `/reports/callers`; `team` and `nudges`: of tier 2's `/reports/managers` and tier 3's
    `/reports/nudges`. Minutes of talks and deals are recorded by nobody, and stay guesses.
    """
    rows = list(callers)
    calls, contacts = (sum(row[name] for row in rows) for name in ("calls", "contacts"))
    found = sum(row["handed_over"] for row in rows)
    hours = sum(row["hours"] for row in rows)
    known = {
        "answered": _share(assumptions.answered, contacts, calls),
        "interested": _share(assumptions.interested, found, contacts),
        "won": _share(assumptions.won, team["won"], team["won"] + team["lost"]),
        "reminded": _share(assumptions.reminded, *_ordered(nudges["nudged"])),
        "not_reminded": _share(assumptions.not_reminded, *_ordered(nudges["held_out"])),
        "dial_minutes": _dial(assumptions, calls, contacts, hours),
    }
    return replace(assumptions, **{name: one for name, one in known.items() if one is not None})


def _ordered(group: Mapping[str, Any]) -> tuple[int, int]:
    return group["ordered"], group["customers"]


def _share(guess: Assumption, hits: int, cases: int) -> Assumption | None:
    interval = wilson(min(hits, cases), cases)
    if cases < ENOUGH or interval is None:
        return None
    # Nothing seen of something that exists is not never: the middle of what it may be.
    value = hits / cases if 0 < hits < cases else (interval[0] + interval[1]) / 2
    return replace(guess, value=value, seen=cases, low=interval[0], high=interval[1])


def _dial(assumptions: Assumptions, calls: int, contacts: int, hours: float) -> Assumption | None:
    """Minutes a dial: hours at work, less the talks, by calls; a pause between two leads is part of it."""
    if calls < ENOUGH or hours <= 0:
        return None
    minutes = (hours * 60 - contacts * assumptions.talk_minutes.value) / calls
    if not 0.1 <= minutes <= LONGEST_MINUTES:
        return None
    return replace(assumptions.dial_minutes, value=minutes, seen=calls)
