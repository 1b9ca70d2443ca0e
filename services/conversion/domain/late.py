"""Why something is late in tier 2, and the one safe act."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.chassis.lateness import Late, LateRow, late_answer, late_mails
from services.chassis.records import Record
from services.chassis.stories import spoken, typed
from workflows.contracts.base import Tier


class Staff(Record):
    """How many managers are there, not away, and how many of them have room for one more lead."""

    there: int
    free: int


Explained = tuple[str, str, str]
"""What should have happened, the cause, the act."""


def _hand_over(row: LateRow, _: Staff) -> Explained:
    return (
        f"{row.who or 'the supervisor'} should have accepted or declined, and the next manager been asked",
        f"{row.who or 'nobody'} has not answered, and the workflow has not taken the offer back",
        "see that tier 2's worker runs; it asks the next manager by itself",
    )


def _waits(_: LateRow, staff: Staff) -> Explained:
    words = "a manager should have been found for this lead"
    if not staff.there:
        return words, "no manager is at work", "have a manager come back from their absence, or add one"
    if not staff.free:
        return words, f"all {staff.there} managers are full", "raise a manager's capacity, or give it to one (reassign)"
    return words, "of those who are free nobody fits, or it is out of hours", "give it to somebody (reassign)"


def _nobodys(_: LateRow, __: Staff) -> Explained:
    return (
        "somebody should have taken this lead",
        "the managers who were asked declined or did not answer, and the supervisor has not decided",
        "ask tier 2's supervisor to give it to somebody",
    )


def _owners(row: LateRow, words: str) -> Explained:
    """Something that the owner has: they are away, or late."""
    if row.facts.get("away"):
        return words, f"{row.who} is away", "give the deal to somebody who is there (reassign)"
    return words, f"{row.who} has it and is late", f"ask {row.who}; if they cannot, give it to somebody else (reassign)"


_KINDS: Mapping[str, Callable[[LateRow, Staff], Explained]] = {
    "hand_over": _hand_over,
    "hand_over_waits": _waits,
    "hand_over_nobodys": _nobodys,
    "next_step": lambda row, _: _owners(row, f"the next step should have been done: {typed(row.facts['what'])}"),
    "stale": lambda row, _: _owners(row, f"the deal should have moved on from {spoken(row.facts['stage'])}"),
    "meeting": lambda row, _: _owners(row, "what came of the meeting should have been said"),
    "promise": lambda row, _: (
        _owners(row, "they were promised a call by now")
        if row.who
        else ("they were promised a call by now", "no manager has the lead yet", "ask tier 2's supervisor to call them")
    ),
    "approval": lambda row, _: (
        f"offer {row.facts['number']} should have been approved or not",
        "no supervisor has decided",
        "ask tier 2's supervisor to decide",
    ),
}
_REASSIGN = "(reassign)"
_BY_WORKFLOW = frozenset({"hand_over"})


def explained(row: LateRow, staff: Staff) -> Late:
    """A late row with its cause and its safe act."""
    if row.kind == "mails":
        return late_mails(row, Tier.CONVERSION)
    if row.kind not in _KINDS:
        return late_answer(row, Tier.CONVERSION)
    words, cause, act = _KINDS[row.kind](row, staff)
    return Late(
        tier=Tier.CONVERSION, words=words, cause=cause, act=act, by_workflow=row.kind in _BY_WORKFLOW,
        does="reassign" if _REASSIGN in act else None,
        **row.model_dump(exclude={"facts"}),
    )  # fmt: skip
