"""Customers: the record, and what its state allows."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.whereabouts import zones_of
from services.chassis.errors import Conflict
from services.chassis.records import Record
from workflows.contracts.base import ContactCard

RemindBy = Literal["call", "mail", "both"]


class Customer(Record):
    """A customer. `won_by` is the manager of tier 2 who closed the first sale or won the customer back."""

    id: str
    contact: ContactCard
    billing: Billing = Billing()
    segment: str
    state: str
    account_manager: str | None
    won_by: str | None
    remind_by: RemindBy
    next_nudge_at: datetime | None
    last_nudge_at: datetime | None
    created_at: datetime
    updated_at: datetime
    no_calls_since: datetime | None = None
    merged_into: str | None = None

    @property
    def zones(self) -> tuple[str, ...]:
        """The time zones that they may be in: theirs, or all possible ones; none for whoever may be anywhere."""
        return zones_of(self.contact, self.billing.country)

    @property
    def may_be_nudged(self) -> bool:
        """Neither opted out nor gone."""
        return self.state in ("active", "at_risk")

    @property
    def may_be_called_for_money(self) -> bool:
        """Has a number, and did not opt out: who wants no calls is written to, for money too."""
        return bool(self.contact.phones) and self.no_calls_since is None


GONE = frozenset({"lost", "cancelled"})
"""States of customers who are not tier 3's any more."""


def check_active(customer: Customer) -> None:
    """Raises Conflict (`wrong_state`) for a customer who has left: nothing is sold to them any more."""
    if customer.state in GONE:
        raise Conflict(f"The customer is {customer.state}", code="wrong_state", detail={"state": customer.state})
