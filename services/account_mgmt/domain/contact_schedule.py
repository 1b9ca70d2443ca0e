"""A customer's contact schedule if nothing else happens: nudges, due dates, payment reminders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.chassis.business_time import after
from services.chassis.records import Record
from services.chassis.sentences import said

Kind = Literal["nudge", "invoice_due", "dunning"]
AHEAD = timedelta(days=365)
_MOST = 500


@dataclass(frozen=True)
class DueInvoice:
    """An open invoice: its number, when it is due, how many payment reminders went out, and when the next one is due.

    `next_at` none is when the invoice is due, or as many waits later.
    """

    number: str
    due_at: datetime
    reminders: int
    next_at: datetime | None = None


class PlannedContact(Record):
    """One contact to come, and why."""

    at: datetime
    kind: Kind
    why: str


def planned_contacts(
    policy: Policy,
    *,
    now: datetime,
    next_nudge: datetime | None,
    every: timedelta,
    invoices: Sequence[DueInvoice],
    zones: Sequence[str] = (),
) -> list[PlannedContact]:
    """Everything within a year in order of time. `every` is the customer's gap; without `next_nudge` no nudges.

    Nudges and reminders fall into the contact hours of the `zones` that the customer may be in; the tier's own without
    any. A due date is none of our contacts, and is told as it is.
    """
    found = [contact for invoice in invoices for contact in _of_invoice(policy, invoice, now, zones)]
    if next_nudge is not None:
        found += _nudges(policy, next_nudge, every, now, zones)
    return sorted((contact for contact in found if contact.at <= now + AHEAD), key=lambda contact: contact.at)[:_MOST]


def _nudges(
    policy: Policy, first: datetime, every: timedelta, now: datetime, zones: Sequence[str]
) -> list[PlannedContact]:
    gap = max(policy.shortest_interval, policy.nudge_gap, min(every, policy.longest_interval))
    begin = contact_time(policy, max(first, now), zones)
    found = [PlannedContact(at=begin, kind="nudge", why=said("the next order is expected by then"))]
    while len(found) < _MOST and found[-1].at + gap <= now + AHEAD:
        at = contact_time(policy, after(found[-1].at, gap, policy.zone), zones)
        found.append(PlannedContact(at=at, kind="nudge", why=said(f"every {gap.days} days, if they order then")))
    return found


def _of_invoice(policy: Policy, invoice: DueInvoice, now: datetime, zones: Sequence[str]) -> list[PlannedContact]:
    found = []
    if invoice.due_at > now:
        why = said(f"invoice {invoice.number} is due")
        found.append(PlannedContact(at=invoice.due_at, kind="invoice_due", why=why))
    at = invoice.due_at
    for level, gap in enumerate(policy.dunning_gaps, start=1):
        if level == invoice.reminders + 1 and invoice.next_at is not None:
            at = invoice.next_at
        if level > invoice.reminders:
            # The next wait begins when a reminder goes out, not when it would have been due.
            at = contact_time(policy, max(at, now), zones)
            why = said(f"invoice {invoice.number}, reminder {level} unless it is paid")
            found.append(PlannedContact(at=at, kind="dunning", why=why))
        at = contact_time(policy, after(at, gap, policy.zone), zones)
    return found
