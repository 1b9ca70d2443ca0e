"""Bodies about commission."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.chassis.currencies import Money as PayableMoney
from services.chassis.http import Body, Model
from services.conversion.domain.commission_ledger import (
    CommissionEntry,
    Difference,
    EntrySum,
    MonthBalance,
    MonthStatement,
    Rebuild,
)
from services.conversion.domain.commissions import Kind, Role, Split
from services.conversion.schemas.common import PersonId, Text, example, money
from workflows.contracts.base import Money


class CommissionAnswer(Model):
    """One entry of the ledger: of a share that is `percent` of `base` (the sale before tax).

    `accrued` at the win, `vested` as the customer pays, `clawed_back` (negative) as far as the sale is undone; a vested
    amount that has to be given back is a negative `vested`. `adjusted` is a supervisor's, with its reason.
    """

    id: str
    sale_id: str | None
    deal_id: str | None
    lead_id: str | None
    person: str
    role: Role
    kind: Kind
    base: Money
    percent: str
    amount: Money
    policy_version: int | None
    month: str
    reason: str | None
    at: datetime

    @classmethod
    def of(cls, entry: CommissionEntry) -> CommissionAnswer:
        """From the row."""
        plain = entry.model_dump(exclude={"base", "amount", "percent", "currency"})
        return cls(
            **plain,
            base=money(entry.base, entry.currency),
            amount=money(entry.amount, entry.currency),
            percent=f"{entry.percent:f}",
        )


class StatementLine(Model):
    """A person's sum in one role, kind and currency."""

    person: str
    role: Role
    kind: Kind
    entries: int
    base: Money
    amount: Money

    @classmethod
    def of(cls, line: EntrySum) -> StatementLine:
        """From the summed entries."""
        return cls(
            person=line.person,
            role=line.role,
            kind=line.kind,
            entries=line.entries,
            base=money(line.base, line.currency),
            amount=money(line.amount, line.currency),
        )


class Balance(Model):
    """A person's month: what waited to vest before it, what moved in it, what waits after it, what is to be paid."""

    person: str
    opening: Money
    accrued: Money
    clawed_back: Money
    vested: Money
    closing: Money
    adjusted: Money
    brought_forward: Money = Field(description="What was owed before this month; zero or less.")
    payable: Money = Field(description="Vested and adjusted in this month, less what was owed before; never negative.")
    carried_forward: Money = Field(description="What is owed after this month, by the next ones; zero or less.")

    @classmethod
    def of(cls, found: MonthBalance) -> Balance:
        """From the summed entries."""
        names = (
            "opening", "accrued", "clawed_back", "vested", "closing", "adjusted", "brought_forward", "payable",
            "carried_forward",
        )  # fmt: skip
        return cls(person=found.person, **{name: money(getattr(found, name), found.currency) for name in names})


class Statement(Model):
    """The ledger's month, which begins and ends at midnight in the tier's time zone. A closed one never changes."""

    month: str
    timezone: str
    closed_at: datetime | None
    items: list[StatementLine]
    people: list[Balance]

    @classmethod
    def of(cls, found: MonthStatement) -> Statement:
        """From the ledger."""
        return cls(
            month=found.month,
            timezone=found.timezone,
            closed_at=found.closed_at,
            items=[StatementLine.of(line) for line in found.sums],
            people=[Balance.of(balance) for balance in found.balances],
        )


class NewAdjustment(Body):
    """An entry by hand: a bonus, or (negative) the correction of a mistake. Nothing that was written is changed."""

    model_config = example(
        person="manager-1", role="closed", amount={"amount": "-120.00", "currency": "UAH"}, reason="paid twice in May"
    )

    person: PersonId
    role: Role
    amount: PayableMoney
    reason: Text


class SplitPart(Body):
    """A person's part of a role's share, in per cent of it."""

    model_config = example(person="manager-1", role="closed", percent="60")

    person: PersonId
    role: Role
    percent: Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2)]


class Splits(Body):
    """Who shares the commission of a deal; the parts of each role that is named add up to 100."""

    model_config = example(
        splits=[
            {"person": "manager-1", "role": "closed", "percent": "60"},
            {"person": "manager-2", "role": "closed", "percent": "40"},
        ]
    )

    splits: list[SplitPart] = Field(max_length=20)

    def parts(self) -> list[Split]:
        """For the rules."""
        return [Split(person=part.person, role=part.role, percent=part.percent) for part in self.splits]


class SplitsAnswer(Model):
    """The splits of a deal; empty means that each role has its one person."""

    deal_id: str
    splits: list[Split]


class Lacking(Model):
    """What the ledger lacked for a sale by its events."""

    sale_id: str
    person: str
    role: Role
    kind: Kind
    month: str
    amount: str

    @classmethod
    def of(cls, sale_id: str, found: Difference) -> Lacking:
        """From the difference."""
        return cls(
            sale_id=sale_id,
            person=found.person,
            role=found.role,
            kind=found.kind,
            month=found.month,
            amount=f"{found.amount:.2f}",
        )


class Rebuilt(Model):
    """What came out when the ledger was computed from its events again. No differences are expected."""

    sales: int
    next: str | None = Field(description="Where to go on: `after` of the next request.")
    written: int = Field(description="Entries appended against the differences; 0 in a dry run.")
    differences: list[Lacking]

    @classmethod
    def of(cls, done: Rebuild) -> Rebuilt:
        """From what came out."""
        lacking = [Lacking.of(sale_id, one) for sale_id, one in done.lacking]
        return cls(sales=done.sales, next=done.next, written=done.written, differences=lacking)
