"""An account manager's day: whom to turn to and why, and what has been done so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.duty import Duty, breaks_from
from services.account_mgmt.domain.policy import Policy
from services.chassis.records import Record
from workflows.contracts.base import Money


class DueCustomer(Record):
    """A customer with open work, and what that is. `placed` are the times of the latest orders, oldest first.

    `promised`: they asked to be called about now. `expected_value` is the chance to buy times `order_value`.
    """

    customer_id: str
    company: str
    state: str
    account_manager: str | None
    item_id: str
    kind: str
    payload: dict[str, Any]
    opened_at: datetime
    promised: bool
    p_buys: float | None
    order_value: Decimal | None
    currency: str | None
    orders: int
    placed: list[datetime]
    overdue_since: datetime | None

    @property
    def comes_first(self) -> bool:
        """Before everything that is worth money: they complained, they called, or they were promised a call."""
        return self.kind in ("complaint", "inbound") or self.promised

    @property
    def note(self) -> str:
        """What is known of the work in words."""
        return str(self.payload.get("note") or self.payload.get("text") or "")

    def every(self, policy: Policy) -> timedelta | None:
        """The gap between their orders; none for a customer who has not two."""
        return reorder_cycle.usual_gap(policy, self.placed) if len(self.placed) > 1 else None


class Bar(Record):
    """The figures of one person's day. `done` counts answered reminders by outcome; `ordered` is per currency.

    `active` is none for somebody who is no account manager; `on_break`: they began the absence that is on alone.
    """

    name: str | None
    to_go: int
    done: dict[str, int]
    ordered: list[Money]
    active: bool | None = None
    away_until: datetime | None = None
    on_break: bool = False
    cover: str | None = None

    @property
    def duty(self) -> Duty | None:
        """Whether this person is on duty now; none for somebody who is no account manager."""
        if self.active is None:
            return None
        if self.away_until is not None:
            return Duty("break" if self.on_break else "away", self.away_until)
        return Duty("on" if self.active else "inactive")

    def breaks(self, at: datetime) -> dict[int, datetime]:
        """When a break ends that begins now, by its minutes."""
        return breaks_from(at)

    @property
    def done_in_all(self) -> int:
        """Reminders answered today."""
        return sum(self.done.values())


class Today(Record):
    """The list of one person, the first to be turned to first; at most `MOST`, of `Bar.to_go` in all.

    When it is empty, `next_at` and `next_company` say who will be due next. `people` are the account managers' names.
    """

    listed: list[DueCustomer]
    policy: Policy
    people: dict[str, str] = Field(default_factory=dict)
    next_at: datetime | None = None
    next_company: str | None = None

    def first(self) -> str | None:
        """The customer to begin with."""
        return self.listed[0].customer_id if self.listed else None

    def after(self, customer_id: str | None) -> str | None:
        """Who comes below this customer, or above the last one; the first for whoever is not on the list."""
        places = [one.customer_id for one in self.listed]
        if customer_id not in places:
            return self.first()
        at = places.index(customer_id)
        return next((one for one in [*places[at + 1 :], *reversed(places[:at])]), None)

    def holds(self, customer_id: str | None) -> bool:
        """Whether this customer is on the list."""
        return any(one.customer_id == customer_id for one in self.listed)


class DoneToday(Record):
    """A reminder that was answered today, and what came of it."""

    customer_id: str
    company: str
    outcome: str
    note: str | None
    answered_at: datetime
    order_number: str | None
    order_total: Decimal | None
    currency: str | None
