"""Contracts: what a customer is invoiced for again and again, the dates to come, and what became of those that were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count, islice, takewhile
from typing import Literal
from zoneinfo import ZoneInfo

from services.account_mgmt.domain.contract_dates import Rhythm, moment_of
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.domain.money import PricedLine, totals
from services.account_mgmt.domain.products import Price
from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record
from workflows.contracts.base import Money

State = Literal["active", "paused", "ended"]
PriceBy = Literal["fixed", "catalogue"]
PeriodState = Literal["issued", "skipped", "failed"]
Missed = Literal["skip", "issue"]

CATCH_UP = timedelta(days=31)
"""What was missed is caught up by itself for so long; for what is older, a person is asked. A first date lies no
further back either."""
MOST_MISSED = 24
"""So many missed dates may be invoiced at once."""


class Contract(Rhythm):
    """A contract. `next_number` is the number of its next date; `next_at` when that is due, while it is active.

    `issued` counts its invoices, of which there will be `times`; `failed` counts dates that wait for a person, and
    `unissued` those of them that have no invoice yet.
    """

    id: str
    customer_id: str
    name: str
    state: State
    reason: str | None
    entity: str
    zone: str
    currency: str
    lines: list[ChargedLine]
    price_by: PriceBy
    issue_at: time
    last_on: date | None
    times: int | None
    payment_days: int | None
    by_mail: bool
    next_number: int
    next_at: datetime | None
    issued: int
    failed: int = 0
    unissued: int = 0
    created_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def next_on(self) -> date | None:
        """The day of the next invoice; none when there will be none."""
        return None if self.state == "ended" else self.date_of(self.next_number)

    @property
    def payment_term(self) -> timedelta | None:
        """How long the customer has to pay; none for the policy's term."""
        return None if self.payment_days is None else timedelta(days=self.payment_days)

    def due_at(self, number: int) -> datetime:
        """When the invoice of this date is issued."""
        return moment_of(self.date_of(number), self.issue_at, ZoneInfo(self.zone))

    def is_over(self, number: int, issued: int) -> bool:
        """Whether there is no such date any more, once so many invoices have been issued."""
        if self.times is not None and issued >= self.times:
            return True
        return self.last_on is not None and self.date_of(number) > self.last_on

    def coming(self, most: int) -> list[int]:
        """The numbers of the next dates."""
        return list(islice(self._numbers(), most))

    def _numbers(self) -> Iterator[int]:
        """The numbers of all dates to come, as far as the calendar goes."""
        for ahead in count():
            number = self.next_number + ahead
            if self.state == "ended" or not self.is_counted(number):
                return
            if self.is_over(number, self.issued + self.unissued + ahead):
                return
            yield number

    def missed(self, now: datetime, most: int) -> list[int]:
        """The numbers of dates that have passed without an invoice, at most so many."""
        return list(takewhile(lambda number: self.due_at(number) <= now, islice(self._numbers(), most)))


class Period(Record):
    """What became of one date. `mail` says how the invoice goes out, if it does by mail; `reason` what went wrong."""

    contract_id: str
    number: int
    on_day: date
    begins_on: date
    ends_on: date
    state: PeriodState
    order_id: str | None
    invoice_id: str | None = None
    invoice_number: str | None = None
    total: Decimal | None = None
    reason: str | None
    attempts: int
    mail: str | None
    by: str
    at: datetime


class ComingInvoice(Record):
    """An invoice to come, as it would be now. `problem` says why it could not be issued."""

    number: int
    on_day: date
    at: datetime
    begins_on: date
    ends_on: date
    lines: list[PricedLine]
    problem: str | None = None

    @property
    def total(self) -> Decimal:
        """What the customer would pay, tax and all."""
        return totals(self.lines)[0]

    @property
    def tax(self) -> Decimal:
        """The tax in it."""
        return totals(self.lines)[1]


class Preview(Record):
    """The next invoices, and the dates of a paused contract that have passed meanwhile."""

    currency: str
    coming: list[ComingInvoice]
    missed: list[ComingInvoice]
    has_more: bool = False


def price_at(prices: Sequence[Price], product_id: str, currency: str, at: datetime) -> Decimal | None:
    """The catalogue's price of a product at a moment; `prices` are in order of their dates."""
    valid = [
        one.price
        for one in prices
        if (one.product_id, one.currency) == (product_id, currency) and (one.valid_from is None or one.valid_from <= at)
    ]
    return valid[-1] if valid else None


def priced_by_catalogue(lines: Sequence[ChargedLine], prices: Sequence[Price], at: datetime) -> list[ChargedLine]:
    """The lines at the catalogue's prices of a moment; a free line keeps its own. Raises Conflict (`no_price`)."""
    found = []
    for line in lines:
        if line.product_id is None:
            found.append(line)
            continue
        price = price_at(prices, line.product_id, line.unit_price.currency, at)
        if price is None:
            raise Conflict(
                f"The catalogue has no price of {line.product_id} in {line.unit_price.currency}", code="no_price"
            )
        found.append(line.model_copy(update={"unit_price": Money(amount=price, currency=line.unit_price.currency)}))
    return found


def check_first(first_on: date, today: date) -> None:
    """A first date may lie a month back, for a contract that is entered late. Raises Invalid on `first_on`."""
    if first_on < today - CATCH_UP:
        raise Invalid(
            f"This lies more than {CATCH_UP.days} days back: begin later, and invoice by hand what was before",
            field="first_on",
        )


def check_day(rhythm: Rhythm, field: str) -> None:
    """The anchor is the date that its day of the month gives. Raises Invalid on `field`."""
    if rhythm.unit == "month" and rhythm.date_of(rhythm.anchor_number) != rhythm.anchor_on:
        raise Invalid(f"Day {rhythm.anchor_day} of that month is another date", field=field)


def check_state(contract: Contract, *allowed: State) -> None:
    """Raises Conflict (`wrong_state`)."""
    if contract.state not in allowed:
        raise Conflict(f"The contract is {contract.state}", code="wrong_state", detail={"state": contract.state})
