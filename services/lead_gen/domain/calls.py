"""Calls: what a caller is given, what they must report, and what an outcome means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field

from services.chassis.errors import Invalid
from services.chassis.records import Record
from services.lead_gen.domain.dials import Dial
from services.lead_gen.domain.instructions import Instruction
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.scripts import RenderedScript
from workflows.contracts.lead_gen import CallOutcome

# Outcomes for which somebody at the company answered.
CONTACTS = frozenset(
    {
        CallOutcome.CALLBACK,
        CallOutcome.NOT_INTERESTED,
        CallOutcome.DO_NOT_CALL,
        CallOutcome.INTERESTED,
        CallOutcome.HARD_QUESTION,
    }
)
# Why nothing came of a call that was told when its lease was over.
Why = Literal["do_not_call", "inbound", "taken", "answered", "cancelled", "moved", "erased"]
HANDED_OVER = frozenset({CallOutcome.INTERESTED, CallOutcome.HARD_QUESTION})
# Beyond this a clock of another zone leaves the calendar.
_FARTHEST = datetime(9000, 1, 1, tzinfo=UTC)
# What an outcome cannot do without, and the question that asks for it.
REQUIRED = {
    CallOutcome.CALLBACK: ("callback_at", "When did they ask to be called?"),
    CallOutcome.HARD_QUESTION: ("question", "What did they ask? Tier 2 answers it"),
    CallOutcome.NOT_INTERESTED: ("reason", "Why are they not interested?"),
}


class CallReport(Record):
    """How a call ended, as its caller reports it. `path` are the script's nodes in the order they were taken."""

    outcome: CallOutcome
    note: str | None = None
    callback_at: datetime | None = None
    personal: bool = True
    reason: str | None = None
    question: str | None = None
    needs: str | None = None
    wished_meeting: datetime | None = None
    products: list[str] = Field(default_factory=list)
    path: list[str] = Field(default_factory=list)
    script_version: int | None = None
    dialled: str | None = None

    @property
    def was_contact(self) -> bool:
        """Did somebody answer?"""
        return self.outcome in CONTACTS

    @property
    def hands_over(self) -> bool:
        """Does tier 2 get the lead?"""
        return self.outcome in HANDED_OVER


def check_report(report: CallReport, now: datetime) -> None:
    """Raises Invalid naming what is missing for this outcome, or a time that makes no sense."""
    field, question = REQUIRED.get(report.outcome, (None, ""))
    if field and not getattr(report, field):
        raise Invalid(question, field=field)
    for name in ("callback_at", "wished_meeting"):
        moment = getattr(report, name)
        if moment is not None and moment.tzinfo is None:
            raise Invalid("The time needs an offset, such as +02:00", field=name)
    if report.callback_at is not None and report.callback_at <= now:
        raise Invalid("The callback must lie in the future", field="callback_at")
    if report.callback_at is not None and report.callback_at > _FARTHEST:
        raise Invalid("The callback lies too far ahead", field="callback_at")


class NewCall(Record):
    """A call to be written: the report and its circumstances.

    `late_for` is the work that it was made under, if that was closed already; `not_followed` why nothing came of it.
    """

    item_id: str
    lead_id: str
    campaign_id: str | None
    attempt: int
    caller: str
    report: CallReport
    script_id: str | None
    script_version: int | None
    promised_by: datetime | None
    dialled: str | None = None
    talk_seconds: int | None = None
    late_for: str | None = None
    not_followed: Why | None = None


class Call(Record):
    """One call as it was reported."""

    attempt: int
    caller: str
    outcome: str
    note: str | None
    reason: str | None
    question: str | None
    needs: str | None
    wished_meeting: datetime | None
    promised_by: datetime | None
    products: list[str]
    path: list[str]
    script_version: int | None
    dialled: str | None = None
    talk_seconds: int | None = None
    at: datetime

    @property
    def phone(self) -> str | None:
        """The number that was dialled; none where that is not known."""
        return self.dialled


class Promise(Record):
    """A callback that a caller has promised: who did so when, and for when."""

    caller: str
    at: datetime
    due_at: datetime


class CallLease(Record):
    """How long a call is its caller's; without `lease_until` it went back to the queue. `token` fences the lease."""

    item_id: str
    token: int
    lease_until: datetime | None


class CallInHand(Record):
    """A call under a lease with everything its caller needs. `lead.phones` are only those that may be called.

    `dial` is the last dial of it, if there was one.
    """

    item_id: str
    token: int
    lease_until: datetime
    attempt: int
    callback: bool
    lead: Lead
    script: RenderedScript | None
    history: list[Call]
    instructions: list[Instruction]
    dial: Dial | None = None


class NothingDue(Record):
    """No call for this caller now; worth asking again after this time."""

    retry_after: timedelta
