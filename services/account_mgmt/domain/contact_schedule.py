"""The touches that a customer has before him if nothing else happens: nudges, due dates, steps of dunning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import working_time

Kind = Literal["nudge", "invoice_due", "dunning"]
AHEAD = timedelta(days=365)
_MOST = 500


@dataclass(frozen=True)
class Owed:
    """An open invoice: its number, when it is due, and the steps of dunning already taken."""

    number: str
    due_at: datetime
    level: int


@dataclass(frozen=True)
class Touch:
    """One contact to come, and why."""

    at: datetime
    kind: Kind
    why: str


def touches(
    policy: Policy, *, now: datetime, next_nudge: datetime | None, every: timedelta, owed: Sequence[Owed]
) -> list[Touch]:
    """Everything within a year in order of time. `every` is the customer's gap; without `next_nudge` he gets none."""
    found = [touch for invoice in owed for touch in _of_invoice(policy, invoice, now)]
    if next_nudge is not None:
        found += _nudges(policy, next_nudge, every, now)
    return sorted((touch for touch in found if touch.at <= now + AHEAD), key=lambda touch: touch.at)[:_MOST]


def _nudges(policy: Policy, first: datetime, every: timedelta, now: datetime) -> list[Touch]:
    gap = max(policy.shortest_interval, policy.nudge_gap, min(every, policy.longest_interval))
    found = [Touch(max(first, now), "nudge", "the next order is expected by then")]
    while found[-1].at + gap <= now + AHEAD:
        at = working_time(policy, found[-1].at + gap)
        found.append(Touch(at, "nudge", f"every {gap.days} days, if he orders then"))
    return found


def _of_invoice(policy: Policy, invoice: Owed, now: datetime) -> list[Touch]:
    found = []
    if invoice.due_at > now:
        found.append(Touch(invoice.due_at, "invoice_due", f"invoice {invoice.number} is due"))
    at = invoice.due_at
    for level in range(1, len(policy.dunning_gaps) + 1):
        if level > invoice.level:
            found.append(
                Touch(max(at, now), "dunning", f"invoice {invoice.number}, reminder {level} unless it is paid")
            )
        at = working_time(policy, at + policy.dunning_gaps[level - 1])
    return found
