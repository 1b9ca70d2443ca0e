"""Contracts: what is agreed, what comes next, and what became of each date."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from services.account_mgmt.domain.contract_dates import Unit
from services.account_mgmt.domain.contracts import (
    ComingInvoice,
    Contract,
    Missed,
    Period,
    PeriodState,
    Preview,
    PriceBy,
    State,
)
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.schemas.common import in_money
from services.account_mgmt.schemas.orders import LineView, PayableLine
from services.chassis.http import Body, Model
from services.chassis.meanings import Day, LocalTime
from workflows.contracts.base import Money

Name = Annotated[str, Field(min_length=1, max_length=140)]
Lines = Annotated[
    list[PayableLine],
    Field(
        min_length=1,
        max_length=40,
        description="A description may hold `{period}`, `{last_period}`, `{month}`, `{last_month}`, `{year}` and "
        "`{number}`, which are filled in for each invoice.",
    ),
]
Every = Annotated[int, Field(ge=1, le=366, description="Every so many units; a year is 12 months.")]
DayOfMonth = Annotated[
    int,
    Field(
        ge=1,
        le=31,
        description="For months: the day that is meant. A month that has it not is invoiced on its last day; the next "
        "one on the day itself. 31 is the last day of every month.",
    ),
]
PriceWay = Annotated[
    PriceBy,
    Field(
        description="`fixed`: as the lines say. `catalogue`: a line with a product has the catalogue's price of the "
        "day, whatever stands in its `unit_price`; a free line keeps its own."
    ),
]
PaymentDays = Annotated[int, Field(ge=0, le=365, description="Days to pay in; else the policy's term.")]
Times = Annotated[int, Field(ge=1, le=1200, description="How many invoices there will be; one left out counts not.")]
_EXAMPLE: dict[str, Any] = {
    "name": "Storage, hall 3",
    "lines": [
        {
            "product_id": "STORE",
            "description": "Storage {period}",
            "quantity": "40",
            "unit_price": {"amount": "320.00", "currency": "UAH"},
        }
    ],
    "every": 1,
    "unit": "month",
    "first_on": "2026-01-31",
    "payment_days": 10,
}


class NewContract(Body):
    """A contract. Its invoices are issued by themselves, each once, from `first_on` to the end that is agreed."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    name: Name
    lines: Lines
    price_by: PriceWay = "fixed"
    entity: str | None = Field(
        default=None, max_length=10, description="Legal entity that invoices; else the one paid in this currency."
    )
    every: Every = 1
    unit: Unit = "month"
    first_on: Day = Field(description="The first date, in the zone of the legal entity; at most 31 days back.")
    day: DayOfMonth | None = Field(default=None, description="For months: the day that is meant; else the first one's.")
    last_on: Day | None = Field(default=None, description="No invoice after this day; else as long as it is wanted.")
    times: Times | None = None
    issue_at: LocalTime = Field(default=time(9), description="On the legal entity's clock.")
    payment_days: PaymentDays | None = None
    by_mail: bool = Field(default=True, description="Mail each invoice, within the customer's contact hours.")


class ContractChange(Body):
    """Changes from the next date on; what is not given stays, and null takes an end or a term away.

    A new rhythm counts from the next date, or from `next_on`.
    """

    model_config = ConfigDict(json_schema_extra={"example": {"every": 3, "next_on": "2026-07-01"}})

    name: Name | None = None
    lines: Lines | None = None
    price_by: PriceWay | None = None
    every: Every | None = None
    unit: Unit | None = None
    day: DayOfMonth | None = None
    next_on: Day | None = Field(default=None, description="Moves the next date, and those after it with it.")
    last_on: Day | None = None
    times: Times | None = None
    issue_at: LocalTime | None = None
    payment_days: PaymentDays | None = None
    by_mail: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one change")
        return self


class Resume(Body):
    """Go on. What becomes of the dates that have passed meanwhile must be said; the preview names them."""

    model_config = ConfigDict(json_schema_extra={"example": {"missed": "skip"}})

    missed: Missed = Field(default="skip", description="Leave them out, or issue their invoices now: 24 at most.")


class CountedView(Model):
    """The next date of a contract."""

    number: int
    on: date
    at: datetime


class ContractView(Model):
    """A contract as it stands. `failed` counts dates whose invoice could not be issued or mailed."""

    id: str
    customer_id: str
    name: str
    state: State
    reason: str | None
    entity: str
    currency: str
    lines: list[ChargedLine]
    price_by: PriceBy
    every: int
    unit: Unit
    day: int
    last_on: date | None
    times: int | None
    issued: int
    issue_at: time
    payment_days: int | None
    by_mail: bool
    next: CountedView | None = Field(description="None when there will be no more; while paused, what would be next.")
    failed: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, contract: Contract) -> Self:
        """From the record."""
        number, coming = contract.next_number, contract.coming(1)
        following = CountedView(number=number, on=contract.date_of(number), at=contract.due_at(number))
        return cls.model_validate({**dict(contract), "day": contract.anchor_day, "next": following if coming else None})


class PeriodView(Model):
    """What became of one date: the invoice, or why there is none."""

    number: int
    on: date
    begins_on: date
    ends_on: date
    state: PeriodState
    order_id: str | None
    invoice_id: str | None
    invoice_number: str | None
    total: Money | None
    reason: str | None
    mail: str | None = Field(description="`due`, `sent` or `failed`; null for one that goes by other ways.")
    by: str
    at: datetime

    @classmethod
    def of(cls, period: Period, currency: str) -> Self:
        """From the record, in the contract's currency."""
        total = None if period.total is None else Money(amount=period.total, currency=currency)
        return cls.model_validate({**dict(period), "on": period.on_day, "total": total})


class ComingView(Model):
    """An invoice to come, as it would be now; `problem` says why it could not be issued."""

    number: int
    on: date
    at: datetime
    begins_on: date
    ends_on: date
    lines: list[LineView]
    total: Money
    tax: Money
    problem: str | None

    @classmethod
    def of(cls, one: ComingInvoice, currency: str) -> Self:
        """From the record."""
        lines = [LineView.of(line, currency) for line in one.lines]
        sums = in_money(one, currency, "total", "tax")
        return cls.model_validate({**dict(one), **sums, "on": one.on_day, "lines": lines})


class PreviewView(Model):
    """The next invoices; and, of a paused contract, the dates that have passed meanwhile."""

    items: list[ComingView]
    missed: list[ComingView]

    @classmethod
    def of(cls, preview: Preview) -> Self:
        """From the record."""
        coming, missed = (
            [ComingView.of(one, preview.currency) for one in found] for found in (preview.coming, preview.missed)
        )
        return cls(items=coming, missed=missed)
