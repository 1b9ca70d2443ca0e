"""What a check finds: a disagreement in words, how it is mended, and the safe act if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Act(StrEnum):
    """Repairs that are safe: doing one twice, or for nothing, harms nobody."""

    RETRY_ROW = "retry the row"
    DROP_ROW = "drop the answer"
    RETRY_MESSAGE = "send the message again"
    CALL_AGAIN = "pass the call on again"
    CANCEL_ITEM = "cancel the work"
    RESTART = "start the workflow again from its record"
    REPLACE = "end the workflow, and start it again from its record"
    HAND_OVER = "hand the lead over to tier 2 again"
    ORDER_AGAIN = "pass the sale on to tier 3 again"
    REPORT_MONEY = "report the sale's money to tier 2 again"
    CORRECT_REGISTER = "write the record's owner and stage into the register"


@dataclass(frozen=True)
class Repair:
    """A safe act on something in a tier. `subject` is the row, the item, or the id of the workflow or lead."""

    act: Act
    tier: str
    subject: str


@dataclass(frozen=True)
class Finding:
    """One disagreement. `subject` is its business key: the same one is the same disagreement in a later look.

    `lead_id` and `workflow_id` say whose it is: while something of theirs is on its way, it does not count. With
    `missing`, the finding is that this workflow does not run.
    """

    check: str
    subject: str
    says: str
    mend: str
    repair: Repair | None = None
    lead_id: str | None = None
    workflow_id: str | None = None
    missing: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What makes two findings the same."""
        return self.check, self.subject


@dataclass(frozen=True)
class Checked:
    """What one check looked at, and what it found. `rows` counts what it compared."""

    name: str
    about: str
    rows: int
    findings: Sequence[Finding] = field(default_factory=list)
