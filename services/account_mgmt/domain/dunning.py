"""Dunning of one invoice: which reminders were sent, which comes next, how it reaches the customer, who decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.policy import Policy, Way
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record

DecisionKind = Literal["pause", "resume", "remind", "collect"]
FOR_SUPERVISORS: frozenset[DecisionKind] = frozenset({"remind", "collect"})

LONGEST_REST = timedelta(days=366)


class DunningStep(Record):
    """A reminder of an invoice. `next_at` is when the one after it was due, as it was decided then.

    `sent_at` and `sent_by` of a letter: when somebody said that it is in the post.
    """

    level: int
    way: Way
    at: datetime
    next_at: datetime | None
    sent_at: datetime | None = None
    sent_by: str | None = None


class DunningDecision(Record):
    """What somebody decided about the reminders of an invoice, after how many of them, and why."""

    decision: DecisionKind
    until: datetime | None
    reason: str
    level: int
    by: str
    at: datetime


@dataclass(frozen=True)
class NextReminder:
    """The reminder that comes next unless money does; `at` none for one whose time only its workflow knows."""

    level: int
    way: Way
    at: datetime | None


def way_of(policy: Policy, level: int, *, has_mail: bool, may_call: bool = True) -> Way:
    """How the `level`-th reminder reaches the customer: as the policy says, where that is possible.

    Without a mail address every one is a call; who may not be called is written to; without either it goes by post.
    """
    way = policy.dunning_by[min(level, len(policy.dunning_by)) - 1]
    if way == "post" or (has_mail and may_call):
        return way
    if has_mail:
        return "mail"
    return "call" if may_call else "post"


def ways_to(customer: Customer, *, dead: bool = False) -> dict[str, bool]:
    """By what a demand can reach this customer, as `way_of` asks; `dead` for a mail address that does not work."""
    return {"has_mail": bool(customer.contact.email) and not dead, "may_call": customer.may_be_called_for_money}


def first_reminder(policy: Policy, due_at: datetime, zones: str | Sequence[str]) -> datetime:
    """When an unpaid invoice is first reminded of: once it is due, in the customer's contact hours."""
    return contact_time(policy, due_at, zones)


def is_everything_sent(policy: Policy, level: int) -> bool:
    """Whether a supervisor decides what comes after this many reminders."""
    return level >= len(policy.dunning_gaps)


def next_reminder(
    policy: Policy,
    invoice: Invoice,
    steps: Sequence[DunningStep],
    *,
    has_mail: bool,
    may_call: bool = True,
) -> NextReminder | None:
    """The next reminder of an open invoice; none if nothing is open, after the last step, or in collection."""
    level = invoice.dunning + 1
    if invoice.state != "open" or invoice.collected_at is not None or is_everything_sent(policy, invoice.dunning):
        return None
    last = next((step for step in steps if step.level == invoice.dunning), None)
    at = invoice.dunning_at or (invoice.due_at if level == 1 else last.next_at if last else None)
    if at is not None and invoice.paused_until is not None:
        at = max(at, invoice.paused_until)
    return NextReminder(level, way_of(policy, level, has_mail=has_mail, may_call=may_call), at)


def check_decision(
    decision: DecisionKind, until: datetime | None, reason: str, invoice: Invoice, now: datetime
) -> None:
    """Raises Conflict (`wrong_state`) when there is nothing to decide; Invalid on `until` or `reason`."""
    if invoice.state != "open":
        raise Conflict(f"The invoice is {invoice.state}", code="wrong_state", detail={"state": invoice.state})
    if decision != "resume" and invoice.collected_at is not None:
        raise Conflict("The invoice is in collection: resume its reminders first", code="wrong_state")
    if decision == "resume" and invoice.collected_at is None and (invoice.paused_until or now) <= now:
        raise Conflict("The reminders do not rest", code="wrong_state")
    if decision == "pause" and (until is None or until <= now):
        raise Invalid("Say until when, in the future", field="until")
    if until is not None and until > now + LONGEST_REST:
        raise Invalid("Reminders rest for a year at most", field="until")
    if decision != "pause" and until is not None:
        raise Invalid("Only a pause has an end", field="until")
    if decision in ("pause", "collect") and not reason.strip():
        raise Invalid("Say why", field="reason")
