"""Calls that were made, and told when their lease was over: what still follows from them, and why the rest does not."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field

from services.chassis.records import Record
from services.lead_gen.domain.calls import HANDED_OVER, Why
from services.lead_gen.domain.leads import Lead
from workflows.contracts.erasure import ERASED
from workflows.contracts.lead_gen import CallOutcome

_REASONS: Final[dict[Why, str]] = {
    "do_not_call": "They are on the do-not-call list, so nobody calls them",
    "inbound": "They have called us meanwhile: a manager has them",
    "taken": "A colleague is calling them now, and what they report decides",
    "answered": "Another call was reported since, and what follows from that stands",
    "cancelled": "The lead has been given up",
    "moved": "Another tier has the lead by now",
    "erased": "Their data has been erased on request",
}


class NotFollowed(Record):
    """The call is recorded, and nothing else came of it: `code` for programs, `reason` for people."""

    code: Why
    reason: str

    @classmethod
    def because(cls, why: Why) -> NotFollowed:
        """For this reason."""
        return cls(code=why, reason=_REASONS[why])


class ReportedOutcome(Record):
    """An outcome as it was recorded, and the lead's stage after it. `not_followed` says why nothing came of it."""

    item_id: str
    lead_id: str
    outcome: CallOutcome
    stage: str
    promised_by: datetime | None
    not_followed: list[NotFollowed] = Field(default_factory=list)


def why_not(lead: Lead, outcome: CallOutcome, result: str | None, *, taken: bool) -> Why | None:
    """Why nothing follows from a call that answers no work any more; none if something does.

    `result` is how its work was closed; `taken` says that a colleague holds the lead's call. A word that they may not
    be called always holds, and whoever is interested always reaches tier 2.
    """
    if lead.stage == ERASED:
        return "erased"
    if outcome is CallOutcome.DO_NOT_CALL:
        return None
    if lead.stage in ("do_not_call", "cancelled"):
        return "do_not_call" if lead.stage == "do_not_call" else "cancelled"
    if lead.tier == "account_mgmt":
        return "moved"
    if outcome in HANDED_OVER:
        return None
    if lead.tier == "conversion":
        return "inbound" if result == "inbound" else "moved"
    return "taken" if taken else "answered"
