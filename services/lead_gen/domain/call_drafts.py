"""What a caller has typed into a call that is not reported yet, and how far they are in the script."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.records import Record


class CallDraft(Record):
    """One call's draft. `path` are the script's nodes in order, `typed` the fields of its forms by name."""

    item_id: str
    caller: str
    lead_id: str
    path: list[str] = Field(default_factory=list)
    typed: dict[str, str] = Field(default_factory=dict)
    at: datetime

    @property
    def words(self) -> str:
        """Everything that was typed, one field after another."""
        return "\n".join(text for text in (self.typed.get(name, "").strip() for name in ("question", "note")) if text)


class GivenDraft(CallDraft):
    """A draft that its caller gave to the supervisor, because the lead was not theirs any more."""

    company: str
    given_at: datetime


class LostCall(Record):
    """A call that its caller does not hold any more: what they had typed, and what became of the lead.

    `fate` is `free` (it waits in the queue), `taken` (somebody else has it), `do_not_call`, `inbound` (they called us),
    or `closed`.
    """

    draft: CallDraft
    company: str
    fate: str


def fate_of(state: str, result: str | None) -> str:
    """What became of a lost call, by its work item."""
    if state == "open":
        return "free"
    if state == "leased":
        return "taken"
    return result if result in ("do_not_call", "inbound") else "closed"
