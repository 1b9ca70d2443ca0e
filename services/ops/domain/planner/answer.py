"""A plan's answer as plain values, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from services.ops.domain.planner.assumptions import House
from services.ops.domain.planner.headcount import Headcount
from services.ops.domain.planner.summary import Run, classic_wins, compare
from services.ops.domain.planner.verdict import judge, verdict


def as_dict(house: House, runs: Sequence[Run], seed: int, headcount: Headcount | None) -> dict[str, Any]:
    """The verdict, each figure of both departments with its intervals, and the people for a goal. Shares are 0 to 1."""
    comparisons = compare(runs)
    wins = classic_wins(runs)
    return {
        "verdict": verdict(comparisons, wins),
        "judgement": judge(comparisons, wins),
        "seed": seed,
        "runs": len(runs),
        "house": asdict(house),
        "classic_wins": wins,
        "figures": [
            {
                "name": one.figure.name,
                "says": one.figure.says,
                "unit": one.figure.unit,
                "better": one.figure.better,
                "classic": asdict(one.classic) if one.classic else None,
                "three_tier": asdict(one.three_tier) if one.three_tier else None,
                "change": asdict(one.change) if one.change else None,
                "told_apart": one.told_apart,
            }
            for one in comparisons
        ],
        "headcount": asdict(headcount) if headcount else None,
    }
