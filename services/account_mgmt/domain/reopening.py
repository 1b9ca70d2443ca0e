"""When an invoice that is open again is next reminded of."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import working_time


def next_deadline(policy: Policy, invoice: Invoice, now: datetime) -> datetime:
    """Its due date, while that is to come; else the wait that follows the last reminder it had, counted from now.

    Whoever thought the invoice paid has that long to pay it again before anybody asks.
    """
    if invoice.due_at > now:
        return invoice.due_at
    place = min(max(invoice.dunning, 1), len(policy.dunning_gaps)) - 1
    return working_time(policy, now + policy.dunning_gaps[place])
