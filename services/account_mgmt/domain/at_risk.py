"""Customers who may be about to leave: what says so, and when somebody last had a word with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.policy import Policy
from services.chassis.business_time import after
from services.chassis.errors import Conflict
from services.chassis.records import Record


class AtRisk(Record):
    """A customer at risk. `worth` is a usual order of theirs, `placed` the times of the latest ones, oldest first.

    `item_id` is the complaint or risk that is open, with what it says; `said` what they answered last, to whom.
    """

    customer_id: str
    company: str
    city: str | None
    account_manager: str | None
    manager: str | None
    worth: Decimal
    currency: str | None
    p_alive: float | None
    expected_high: datetime | None
    placed: list[datetime]
    item_id: str | None
    concern: str | None
    note: str | None
    since: datetime | None
    said: str | None
    said_at: datetime | None
    said_to: str | None
    reminded_at: datetime | None
    is_reminded: bool
    overdue: Decimal | None
    overdue_currency: str | None

    def every(self, policy: Policy) -> timedelta | None:
        """The gap between their orders; none for a customer who has not two."""
        return reorder_cycle.usual_gap(policy, self.placed) if len(self.placed) > 1 else None

    @property
    def last_order_at(self) -> datetime | None:
        """When they last ordered."""
        return self.placed[-1] if self.placed else None


class AtRiskPage(Record):
    """A page of them, the most valuable first; `next` is the place of its last row if there are more."""

    items: list[AtRisk]
    policy: Policy
    people: dict[str, str]
    next: tuple[Decimal, str] | None = None


def check_nudge_now(customer: Customer, policy: Policy, now: datetime, *, waits: bool) -> None:
    """Whether a customer may be reminded before their turn.

    Raises Conflict (`wrong_state`) for whoever is not reminded at all, (`waits`) while a reminder is open, (`too_soon`)
    within the gap that the policy keeps between two.
    """
    if not customer.may_be_nudged:
        raise Conflict("They are not reminded of orders", code="wrong_state", detail={"state": customer.state})
    if waits:
        raise Conflict("A reminder of theirs is open already", code="waits")
    last = customer.last_nudge_at
    if last is not None and (over := after(last, policy.nudge_gap, policy.zone)) > now:
        day = over.astimezone(policy.zone).date()
        raise Conflict(f"They were reminded a short while ago: not before {day}", code="too_soon")
