"""Stages of a deal: in which ones it can be worked, how it advances, and what a stage asks for before it is entered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.chassis.errors import Conflict
from workflows.contracts.conversion import Stage

PATH = (
    Stage.OFFERED,
    Stage.ACCEPTED,
    Stage.INFORMING,
    Stage.QUALIFIED,
    Stage.MEETING,
    Stage.OFFER,
    Stage.NEGOTIATING,
)
"""The way of a deal; it never goes back on it, except through sleep."""

WORKED = frozenset(PATH[1:])
"""Stages in which a manager works on the deal."""

FINAL = frozenset({Stage.WON, Stage.LOST})
FACTS = ("need", "volume", "authority", "timing", "current_supplier")


def advance(current: Stage, wanted: Stage) -> Stage:
    """The later of the two: a step that belongs to an earlier stage does not throw a deal back."""
    return max(current, wanted, key=PATH.index)


def require(current: Stage, allowed: Collection[Stage]) -> None:
    """Raise Conflict `wrong_state` with the present stage unless it is one of `allowed`."""
    if current not in allowed:
        raise Conflict(f"the deal is {current}", code="wrong_state", detail={"stage": current.value})


def missing(facts: Mapping[str, Any] | None, needed: Collection[str]) -> list[str]:
    """Facts that are not known yet, in the order in which people ask for them."""
    return [name for name in FACTS if name in needed and not (facts or {}).get(name)]


def check_entry(stage: Stage, facts: Mapping[str, Any] | None, needed: Collection[str]) -> None:
    """Raise Conflict `not_qualified` when the qualification lacks what this stage asks for."""
    lacking = missing(facts, needed)
    if lacking:
        raise Conflict(
            f"before {stage.value}, the qualification must say: {', '.join(lacking)}",
            code="not_qualified",
            detail={"stage": stage.value, "missing": lacking},
        )
