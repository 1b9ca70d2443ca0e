"""Whose customer is it: by segment and size, under capacity, the fairest load; and who covers for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.account_mgmt.domain.account_managers import AccountManager
from services.chassis.records import Record


class CustomerProfile(Record):
    """What the choice must know of a customer; `account_manager` is whose it was until now, if anybody's."""

    customer_id: str
    segment: str
    size: str | None
    account_manager: str | None = None


@dataclass(frozen=True)
class Choice:
    """Who it is, and why, in words for the supervisor. Without an account manager the customer waits."""

    account_manager: str | None
    why: str


class Reassignment(Record):
    """Who gets a customer; without `account_manager` it stays where it is, and `why` says for which reason."""

    customer_id: str
    account_manager: str | None
    why: str


class TakenOver(Record):
    """What a take-over does, or did. `left` customers are still to be reassigned."""

    dry_run: bool
    items: list[Reassignment]
    left: int


def choose(managers: Sequence[AccountManager], customer: CustomerProfile) -> Choice:
    """The customer's own account manager if still active; else who fits best.

    Those who are there today go first, then specialists, then who has the least of their capacity in use. Nobody gets
    more customers than their capacity, or a segment or size that is not theirs.
    """
    if any(one.id == customer.account_manager and one.active for one in managers):
        return Choice(customer.account_manager, "returns to their account manager")
    active = [one for one in managers if one.active]
    fitting = [one for one in active if _fits(one, customer)]
    free = [one for one in fitting if one.customers < one.capacity]
    if not free:
        why = "all are at capacity" if fitting else "nobody takes such customers" if active else "nobody is active"
        return Choice(None, why)
    best = min(free, key=lambda one: (one.away, -_specialism(one, customer), one.customers / one.capacity, one.id))
    return Choice(best.id, f"{best.customers} of {best.capacity} customers" + _specialises_in(best, customer))


def distribute(
    managers: Iterable[AccountManager], customers: Iterable[CustomerProfile], to: str | None = None
) -> list[Reassignment]:
    """Who gets each of these customers, one after the other: `to`, or whoever fits best and still has room."""
    by_id = {one.id: one for one in managers}
    plan = []
    for customer in customers:
        choice = Choice(to, "named by the supervisor") if to else choose(list(by_id.values()), customer)
        if choice.account_manager:
            receiver = by_id[choice.account_manager]
            by_id[receiver.id] = receiver.model_copy(update={"customers": receiver.customers + 1})
        plan.append(
            Reassignment(customer_id=customer.customer_id, account_manager=choice.account_manager, why=choice.why)
        )
    return plan


def cover_for(managers: Sequence[AccountManager], owner: str, customer: CustomerProfile) -> str:
    """Who does an absent owner's work: the cover that was named, if there; else who fits best of those who are.

    The owner when nobody is there: work without a person would be overlooked.
    """
    by_id = {one.id: one for one in managers}
    away = by_id.get(owner)
    if away is None or not away.away:
        return owner
    named = by_id.get(away.cover or "")
    if named is not None and named.active and not named.away:
        return named.id
    there = [one for one in managers if one.active and not one.away and one.id != owner]
    # Capacity does not count here: an absence ends.
    best = min(there, key=lambda one: (not _fits(one, customer), _load(one), one.id), default=None)
    return best.id if best else owner


def _load(manager: AccountManager) -> float:
    return manager.customers / max(1, manager.capacity)


def _fits(manager: AccountManager, customer: CustomerProfile) -> bool:
    segment = not manager.segments or customer.segment in manager.segments
    return segment and (not manager.sizes or (customer.size or "") in manager.sizes)


def _specialism(manager: AccountManager, customer: CustomerProfile) -> int:
    """How many of segment and size they are named for: a specialist goes before somebody who takes all."""
    return (customer.segment in manager.segments) + ((customer.size or "") in manager.sizes)


def _specialises_in(manager: AccountManager, customer: CustomerProfile) -> str:
    facts = ((customer.segment, manager.segments), (customer.size, manager.sizes))
    named = [str(fact) for fact, known in facts if fact in known]
    return f", specialises in {' and '.join(named)}" if named else ""
