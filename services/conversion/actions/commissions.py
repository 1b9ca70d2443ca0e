"""The commission ledger: events are written once, and entries follow as the difference to what was written before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.conversion.actions.deals import deal_for, now
from services.conversion.domain.commission_ledger import (
    CommissionEntry,
    Difference,
    MonthStatement,
    NewEntry,
    Rebuild,
    SaleRef,
    differences,
    entries,
)
from services.conversion.domain.commissions import ZERO, Accrual, Event, EventKind, Split, check_splits, kept
from services.conversion.domain.deals import Deal
from services.conversion.repository import commissions
from services.conversion.repository.policies import policies
from services.conversion.schemas.commissions import NewAdjustment
from workflows.contracts.base import Done
from workflows.contracts.commission import MoneyEvent, MoneyKind


async def record_sale(conn: Connection, deal: Deal, shares: Sequence[Accrual], at: datetime) -> None:
    """A first sale was won. Money that was reported before counts from now on."""
    event = Event(key=f"sold:{deal.id}", kind="sold", amount=deal.value or ZERO, shares=list(shares))
    sale = SaleRef(
        sale_id=deal.id, lead_id=deal.lead_id, currency=deal.currency or "", policy_version=deal.policy_version
    )
    await _record(conn, event, sale, at)


async def record_commission(conn: Connection, reported: MoneyEvent) -> Done:
    """What tier 3 reports of an order's money becomes commission; a key that is known changes nothing."""
    kind: EventKind = reported.kind.value
    amount, total = reported.amount.amount, reported.total.amount or None
    version, policy = await policies.current(conn)
    shares = []
    if reported.kind is MoneyKind.ORDERED and reported.person:
        shares = kept(amount, policy.commission, reported.person)
    event = Event(key=reported.key, kind=kind, amount=amount, total=total, shares=shares)
    sale = SaleRef(
        sale_id=reported.sale_id, lead_id=reported.customer_id, currency=reported.amount.currency,
        policy_version=version,
    )  # fmt: skip
    await _record(conn, event, sale, reported.at)
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
        raise Conflict("this month is already closed", code="already_closed")


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


async def read_statement(conn: Connection, month: str | None, person: str | None) -> MonthStatement:
    """A month of one person or of everybody; the present month in the tier's time zone, if none is given."""
    zone = (await policies.rules(conn)).zone
    wanted = month or f"{now().astimezone(zone):%Y-%m}"
    return MonthStatement(
        month=wanted,
        timezone=zone.key,
        closed_at=await commissions.closed(conn, wanted),
        sums=await commissions.entry_sums(conn, wanted, person),
        balances=await commissions.balances(conn, wanted, person),
    )


async def rebuild_ledger(conn: Connection, limit: int, after: str | None, *, dry_run: bool) -> Rebuild:
    """Compute the ledger of up to `limit` sales from their events again; unless `dry_run`, append what it lacks.

    The differences are those found at first; what is written is computed again once their sales are locked.
    """
    sale_ids = await commissions.sale_ids(conn, limit, after)
    lacking = await _differences(conn, sale_ids)
    written = 0
    if not dry_run:
        await commissions.lock_sales(conn, list(lacking))
        written = await _write_differences(conn, {sale_id: f"rebuilt:{new_id()}" for sale_id in lacking}, now())
    return Rebuild(
        sales=len(sale_ids),
        next=sale_ids[-1] if len(sale_ids) == limit else None,
        written=written,
        lacking=[(sale_id, one) for sale_id, found in lacking.items() for one in found],
    )


async def _record(conn: Connection, event: Event, sale: SaleRef, at: datetime) -> None:
    # Two events of one sale at once would both see the ledger without the other's entries.
    await commissions.lock_sales(conn, [sale.sale_id])
    if await commissions.add_event(conn, event, sale, at):
        await _write_differences(conn, {sale.sale_id: event.key}, at)


async def _differences(conn: Connection, sale_ids: Sequence[str]) -> dict[str, list[Difference]]:
    """What the ledger lacks for these sales, in their order; those for which it is right are left out."""
    events = await commissions.events_of(conn, sale_ids)
    written = await commissions.written(conn, sale_ids)
    found = {sale_id: differences(events[sale_id], written[sale_id]) for sale_id in sale_ids}
    return {sale_id: lacking for sale_id, lacking in found.items() if lacking}


async def _write_differences(conn: Connection, keys: Mapping[str, str], at: datetime) -> int:
    """Append what the ledger lacks for these sales, which the caller has locked; how many entries.

    `keys` name what the entries of each sale follow from: two sales never share one.
    """
    lacking = await _differences(conn, list(keys))
    if not lacking:
        return 0
    sales = await commissions.sales(conn, list(lacking))
    new = [one for sale_id, found in lacking.items() for one in entries(sales[sale_id], found, keys[sale_id])]
    await commissions.append(conn, new, at=at, month=await _month_of(conn, at))
    for person in sorted({one.person for one in new}):
        await publish(conn, "commission.changed", person=person)
    return len(new)


async def _month_of(conn: Connection, at: datetime) -> date:
    zone = (await policies.rules(conn)).zone
    return at.astimezone(zone).date().replace(day=1)
