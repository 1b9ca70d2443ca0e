"""Stages of a deal: in which ones it can be worked, how it advances, and what a stage asks for before it is entered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

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
"""The path of a deal: it only moves forward, except through sleep."""

WORKED = frozenset(PATH[1:])
"""Stages in which a manager works on the deal."""

FINAL = frozenset({Stage.WON, Stage.LOST})
FIRST_CONTACT = "first contact"
"""What a new owner does first, when nobody has asked for anything."""

PromiseState = Literal["open", "kept", "late"]
DEEDS = ("meeting_held", "offer_sent", "offer_accepted")
FACTS = ("need", "volume", "products", "authority", "timing", "current_supplier")
ASKED = {"products": "the routes", "authority": "who signs", "current_supplier": "the present supplier"}
"""What a manager asks for, where it is not the fact's own name."""


def advance(current: Stage, wanted: Stage) -> Stage:
    """The later of the two: a step of an earlier stage does not move a deal back."""
    return max(current, wanted, key=PATH.index)


def kept(promise: PromiseState | None, promised_by: datetime | None, at: datetime) -> PromiseState | None:
    """What becomes of a promise when somebody speaks with the lead; one already kept or late stays so."""
    if promise != "open" or promised_by is None:
        return promise
    return "kept" if at <= promised_by else "late"


def require(current: Stage, allowed: Collection[Stage]) -> None:
    """Raise Conflict `wrong_state` with the present stage unless it is one of `allowed`."""
    if current not in allowed:
        raise Conflict(f"the deal is {current}", code="wrong_state", detail={"stage": current.value})


def missing(facts: Mapping[str, Any] | None, needed: Collection[str]) -> list[str]:
    """Facts not yet known and things not yet done, in the order in which people usually get to them."""
    return [name for name in (*FACTS, *DEEDS) if name in needed and not (facts or {}).get(name)]


def check_entry(stage: Stage, facts: Mapping[str, Any] | None, needed: Collection[str]) -> None:
    """Raise Conflict `not_qualified` when something this stage asks for is not known or done yet."""
    lacking = missing(facts, needed)
    if lacking:
        raise Conflict(
            f"before {stage.value}, this is still missing: {', '.join(lacking)}",
            code="not_qualified",
            detail={"stage": stage.value, "missing": lacking},
        )


def to_find_out(lacking: Sequence[str]) -> str:
    """The next step while these facts are missing, as a manager says it."""
    words = [ASKED.get(name, f"the {name.replace('_', ' ')}") for name in lacking]
    return f"find out {', '.join(words[:-1])}{' and ' if words[1:] else ''}{words[-1]}"
