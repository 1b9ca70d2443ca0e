"""Stages of a deal: in which ones it can be worked, how it advances, and what a stage asks for before it is entered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from services.chassis.errors import Conflict
from services.chassis.sentences import said
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
FIRST_CONTACT = said("first contact")
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


def entered(current: Stage, wanted: Stage) -> tuple[Stage, ...]:
    """The stages a deal enters on its way to `wanted`, that one last: whatever is passed over is entered too."""
    path = (*PATH, Stage.WON)
    return (*path[path.index(current) + 1 : path.index(wanted)], wanted)


def lacking(
    current: Stage, wanted: Stage, facts: Mapping[str, Any] | None, entry: Mapping[Stage, Collection[str]]
) -> dict[Stage, list[str]]:
    """What is not known or done yet of what the stages on the way to `wanted` ask for, by stage."""
    found = {stage: missing(facts, entry.get(stage, ())) for stage in entered(current, wanted)}
    return {stage: names for stage, names in found.items() if names}


def furthest(
    current: Stage, wanted: Stage, facts: Mapping[str, Any] | None, entry: Mapping[Stage, Collection[str]]
) -> Stage:
    """How far on its way to `wanted` a deal may go: a step that is no jump moves it so far and is not refused."""
    reached = current
    for stage in entered(current, advance(current, wanted)):
        if missing(facts, entry.get(stage, ())):
            break
        reached = stage
    return advance(current, reached)


def check_entry(
    current: Stage, wanted: Stage, facts: Mapping[str, Any] | None, entry: Mapping[Stage, Collection[str]]
) -> None:
    """Raise Conflict `not_qualified` when a stage that would be entered asks for what is not known or done yet."""
    by_stage = lacking(current, wanted, facts, entry)
    if by_stage:
        told = "; ".join(f"{', '.join(map(in_words, names))} (for {stage.value})" for stage, names in by_stage.items())
        raise Conflict(
            f"before {wanted.value}, this is still missing: {told}",
            code="not_qualified",
            detail={
                "stage": wanted.value,
                "missing": missing({}, {name for names in by_stage.values() for name in names}),
                "missing_by_stage": {stage.value: names for stage, names in by_stage.items()},
            },
        )


def deeds(meetings: Collection[str], offers: Collection[str]) -> dict[str, bool]:
    """Which of DEEDS are done, by the states of a deal's meetings and offers."""
    return {
        "meeting_held": "held" in meetings,
        "offer_sent": not {"sent", "accepted"}.isdisjoint(offers),
        "offer_accepted": "accepted" in offers,
    }


def in_words(name: str) -> str:
    """A fact or a deed as people say it."""
    return name.replace("_", " ")


def to_find_out(unknown: Sequence[str]) -> str:
    """The next step while these facts are missing, as a manager says it."""
    words = [ASKED.get(name, f"the {in_words(name)}") for name in unknown]
    wanted = f"{', '.join(words[:-1])}{' and ' if words[1:] else ''}{words[-1]}"
    return said(f"find out {wanted}")
