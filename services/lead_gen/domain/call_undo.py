"""Taking a call's outcome back: what is kept for it, and what its caller gets again."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record
from services.lead_gen.domain.calls import CallInHand, CallReport


class RegisterPlace(Record):
    """Where the register has a lead, to the microsecond: the same again only if nothing has touched it."""

    tier: str
    stage: str
    workflow_id: str | None
    owner: str | None
    next_call_at: datetime | None
    register_at: datetime


class BeforeCall(Record):
    """What an outcome found and what it left. `good_phones` are positions, `promises` states by their ids."""

    found: RegisterPlace
    left: RegisterPlace
    good_phones: list[int]
    promises: dict[str, str]
    report: CallReport


class UndoableCall(Record):
    """The last call of a caller, which may be taken back until then."""

    item_id: str
    company: str
    outcome: str
    until: datetime


class UndoneCall(Record):
    """The call in hand again, and what was reported of it, so that nothing need be typed twice."""

    call: CallInHand
    report: CallReport
