"""Why something is late in tier 3, and the one safe act."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.chassis.lateness import Late, LateRow, late_answer, late_file, late_mails
from workflows.contracts.base import Tier

Explained = tuple[str, str, str]
"""What should have happened, the cause, the act."""

_WORK = {
    "complaint": "their complaint should have been answered",
    "risk": "somebody should have found out whether they are leaving",
    "inbound": "they called and should have been called back",
    "dunning": "somebody should have asked for payment",
    "debt": "a supervisor should have decided about a debt",
    "mail": "somebody should have looked at a mail that did not arrive",
    "reply": "their mail should have been answered",
    "contract": "somebody should have looked at an invoice that did not go out",
}


def _owners(row: LateRow, words: str) -> Explained:
    if row.who is None:
        return words, "nobody in particular has it", "ask tier 3's supervisor to give it to somebody"
    if row.facts.get("away"):
        return words, f"{row.who} is away", "give the customer to somebody who is there (reassign)"
    return words, f"{row.who} has it and is late", f"ask {row.who}; if they cannot, give it to somebody else (reassign)"


_BY_ITSELF = "see that tier 3's worker runs; then it happens by itself"
_KINDS: Mapping[str, Callable[[LateRow], Explained]] = {
    "nudge": lambda row: _owners(row, "they should have been asked about their next purchase"),
    "nudge_unopened": lambda _: (
        "the reminder of their next purchase should have been opened", "their workflow has not done it", _BY_ITSELF),
    "dunning": lambda row: (
        f"the next payment reminder of {row.facts['number']} should have gone out", "their workflow has not done it",
        _BY_ITSELF),
    "work": lambda row: _owners(row, _WORK.get(row.facts["kind"], "open work should have been done")),
    "unassigned": lambda _: (
        "they should have an account manager", "no account manager has room for them",
        "raise somebody's capacity, or give them the customer (reassign)"),
}  # fmt: skip
_REASSIGN = "(reassign)"
_BY_WORKFLOW = frozenset({"nudge_unopened", "dunning"})


def explained(row: LateRow) -> Late:
    """A late row with its cause and its safe act."""
    if row.kind == "import":
        return late_file(row, Tier.ACCOUNT_MGMT, "a file of customers should have been taken in")
    if row.kind == "mails":
        return late_mails(row, Tier.ACCOUNT_MGMT)
    if row.kind not in _KINDS:
        return late_answer(row, Tier.ACCOUNT_MGMT)
    words, cause, act = _KINDS[row.kind](row)
    return Late(
        tier=Tier.ACCOUNT_MGMT, words=words, cause=cause, act=act, by_workflow=row.kind in _BY_WORKFLOW,
        does="reassign" if _REASSIGN in act else None,
        **row.model_dump(exclude={"facts"}),
    )  # fmt: skip
