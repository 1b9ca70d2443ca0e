"""When an invoice that is open again is next reminded of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.account_mgmt.domain.dunning import first_reminder
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.chassis.business_time import after


def next_deadline(policy: Policy, invoice: Invoice, zones: Sequence[str], now: datetime) -> datetime:
    """Its due date, while that is to come; else the wait that follows the last reminder it had, counted from now.

    Both in the contact hours of a customer in these `zones`. Whoever thought the invoice paid has that long to pay it
    again before anybody asks.
    """
    if invoice.due_at > now:
        return first_reminder(policy, invoice.due_at, zones)
    place = min(max(invoice.dunning, 1), len(policy.dunning_gaps)) - 1
    return contact_time(policy, after(now, policy.dunning_gaps[place], policy.zone), zones)
