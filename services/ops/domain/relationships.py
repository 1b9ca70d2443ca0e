"""Who serves which client in which tier: the three-tier picture as it is, and the classic one as it would be.

After tables 13 and 14 of the sales model: in a classic department each client has one employee for everything; in one
of three tiers each tier has its own employee for the client.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from services.chassis.records import Record
from services.chassis.serving import Served
from workflows.contracts.base import Tier

Model = Literal["classic", "three-tier"]


class Employee(Record):
    """Somebody who serves clients, and the tier they work in today."""

    person: str
    name: str
    tier: Tier


class Client(Record):
    """A client, and who serves them by tier; none where nobody of that tier ever has."""

    lead_id: str
    company: str
    served_by: dict[Tier, Employee | None]


class Load(Record):
    """For how many of these clients somebody is responsible, in how many tiers."""

    employee: Employee
    clients: int
    tiers: int


def three_tier(companies: Sequence[tuple[str, str]], served: Mapping[Tier, Sequence[Served]]) -> list[Client]:
    """The clients (id, company) in their order, with whoever served them last in each tier."""
    known = {tier: {one.lead_id: Employee(person=one.person, name=one.name, tier=tier) for one in served.get(tier, ())}
             for tier in Tier}  # fmt: skip
    return [
        Client(lead_id=lead_id, company=company, served_by={tier: known[tier].get(lead_id) for tier in Tier})
        for lead_id, company in companies
    ]


def classic(clients: Sequence[Client]) -> list[Client]:
    """The same clients, each with one of those who serve them today for all of it.

    Whom a client would have had, no record says. One of their own people is taken by the client's id, so that the
    picture is the same whenever it is drawn, and every tier's people get their share.
    """
    return [one.model_copy(update={"served_by": dict.fromkeys(Tier, _one_of(one))}) for one in clients]


def _one_of(client: Client) -> Employee | None:
    own = [employee for employee in client.served_by.values() if employee is not None]
    return own[UUID(client.lead_id).int % len(own)] if own else None


def loads(clients: Sequence[Client]) -> list[Load]:
    """Who is responsible for how many of these clients, the most first."""
    counts: Counter[Employee] = Counter()
    tiers: dict[Employee, set[Tier]] = {}
    for client in clients:
        for employee in {one for one in client.served_by.values() if one is not None}:
            counts[employee] += 1
            tiers.setdefault(employee, set()).update(t for t, one in client.served_by.items() if one == employee)
    ordered = sorted(counts, key=lambda one: (-counts[one], one.tier, one.person))
    return [Load(employee=one, clients=counts[one], tiers=len(tiers[one])) for one in ordered]
