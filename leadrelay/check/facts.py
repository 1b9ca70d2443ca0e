"""The facts that rules compare: rows of the databases, a snapshot of each, and executions as Temporal lists them.

No names, numbers or payloads: only ids, states, sums and times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from services.chassis.records import Record
from services.conversion.domain.commission_ledger import Difference

# Workflows that are started again from a record, and the tier that has it.
TIER_OF = {"ColdCall": "lead_gen", "Campaign": "lead_gen", "Conversion": "conversion", "CustomerCare": "account_mgmt"}


class Lead(Record):
    """Where the register says that a lead is; only leads whose workflow should run."""

    id: str
    tier: str
    stage: str
    owner: str | None
    workflow_id: str | None


class Campaign(Record):
    """A campaign that feeds the callers."""

    id: str
    state: str


class InboundCall(Record):
    """A call of the last day that was delivered to whoever has the lead."""

    id: str
    lead_id: str
    at: datetime


class Deal(Record):
    """A deal that is neither won nor lost. `item` is the open offer of its hand-over."""

    id: str
    lead_id: str
    workflow_id: str
    stage: str
    owner: str | None


class Won(Record):
    """A sale of tier 2."""

    deal_id: str
    lead_id: str


class Customer(Record):
    """A customer in care. `waits`: imported, and its care is not opened yet."""

    id: str
    state: str
    account_manager: str | None
    waits: bool


class Item(Record):
    """Work that waits for a person, or that a person has leased."""

    id: str
    kind: str
    workflow_id: str
    lead_id: str


class Restored(Record):
    """A database was brought back at `restored_at` to what it was at `taken_at`."""

    taken_at: datetime
    restored_at: datetime


class Row(Record):
    """An answer in the outbox that waits or was set aside. `age` in seconds; `leads` are those it is about."""

    id: int
    event_id: str
    workflow_id: str
    what: str
    state: str
    age: float
    error: str | None
    leads: list[str]


class Series(Record):
    """Numbers given to a kind of document by a legal entity in a year. `last` is the counter's."""

    entity: str
    kind: str
    year: int
    last: int
    used: int
    missing: list[int]


class Sums(Record):
    """Money of one sale."""

    sale_id: str
    lead_id: str | None = None
    paid: Decimal
    refunded: Decimal
    credited: Decimal


class FailedImport(Record):
    """An import that was given up."""

    id: str
    error: str | None


class DeadMessage(Record):
    """A message that a webhook's receiver did not take, given up."""

    id: int
    webhook_id: str
    type: str
    error: str | None


@dataclass(frozen=True)
class TierFacts:
    """What every tier's database holds. `doubled` are keys of mails that are there more than once."""

    items: list[Item] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    mails: int = 0
    doubled: list[str] = field(default_factory=list)
    failed_imports: list[FailedImport] = field(default_factory=list)
    restored: list[Restored] = field(default_factory=list)
    dead_messages: list[DeadMessage] = field(default_factory=list)


@dataclass(frozen=True)
class LeadGenFacts(TierFacts):
    """Tier 1. `passed_on` are inbound calls whose answer the outbox has delivered."""

    leads: list[Lead] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    passed_on: list[InboundCall] = field(default_factory=list)


@dataclass(frozen=True)
class ConversionFacts(TierFacts):
    """Tier 2. `heard` are inbound calls that became work, `offered` is when each lead was last offered to somebody.

    `lacking` is what the ledger lacks by its events, `reported` the money it has heard of, both by sale.
    """

    deals: list[Deal] = field(default_factory=list)
    won: list[Won] = field(default_factory=list)
    heard: frozenset[str] = frozenset()
    offered: Mapping[str, datetime] = field(default_factory=dict)
    sales: int = 0
    lacking: Mapping[str, list[Difference]] = field(default_factory=dict)
    reported: Mapping[str, Sums] = field(default_factory=dict)


@dataclass(frozen=True)
class AccountMgmtFacts(TierFacts):
    """Tier 3. `ordered` counts the orders of each deal; `booked` is the money on invoices, by sale."""

    customers: list[Customer] = field(default_factory=list)
    ordered: Mapping[str, int] = field(default_factory=dict)
    heard: frozenset[str] = frozenset()
    series: list[Series] = field(default_factory=list)
    booked: Mapping[str, Sums] = field(default_factory=dict)


@dataclass(frozen=True)
class Execution:
    """A workflow as visibility lists it. `status` is Temporal's word in small letters."""

    workflow_id: str
    kind: str
    status: str
    lead_id: str | None = None
    stage: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Refused:
    """A report to another tier that was refused for good."""

    id: str
    kind: str
    lead_id: str | None = None


@dataclass(frozen=True)
class Facts:
    """One look at everything. `failed` are ended badly and not followed by another run of the same id.

    `ahead` are ids of workflows that moved in a time which a restored database has forgotten, `over` those of failed
    ones whose record is over and for which nothing waits.
    """

    lead_gen: LeadGenFacts = field(default_factory=LeadGenFacts)
    conversion: ConversionFacts = field(default_factory=ConversionFacts)
    account_mgmt: AccountMgmtFacts = field(default_factory=AccountMgmtFacts)
    running: Mapping[str, Execution] = field(default_factory=dict)
    failed: list[Execution] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ahead: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()

    @property
    def tiers(self) -> Mapping[str, TierFacts]:
        """What each tier's database holds, by its name."""
        return {"lead_gen": self.lead_gen, "conversion": self.conversion, "account_mgmt": self.account_mgmt}
