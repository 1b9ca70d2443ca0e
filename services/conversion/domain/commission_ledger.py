"""The commission ledger: its entries, what a month comes to, and what it lacks by the events of a sale.

Entries are only ever added: vesting, claw-back and corrections are further ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.chassis.records import Record
from services.conversion.domain.commissions import ZERO, Accrual, Event, Kind, Role, standings


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
    """A person's month in one currency: what waited to vest before it, what moved in it, what waits after it."""

    person: str
    currency: str
    opening: Decimal
    accrued: Decimal
    clawed_back: Decimal
    vested: Decimal
    adjusted: Decimal
    closing: Decimal

    @property
    def payable(self) -> Decimal:
        """What is to be paid: vested and adjusted in this month."""
        return self.vested + self.adjusted


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
    """Entries of one sale, the latest first; without `deal_id` it is a further order, or a supervisor's entry."""

    sale_id: str | None
    deal_id: str | None
    company: str | None
    entries: Sequence[CommissionEntry]

    def sums(self) -> Mapping[tuple[Kind, str], Decimal]:
        """What its entries come to by kind and currency."""
        found: dict[tuple[Kind, str], Decimal] = {}
        for one in self.entries:
            found[one.kind, one.currency] = found.get((one.kind, one.currency), ZERO) + one.amount
        return found


def by_deal(entries: Sequence[CommissionEntry], companies: Mapping[str, str]) -> list[DealEntries]:
    """Entries gathered by their sale, the sale that moved last first; a supervisor's stand alone."""
    found: dict[str, list[CommissionEntry]] = {}
    for one in reversed(entries):
        found.setdefault(one.sale_id or one.id, []).append(one)
    return [
        DealEntries(
            sale_id=group[0].sale_id,
            deal_id=group[0].deal_id,
            company=companies.get(group[0].deal_id or ""),
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
    """An entry to append."""

    key: str
    person: str
    role: Role
    kind: Kind
    base: Decimal
    percent: Decimal
    amount: Decimal
    currency: str
    sale_id: str | None = None
    deal_id: str | None = None
    lead_id: str | None = None
    policy_version: int | None = None
    reason: str | None = None


class Sale(Record):
    """What entries of a sale have in common."""

    id: str
    net: Decimal
    currency: str
    lead_id: str
    deal_id: str | None
    policy_version: int | None
    shares: list[Accrual]


@dataclass(frozen=True)
class SaleRef:
    """Which sale an event belongs to, and by which version of the policy it was made."""

    sale_id: str
    lead_id: str
    currency: str
    policy_version: int


@dataclass(frozen=True)
class Difference:
    """What the ledger lacks for a person's share of a sale."""

    person: str
    role: Role
    kind: Kind
    amount: Decimal


@dataclass(frozen=True)
class Rebuild:
    """What came out when sales were computed from their events again; `next` is the sale to go on after."""

    sales: int
    next: str | None
    written: int
    lacking: Sequence[tuple[str, Difference]]


def entries(sale: Sale, lacking: Sequence[Difference], key: str) -> list[NewEntry]:
    """The entries that close the differences of a sale; `key` names what they follow from."""
    rates = {(share.person, share.role): share.percent for share in sale.shares}
    return [
        NewEntry(
            key=f"{key}:{one.role}:{one.person}:{one.kind}", sale_id=sale.id, deal_id=sale.deal_id,
            lead_id=sale.lead_id, person=one.person, role=one.role, kind=one.kind, base=sale.net,
            percent=rates[one.person, one.role], amount=one.amount, currency=sale.currency,
            policy_version=sale.policy_version,
        )
        for one in lacking
    ]  # fmt: skip


_COMPARED: tuple[Kind, ...] = ("accrued", "clawed_back", "vested")


def differences(events: Sequence[Event], written: Mapping[tuple[str, Role, Kind], Decimal]) -> list[Difference]:
    """What the ledger lacks for a sale by its events; `written` is what it holds, by person, role and kind."""
    found = []
    for (person, role), standing in sorted(standings(events).items()):
        for kind in _COMPARED:
            amount = getattr(standing, kind) - written.get((person, role, kind), ZERO)
            if amount:
                found.append(Difference(person, role, kind, amount))
    return found
