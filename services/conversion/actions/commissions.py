"""The commission ledger: events are written once, and entries follow as the difference to what was written before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.chassis import person_names
from services.chassis.auth import Principal
from services.chassis.currencies import minor_unit
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.conversion.actions.deals import deal_for, now
from services.conversion.domain.commission_book import Book, month_of
from services.conversion.domain.commission_ledger import (
    CommissionEntry,
    Difference,
    MonthStatement,
    NewEntry,
    Rebuild,
    SaleRef,
)
from services.conversion.domain.commissions import Accrual, Event, EventKind, Split, check_splits, kept
from services.conversion.domain.deals import Deal
from services.conversion.domain.sale_money import ZERO
from services.conversion.repository import commissions
from services.conversion.repository.commission_books import read_books, read_related
from services.conversion.repository.policies import policies
from services.conversion.schemas.commissions import NewAdjustment
from workflows.contracts.base import Done
from workflows.contracts.commission import MoneyEvent, MoneyKind


async def record_sale(conn: Connection, deal: Deal, shares: Sequence[Accrual], at: datetime) -> None:
    """A first sale was won. Money that was reported before counts from now on."""
    event = Event(key=f"sold:{deal.id}", kind="sold", amount=deal.value or ZERO, shares=list(shares), at=at)
    sale = SaleRef(
        sale_id=deal.id, lead_id=deal.lead_id, currency=deal.currency or "", policy_version=deal.policy_version
    )
    await _record(conn, event, sale)


async def record_commission(conn: Connection, reported: MoneyEvent) -> Done:
    """What tier 3 reports of an order's money becomes commission; a key that is known changes nothing."""
    kind: EventKind = reported.kind.value
    amount, total = reported.amount.amount, reported.total.amount or None
    version, policy = await policies.current(conn)
    if reported.person and reported.person_name:
        await person_names.learn(conn, {reported.person: reported.person_name})
    shares = []
    if reported.kind is MoneyKind.ORDERED and reported.person:
        shares = kept(amount, policy.commission, reported.person, minor_unit(reported.amount.currency))
    event = Event(key=reported.key, kind=kind, amount=amount, total=total, shares=shares, at=reported.at)
    sale = SaleRef(
        sale_id=reported.sale_id, lead_id=reported.customer_id, currency=reported.amount.currency,
        policy_version=version, corrects=reported.corrects, number=reported.number,
    )  # fmt: skip
    await _record(conn, event, sale)
    return Done()


async def add_adjustment(conn: Connection, new: NewAdjustment, who: Principal) -> CommissionEntry:
    """Write a supervisor's entry, payable in the open month. Nothing that was written is changed.

    Raises Invalid on `amount.amount` when it is zero.
    """
    if new.amount.amount == 0:
        raise Invalid("must not be zero", field="amount.amount")
    at, zone = now(), (await policies.rules(conn)).zone
    month = month_of(at, zone)
    await commissions.keep_open(conn)
    entry = NewEntry(
        key=f"adjusted:{new_id()}", person=new.person, role=new.role, kind="adjusted", base=ZERO, percent=ZERO,
        amount=new.amount.amount, currency=new.amount.currency, reason=f"{new.reason} ({who.person})",
        month=max(month, await commissions.first_open(conn) or month),
    )  # fmt: skip
    [entry_id] = await commissions.append(conn, [entry], at=at)
    await publish(conn, "commission.changed", person=new.person)
    return await commissions.get(conn, entry_id)


async def close_month(conn: Connection, month: str, who: Principal) -> None:
    """Close a month and all before it for good.

    Raises Invalid on `month` before it is over, Conflict `already_closed`.
    """
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


async def read_statement(conn: Connection, month: str | None, person: str | Sequence[str] | None) -> MonthStatement:
    """A month of one person, of several or of everybody; the present one in the tier's time zone, if none is given."""
    people = [person] if isinstance(person, str) else person
    zone = (await policies.rules(conn)).zone
    wanted = month or f"{now().astimezone(zone):%Y-%m}"
    return MonthStatement(
        month=wanted,
        timezone=zone.key,
        closed_at=await commissions.closed(conn, wanted),
        sums=await commissions.entry_sums(conn, wanted, people),
        balances=await commissions.balances(conn, wanted, people),
    )


async def rebuild_ledger(conn: Connection, limit: int, after: str | None, *, dry_run: bool) -> Rebuild:
    """Compute the ledger of up to `limit` sales from their events again; unless `dry_run`, append what it lacks.

    The differences are those found at first; what is written is computed again once their sales are locked.
    """
    sale_ids = await commissions.sale_ids(conn, limit, after)
    lacking = _lacking(await read_books(conn, sale_ids), await _months(conn))
    written = 0
    if not dry_run:
        await commissions.lock(conn, await commissions.customers_of(conn, list(lacking)))
        written = await _write(conn, await read_books(conn, list(lacking)), f"rebuilt:{new_id()}", now())
    return Rebuild(
        sales=len(sale_ids),
        next=sale_ids[-1] if len(sale_ids) == limit else None,
        written=written,
        lacking=[(sale_id, one) for sale_id, found in lacking.items() for one in found],
    )


async def _record(conn: Connection, event: Event, sale: SaleRef) -> None:
    # Two events of one customer at once would both see the ledger without the other's entries.
    await commissions.lock(conn, [sale.lead_id, sale.sale_id])
    if await commissions.add_event(conn, event, sale):
        await _write(conn, await read_related(conn, sale.sale_id), event.key, event.at)


async def _months(conn: Connection) -> tuple[ZoneInfo, str | None]:
    """The time zone in which months begin and end, and the first one that is open."""
    return (await policies.rules(conn)).zone, await commissions.first_open(conn)


def _lacking(books: Mapping[str, Book], months: tuple[ZoneInfo, str | None]) -> dict[str, list[Difference]]:
    """What the ledger lacks for these sales, in their order; those for which it is right are left out."""
    found = {sale_id: book.lacking(*months) for sale_id, book in books.items()}
    return {sale_id: lacking for sale_id, lacking in found.items() if lacking}


async def _write(conn: Connection, books: Mapping[str, Book], key: str, at: datetime) -> int:
    """Append what the ledger lacks for these sales, whose customers the caller has locked; how many entries.

    `key` names what the entries follow from.
    """
    await commissions.keep_open(conn)
    lacking = _lacking(books, await _months(conn))
    new = [entry for sale_id, found in lacking.items() for entry in books[sale_id].entries(found, key)]
    if new:
        await commissions.append(conn, new, at=at)
    for person in sorted({one.person for one in new}):
        await publish(conn, "commission.changed", person=person)
    return len(new)
