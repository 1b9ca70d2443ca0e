"""Customers as a list shows them, and what it can be narrowed down to."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from services.chassis.records import Record
from workflows.contracts.base import Money

State = Literal["active", "at_risk", "opted_out", "lost", "cancelled"]


class CustomerFilter(Record):
    """What is asked for; `owner` is a person, `nobody`, or empty for everybody's customers."""

    owner: str = ""
    state: State | None = None
    segment: str | None = None
    overdue: bool = False


class ListedCustomer(Record):
    """One row. `overdue` is what is past its date, in the currency of the oldest such invoice."""

    id: str
    company: str
    sorted_by: str
    city: str | None
    segment: str
    state: str
    account_manager: str | None
    manager: str | None
    last_at: datetime | None
    last_total: Decimal | None
    currency: str | None
    expected_at: datetime | None
    p_alive: float | None
    next_nudge_at: datetime | None
    overdue: Decimal | None
    overdue_currency: str | None
    tasks: int


class CustomerPage(Record):
    """A page in order of the names; `next` is the place of its last row if there are more."""

    items: list[ListedCustomer]
    next: tuple[str, str] | None = None


class FoundInvoice(Record):
    """An invoice that was searched for."""

    id: str
    number: str
    customer_id: str
    company: str
    state: str
    total: Money


class FoundOrder(Record):
    """An order that was searched for, by our number or an old system's."""

    id: str
    number: str
    customer_id: str
    company: str
    state: str
    placed_at: datetime
    total: Money


class FoundCustomer(Record):
    """A customer who was searched for."""

    id: str
    company: str
    city: str | None
    state: str
    manager: str | None


class Found(Record):
    """What a search found, the likeliest first."""

    customers: list[FoundCustomer]
    invoices: list[FoundInvoice]
    orders: list[FoundOrder] = Field(default_factory=list)
