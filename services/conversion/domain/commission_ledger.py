"""The commission ledger: its entries, what a month comes to, and what it lacks by the events of a sale.

Entries are only ever added: vesting, claw-back and corrections are further ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.chassis.records import Record
from services.conversion.domain.commissions import Kind, Role
from services.conversion.domain.sale_money import ZERO


class CommissionEntry(Record):
    """One entry of the ledger. `base` is the sale before tax."""

    id: str
    sale_id: str | None
    deal_id: str | None
    lead_id: str | None
    person: str
    role: Role
    kind: Kind
    base: Decimal
    percent: Decimal
    amount: Decimal
    currency: str
    policy_version: int | None
    month: str
    reason: str | None
    at: datetime


class EntrySum(Record):
    """A person's entries of a month in one role, kind and currency."""

    person: str
    role: Role
    kind: Kind
    currency: str
    entries: int
    base: Decimal
    amount: Decimal


class MonthBalance(Record):
    """A person's month in one currency: what waited to vest before it, what moved in it, what waits after it.

    `payable` is never negative: what is owed to the organisation goes on to the next month. `brought_forward` and
    `carried_forward` are zero or less.
    """

    person: str
    currency: str
    opening: Decimal
    accrued: Decimal
    clawed_back: Decimal
    vested: Decimal
    adjusted: Decimal
    closing: Decimal
    brought_forward: Decimal = ZERO

    @property
    def payable(self) -> Decimal:
        """What is to be paid: vested and adjusted in this month, less what was brought forward."""
        return max(ZERO, self._due)

    @property
    def carried_forward(self) -> Decimal:
        """What the person owes after this month; the next months' pay is less by it."""
        return min(ZERO, self._due)

    @property
    def _due(self) -> Decimal:
        return self.brought_forward + self.vested + self.adjusted


@dataclass(frozen=True)
class MonthStatement:
    """The ledger's month (`YYYY-MM`), which begins and ends at midnight in the tier's time zone."""

    month: str
    timezone: str
    closed_at: datetime | None
    sums: Sequence[EntrySum]
    balances: Sequence[MonthBalance]


class MonthPaid(Record):
    """What a month came to for one person in one currency: what is paid out, and what was earned anew."""

    month: str
    currency: str
    payable: Decimal
    accrued: Decimal
    closed_at: datetime | None = None

    @property
    def day(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.month}-01")


@dataclass(frozen=True)
class DealEntries:
    """Entries of one sale, the latest first; without `deal_id` it is a further order, or a supervisor's entry.

    `number` is that of a further order. The company of a customer who never had a deal is known to tier 3 only.
    """

    sale_id: str | None
    deal_id: str | None
    lead_id: str | None
    number: str | None
    company: str | None
    entries: Sequence[CommissionEntry]

    def sums(self) -> Mapping[tuple[Kind, str], Decimal]:
        """What its entries come to by kind and currency."""
        found: dict[tuple[Kind, str], Decimal] = {}
        for one in self.entries:
            found[one.kind, one.currency] = found.get((one.kind, one.currency), ZERO) + one.amount
        return found


def by_deal(
    entries: Sequence[CommissionEntry], companies: Mapping[str, str], numbers: Mapping[str, str]
) -> list[DealEntries]:
    """Entries gathered by their sale, the sale that moved last first; a supervisor's stand alone.

    `companies` are by the lead's id, `numbers` of further orders by the sale's.
    """
    found: dict[str, list[CommissionEntry]] = {}
    for one in reversed(entries):
        found.setdefault(one.sale_id or one.id, []).append(one)
    return [
        DealEntries(
            sale_id=group[0].sale_id,
            deal_id=group[0].deal_id,
            lead_id=group[0].lead_id,
            number=numbers.get(group[0].sale_id or ""),
            company=companies.get(group[0].lead_id or ""),
            entries=group,
        )
        for group in found.values()
    ]


def months_before(month: str, count: int) -> list[str]:
    """So many months up to this one (`YYYY-MM`), in order, this one last."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1
    return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(number - count + 1, number + 1)]


def month_after(month: str) -> str:
    """The month after this one."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


@dataclass(frozen=True)
class NewEntry:
    """An entry to append to the month `YYYY-MM`."""

    key: str
    person: str
    role: Role
    kind: Kind
    base: Decimal
    percent: Decimal
    amount: Decimal
    currency: str
    month: str
    sale_id: str | None = None
    deal_id: str | None = None
    lead_id: str | None = None
    policy_version: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class SaleRef:
    """Which sale an event belongs to, by which version of the policy it was made, and which sale it corrects.

    `number` is that of a further order, as its papers have it.
    """

    sale_id: str
    lead_id: str
    currency: str
    policy_version: int
    corrects: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Difference:
    """What the ledger lacks for a person's share of a sale in a month."""

    person: str
    role: Role
    kind: Kind
    month: str
    amount: Decimal


@dataclass(frozen=True)
class Rebuild:
    """What came out when sales were computed from their events again; `next` is the sale to go on after."""

    sales: int
    next: str | None
    written: int
    lacking: Sequence[tuple[str, Difference]]
