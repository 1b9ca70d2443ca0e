"""The commission ledger: events are written once, and entries follow as the difference to what was written before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.conversion.actions.deals import deal_for, now
from services.conversion.domain.commissions import (
    ZERO,
    Accrual,
    CommissionEntry,
    Difference,
    Event,
    EventKind,
    NewEntry,
    Rebuild,
    SaleRef,
    Split,
    check_splits,
    kept,
    missing_entries,
    standings,
)
from services.conversion.domain.deals import Deal
from services.conversion.repository import commissions
from services.conversion.repository.policies import policies
from services.conversion.schemas.commissions import NewAdjustment
from workflows.contracts.base import Done
from workflows.contracts.commission import MoneyEvent, MoneyKind


async def record_sale(conn: Connection, deal: Deal, shares: Sequence[Accrual], at: datetime) -> None:
    """A first sale was won. What of its money was heard of already counts now."""
    event = Event(key=f"sold:{deal.id}", kind="sold", amount=deal.value or ZERO, shares=list(shares))
    sale = SaleRef(
        sale_id=deal.id, lead_id=deal.lead_id, currency=deal.currency or "", policy_version=deal.policy_version
    )
    await _record(conn, event, sale, at)


async def record_money(conn: Connection, told: MoneyEvent) -> Done:
    """Tier 3 tells of money; a key that is known changes nothing."""
    kind: EventKind = told.kind.value
    version, policy = await policies.current(conn)
    shares = []
    if told.kind is MoneyKind.ORDERED and told.person:
        shares = kept(told.amount.amount, policy.commission, told.person)
    event = Event(key=told.key, kind=kind, amount=told.amount.amount, total=told.total.amount or None, shares=shares)
    sale = SaleRef(
        sale_id=told.sale_id, lead_id=told.customer_id, currency=told.amount.currency, policy_version=version
    )
    await _record(conn, event, sale, told.at)
    return Done()


async def add_adjustment(conn: Connection, new: NewAdjustment, who: Principal) -> CommissionEntry:
    """Write a supervisor's entry, payable in the open month. Nothing that was written is changed.

    Raises Invalid on `amount.amount` when it is zero.
    """
    if new.amount.amount == 0:
        raise Invalid("must not be zero", field="amount.amount")
    at = now()
    entry = NewEntry(
        key=f"adjusted:{new_id()}", person=new.person, role=new.role, kind="adjusted", base=ZERO, percent=ZERO,
        amount=new.amount.amount, currency=new.amount.currency, reason=f"{new.reason} ({who.person})",
    )  # fmt: skip
    [entry_id] = await commissions.append(conn, [entry], at=at, month=await _month_of(conn, at))
    await publish(conn, "commission.changed", person=new.person)
    return await commissions.get(conn, entry_id)


async def close_month(conn: Connection, month: str, who: Principal) -> None:
    """Close a month for good. Raises Invalid on `month` before it is over, Conflict `already_closed`."""
    zone = (await policies.rules(conn)).zone
    if month >= f"{now().astimezone(zone):%Y-%m}":
        raise Invalid("is not over yet", field="month")
    if not await commissions.close_month(conn, month, who.person):
        raise Conflict("this month is closed already", code="already_closed")


async def split_commission(conn: Connection, deal_id: str, parts: Sequence[Split], who: Principal) -> list[Split]:
    """Share a deal's commission before it is won; no parts give each role back to its one person.

    Raises like `deal_for`, and Invalid on `splits`.
    """
    await deal_for(conn, deal_id, who)
    wrong = check_splits(parts)
    if wrong:
        raise Invalid(wrong, field="splits")
    await commissions.set_splits(conn, deal_id, parts, who.person)
    return await commissions.splits(conn, deal_id)


async def rebuild_ledger(conn: Connection, limit: int, after: str | None, *, dry_run: bool) -> Rebuild:
    """Compute the ledger of up to `limit` sales from their events again; unless `dry_run`, append what it lacks."""
    sales = await commissions.sales(conn, limit, after)
    lacking: list[tuple[str, Difference]] = []
    written = 0
    for sale_id in sales:
        lacking += [(sale_id, difference) for difference in await differences(conn, sale_id)]
        if not dry_run:
            written += await write_differences(conn, sale_id, f"rebuilt:{new_id()}", now())
    return Rebuild(sales=len(sales), next=sales[-1] if len(sales) == limit else None, written=written, lacking=lacking)


async def differences(conn: Connection, sale_id: str) -> list[Difference]:
    """What the ledger lacks for one sale by its events. Empty when it is right."""
    events = await commissions.events_of(conn, sale_id)
    written = await commissions.written(conn, sale_id)
    return missing_entries(standings(events), written)


async def _record(conn: Connection, event: Event, sale: SaleRef, at: datetime) -> None:
    # Two events of one sale at once would both see the ledger without the other's entries.
    await commissions.lock_sale(conn, sale.sale_id)
    if await commissions.add_event(conn, event, sale, at):
        await write_differences(conn, sale.sale_id, event.key, at)


async def write_differences(conn: Connection, sale_id: str, key: str, at: datetime) -> int:
    """Append what the ledger lacks for one sale; how many entries."""
    lacking = await differences(conn, sale_id)
    if not lacking:
        return 0
    sale = await commissions.sale(conn, sale_id)
    rates = {(share.person, share.role): share.percent for share in sale.shares}
    entries = [
        NewEntry(
            key=f"{key}:{one.role}:{one.person}:{one.kind}", sale_id=sale_id, deal_id=sale.deal_id,
            lead_id=sale.lead_id, person=one.person, role=one.role, kind=one.kind, base=sale.net,
            percent=rates[one.person, one.role], amount=one.amount, currency=sale.currency,
            policy_version=sale.policy_version,
        )
        for one in lacking
    ]  # fmt: skip
    await commissions.append(conn, entries, at=at, month=await _month_of(conn, at))
    for person in sorted({one.person for one in lacking}):
        await publish(conn, "commission.changed", person=person)
    return len(lacking)


async def _month_of(conn: Connection, at: datetime) -> date:
    zone = (await policies.rules(conn)).zone
    return at.astimezone(zone).date().replace(day=1)
