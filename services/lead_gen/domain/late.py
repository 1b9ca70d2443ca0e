"""Why something is late in tier 1, and the one safe act."""

from __future__ import annotations

from services.chassis.lateness import ActName, Late, LateRow, late_answer, late_file
from workflows.contracts.base import Tier

_TIERS = {"conversion": "tier 2", "account_mgmt": "tier 3", "lead_gen": "tier 1"}


def explained(row: LateRow, callers: int) -> Late:
    """A late row with its cause, by how many `callers` are at work now."""
    does: ActName | None = None
    if row.kind == "callback":
        words, (cause, act) = "a promised call should have been made", _callback(row, callers)
        does = "reassign" if callers and row.facts["person"] else None
    elif row.kind == "promise":
        tier = _TIERS[row.facts["tier"]]
        words, cause = "somebody who called was promised to be called back", f"nobody of {tier} has called them yet"
        act = f"ask {row.who or f'a supervisor of {tier}'} to call them now"
    elif row.kind == "import":
        return late_file(row, Tier.LEAD_GEN, "a file of leads should have been taken in")
    else:
        return late_answer(row, Tier.LEAD_GEN)
    return Late(tier=Tier.LEAD_GEN, words=words, cause=cause, act=act, does=does, **row.model_dump(exclude={"facts"}))


def _callback(row: LateRow, callers: int) -> tuple[str, str]:
    if not callers:
        return "no caller is on shift", "have a caller sign on: it stands first in the queue"
    if row.facts["person"]:
        return f"{row.who or row.facts['person']} has it and is late", "put it back into the queue (reassign)"
    who = "a caller is" if callers == 1 else f"{callers} callers are"
    return f"{who} on shift, and nobody has taken it yet", "tell tier 1's supervisor: it stands first in the queue"
