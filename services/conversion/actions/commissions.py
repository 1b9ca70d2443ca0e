"""The commission ledger: events are written once, and entries follow as the difference to what was written before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.conversion.domain.commissions import ZERO, Accrual, Event, EventKind, Kind, Role, kept, standings
from services.conversion.domain.deals import Deal
from services.conversion.repository import commissions
from services.conversion.repository.policies import policies
from workflows.contracts.base import Done
from workflows.contracts.commission import MoneyEvent, MoneyKind

_KINDS: tuple[Kind, ...] = ("accrued", "clawed_back", "vested")


async def sold(conn: Connection, deal: Deal, shares: Sequence[Accrual], at: datetime) -> None:
    """A first sale was won. What of its money was heard of already counts now."""
    event = Event(key=f"sold:{deal.id}", kind="sold", amount=deal.value or ZERO, shares=list(shares))
    await _record(
        conn, event, sale_id=deal.id, lead_id=deal.lead_id, currency=deal.currency or "", at=at,
        version=deal.policy_version,
    )  # fmt: skip


async def record_money(conn: Connection, told: MoneyEvent) -> Done:
    """Tier 3 tells of money; a key that is known changes nothing."""
    kind: EventKind = told.kind.value
    version, policy = await policies.current(conn)
    shares = []
    if told.kind is MoneyKind.ORDERED and told.person:
        shares = kept(told.amount.amount, policy.commission, told.person)
    event = Event(key=told.key, kind=kind, amount=told.amount.amount, total=told.total.amount or None, shares=shares)
    await _record(
        conn, event, sale_id=told.sale_id, lead_id=told.customer_id, currency=told.amount.currency, at=told.at,
        version=version,
    )  # fmt: skip
    return Done()


async def adjust(
    conn: Connection, *, key: str, person: str, role: Role, amount: Decimal, currency: str, reason: str, at: datetime
) -> str:
    """A supervisor's entry by hand, payable at once; the entry's id. Nothing that was written is changed."""
    if amount == 0:
        raise Invalid("must not be zero", field="amount.amount")
    entry = commissions.NewEntry(
        key=key, person=person, role=role, kind="adjusted", base=ZERO, percent=ZERO, amount=amount, currency=currency,
        reason=reason,
    )  # fmt: skip
    entry_id = await commissions.append(conn, entry, at=at, month=await _month_of(conn, at))
    await publish(conn, "commission.changed", person=person)
    return entry_id


async def differences(conn: Connection, sale_id: str) -> list[tuple[str, Role, Kind, Decimal]]:
    """What the ledger lacks for one sale by its events: (person, role, kind, amount). Empty when it is right."""
    events = await commissions.events_of(conn, sale_id)
    written = await commissions.written(conn, sale_id)
    lacking = []
    for (person, role), standing in sorted(standings(events).items()):
        for kind in _KINDS:
            amount = getattr(standing, kind) - written.get((person, role, kind), ZERO)
            if amount:
                lacking.append((person, role, kind, amount))
    return lacking


async def _record(
    conn: Connection, event: Event, *, sale_id: str, lead_id: str, currency: str, at: datetime, version: int
) -> None:
    # Two events of one sale at once would both see the ledger without the other's entries.
    await commissions.lock_sale(conn, sale_id)
    if not await commissions.add_event(
        conn, event, sale_id=sale_id, lead_id=lead_id, currency=currency, at=at, version=version
    ):
        return
    await write_differences(conn, sale_id, event.key, at)


async def write_differences(conn: Connection, sale_id: str, key: str, at: datetime) -> int:
    """Append what the ledger lacks for one sale; how many entries."""
    lacking = await differences(conn, sale_id)
    if not lacking:
        return 0
    sale = await commissions.sale(conn, sale_id)
    rates = {(share.person, share.role): share.percent for share in sale.shares}
    for person, role, kind, amount in lacking:
        entry = commissions.NewEntry(
            key=f"{key}:{role}:{person}:{kind}", sale_id=sale_id, deal_id=sale.deal_id, lead_id=sale.lead_id,
            person=person, role=role, kind=kind, base=sale.net, percent=rates[person, role], amount=amount,
            currency=sale.currency, policy_version=sale.policy_version,
        )  # fmt: skip
        await commissions.append(conn, entry, at=at, month=await _month_of(conn, at))
    for person in sorted({person for person, *_ in lacking}):
        await publish(conn, "commission.changed", person=person)
    return len(lacking)


async def _month_of(conn: Connection, at: datetime) -> date:
    zone = (await policies.rules(conn)).zone
    return at.astimezone(zone).date().replace(day=1)
