"""What becomes of an invoice that is never paid, step by step. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.account_mgmt.domain.dunning import first_reminder
from services.account_mgmt.domain.policy import Policy, Way
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.chassis.business_time import after
from services.chassis.records import Record

Kind = Literal["issued", "due", "reminder", "asked"]


class DunningMoment(Record):
    """One step: the invoice is issued, due, reminded of (`level`, `way`), and at last a supervisor is asked."""

    kind: Kind
    at: datetime
    level: int = 0
    way: Way | None = None


def dunning_plan(policy: Policy, issued_at: datetime, zone: str) -> list[DunningMoment]:
    """The steps for a customer in this time zone who can be mailed and called."""
    due = after(issued_at, policy.payment_term, policy.zone)
    found = [DunningMoment(kind="issued", at=issued_at), DunningMoment(kind="due", at=due)]
    at = first_reminder(policy, due, zone)
    for level, gap in enumerate(policy.dunning_gaps, start=1):
        way = policy.dunning_by[min(level, len(policy.dunning_by)) - 1]
        found.append(DunningMoment(kind="reminder", at=at, level=level, way=way))
        at = contact_time(policy, after(at, gap, policy.zone), zone)
    return [*found, DunningMoment(kind="asked", at=at)]
