"""The comparison of nudges as rows of a table: both sides, and what their difference says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.account_mgmt.domain.reports import NudgeComparison
from services.chassis.reports.tables import ENOUGH, Share

Verdict = Literal["works", "harms", "open"]


@dataclass(frozen=True)
class NudgeSide:
    """One side: those who were reminded, or those who were held out."""

    key: Literal["nudged", "held_out"]
    customers: int
    ordered: int


@dataclass(frozen=True)
class Difference:
    """Share of the reminded minus share of those held out, and what it says."""

    verdict: Verdict
    difference: Share


def both_sides(found: NudgeComparison) -> list[NudgeSide]:
    """Those who were reminded, then those who were not."""
    if not (found.nudged.customers or found.held_out.customers):
        return []
    return [
        NudgeSide("nudged", found.nudged.customers, found.nudged.ordered),
        NudgeSide("held_out", found.held_out.customers, found.held_out.ordered),
    ]


def difference_of(found: NudgeComparison) -> list[Difference]:
    """One row, or none while a side is empty."""
    if found.difference is None or found.interval is None:
        return []
    low, high = found.interval
    few = min(found.nudged.customers, found.held_out.customers) < ENOUGH
    verdict: Literal["works", "harms", "open"] = (
        "works" if low > 0 and not few else "harms" if high < 0 and not few else "open"
    )
    return [Difference(verdict, Share(found.difference, low, high, few))]
