"""Holding an answer to a nudge for a moment, so that whoever took it down may take it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.nudges import UNDOABLE, BeforeAnswer, CarriedOut
from services.chassis.outbox import Hold
from workflows.contracts.account_mgmt import NudgeOutcome

AT_ONCE: Final = timedelta(0)


def hold_of(customer: Customer, outcome: NudgeOutcome, done: CarriedOut, time: timedelta) -> Hold | None:
    """The hold of an answer, with how `customer` stood before it; none for what is not taken back."""
    if not time or outcome not in UNDOABLE:
        return None
    before = BeforeAnswer(
        state=customer.state,
        next_nudge_at=customer.next_nudge_at,
        need_id=done.need_id,
        complaint_id=done.complaint_id,
        calls=done.calls,
    )
    return Hold(time, before.model_dump(mode="json"))
