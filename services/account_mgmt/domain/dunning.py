"""The steps of dunning of one invoice: which were taken, and which comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.policy import Policy, Way
from services.chassis.records import Record


class DunningStep(Record):
    """A reminder of an invoice. `next_at` is when the one after it was due, as it was decided then."""

    level: int
    way: Way
    at: datetime
    next_at: datetime | None


@dataclass(frozen=True)
class NextReminder:
    """The reminder that comes next unless money does; `at` none for one whose time only its workflow knows."""

    level: int
    way: Way
    at: datetime | None


def way_of(policy: Policy, level: int, *, has_mail: bool) -> Way:
    """How the `level`-th reminder reaches the customer; without a mail address every one is a call."""
    return policy.dunning_by[min(level, len(policy.dunning_by)) - 1] if has_mail else "call"


def next_reminder(
    policy: Policy, invoice: Invoice, steps: Sequence[DunningStep], *, has_mail: bool
) -> NextReminder | None:
    """The next reminder of an open invoice; none if nothing is open, or after the last step."""
    level = invoice.dunning + 1
    if invoice.state != "open" or level > len(policy.dunning_gaps):
        return None
    last = next((step for step in steps if step.level == invoice.dunning), None)
    at = invoice.due_at if level == 1 else last.next_at if last else None
    return NextReminder(level, way_of(policy, level, has_mail=has_mail), at)
