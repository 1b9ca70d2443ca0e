"""The commission ledger and the events it follows from. Rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from services.chassis.db import Connection, new_id
from services.conversion.domain.commission_ledger import (
    CommissionEntry,
    EntrySum,
    MonthBalance,
    MonthPaid,
    NewEntry,
    SaleRef,
    month_after,
)
from services.conversion.domain.commissions import Event, Role, Split

_SALE_LOCKS = 7_236_114


async def lock(conn: Connection, ids: Sequence[str]) -> None:
    """Let one transaction at a time write about each of these customers and sales: no two block each other."""
    await conn.execute(
        """SELECT pg_advisory_xact_lock($1, key)
             FROM (SELECT DISTINCT hashtext(id) AS key FROM unnest($2::text[]) id ORDER BY 1) locks""",
        _SALE_LOCKS,
        list(ids),
    )


async def customers_of(conn: Connection, sale_ids: Sequence[str]) -> list[str]:
    """Whose sales these are."""
    rows = await conn.fetch(
        "SELECT DISTINCT lead_id FROM commission_events WHERE sale_id = ANY($1::uuid[])", list(sale_ids)
    )
    return [row["lead_id"] for row in rows]


async def add_event(conn: Connection, event: Event, sale: SaleRef) -> bool:
    """Write an event; False if its key is known."""
    return bool(
        await conn.fetchval(
            """INSERT INTO commission_events (id, key, kind, sale_id, lead_id, amount, total, currency, shares,
                                              policy_version, corrects, number, happened_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
               ON CONFLICT (key) DO NOTHING RETURNING true""",
            new_id(),
            event.key,
            event.kind,
            sale.sale_id,
            sale.lead_id,
            event.amount,
            event.total,
            sale.currency,
            [share.model_dump(mode="json") for share in event.shares],
            sale.policy_version,
            sale.corrects,
            sale.number,
            event.at,
        )
    )


async def keep_open(conn: Connection) -> None:
    """Let nobody close a month until this transaction ends, so that what is open now can be written into."""
    await conn.execute("LOCK TABLE commissions IN ROW EXCLUSIVE MODE")


async def first_open(conn: Connection) -> str | None:
    """The first month that is open; none if no month was closed, for closing a month closes all before it."""
    last: str | None = await conn.fetchval("SELECT max(month) FROM commission_months")
    return month_after(last) if last else None


async def append(conn: Connection, entries: Sequence[NewEntry], *, at: datetime) -> list[str]:
    """Append entries to their months, which the caller knows to be open; their ids.

    One statement, however many; an entry whose key is known is left as it is.
    """
    names = [field.name for field in fields(NewEntry)]
    rows = [{name: getattr(entry, name) for name in names} | {"id": new_id()} for entry in entries]
    found = await conn.fetch(
        f"""WITH wanted AS (SELECT * FROM jsonb_populate_recordset(NULL::commissions, $1)),
            added AS (
                INSERT INTO commissions (id, at, {", ".join(names)})
                SELECT id, $2, {", ".join(names)} FROM wanted
                ON CONFLICT (key) DO NOTHING RETURNING id, key)
            SELECT coalesce(a.id, c.id) AS id FROM wanted w
              LEFT JOIN added a USING (key) LEFT JOIN commissions c USING (key)""",  # noqa: S608 - names of the dataclass's fields
        rows,
        at,
    )
    return [row["id"] for row in found]


async def get(conn: Connection, entry_id: str) -> CommissionEntry:
    """One entry, which must be there."""
    row = await conn.fetchrow("SELECT * FROM commissions WHERE id = $1", entry_id)
    return CommissionEntry.of(row)


async def sale_ids(conn: Connection, limit: int, after: str | None) -> list[str]:
    """Ids of sales with events, in order."""
    rows = await conn.fetch(
        """SELECT DISTINCT sale_id FROM commission_events WHERE $2::uuid IS NULL OR sale_id > $2
            ORDER BY sale_id LIMIT $1""",
        limit,
        after,
    )
    return [row["sale_id"] for row in rows]


async def set_splits(conn: Connection, deal_id: str, splits: Sequence[Split], by: str) -> None:
    """Replace a deal's splits."""
    await conn.execute("DELETE FROM commission_splits WHERE deal_id = $1", deal_id)
    await conn.executemany(
        "INSERT INTO commission_splits (deal_id, role, person, percent, set_by) VALUES ($1, $2, $3, $4, $5)",
        [(deal_id, split.role.value, split.person, split.percent, by) for split in splits],
    )


async def splits(conn: Connection, deal_id: str) -> list[Split]:
    """A deal's splits."""
    rows = await conn.fetch("SELECT * FROM commission_splits WHERE deal_id = $1 ORDER BY role, person", deal_id)
    return [Split(person=row["person"], role=Role(row["role"]), percent=row["percent"]) for row in rows]


@dataclass(frozen=True)
class Filter:
    """What the list of entries is narrowed to."""

    person: str | None = None
    role: str | None = None
    kind: str | None = None
    deal_id: str | None = None
    month: str | None = None


async def page(conn: Connection, wanted: Filter, limit: int, after: str | None) -> list[CommissionEntry]:
    """Entries in order of writing."""
    rows = await conn.fetch(
        """SELECT * FROM commissions WHERE ($1::text IS NULL OR person = $1) AND ($2::text IS NULL OR role = $2)
              AND ($3::text IS NULL OR kind = $3) AND ($4::uuid IS NULL OR deal_id = $4)
              AND ($5::text IS NULL OR month = $5) AND ($6::uuid IS NULL OR id > $6)
            ORDER BY id LIMIT $7""",
        wanted.person,
        wanted.role,
        wanted.kind,
        wanted.deal_id,
        wanted.month,
        after,
        limit,
    )
    return CommissionEntry.of_all(rows)


# One condition for both would be planned for whoever asks, and read the whole ledger for somebody's month.
_OF_THESE = "person = ANY($2)"
_OF_ALL = "$2::text[] IS NULL"


def _among(people: Sequence[str] | None) -> str:
    return _OF_ALL if people is None else _OF_THESE


async def entry_sums(conn: Connection, month: str, people: Sequence[str] | None) -> list[EntrySum]:
    """Sums of a month per person, role, kind and currency: of these people, or of everybody."""
    rows = await conn.fetch(
        f"""SELECT person, role, kind, currency, count(*) AS entries, sum(base) AS base, sum(amount) AS amount
             FROM commissions WHERE month = $1 AND {_among(people)}
            GROUP BY person, role, kind, currency ORDER BY person, role, kind, currency""",  # noqa: S608 - a constant
        month,
        people,
    )
    return EntrySum.of_all(rows)


_PAID = """
sums AS (
    SELECT person, currency, month, coalesce(sum(amount) FILTER (WHERE kind = 'accrued'), 0) AS accrued,
           coalesce(sum(amount) FILTER (WHERE kind = 'clawed_back'), 0) AS clawed_back,
           coalesce(sum(amount) FILTER (WHERE kind = 'vested'), 0) AS vested,
           coalesce(sum(amount) FILTER (WHERE kind = 'adjusted'), 0) AS adjusted
      FROM commissions WHERE month <= $1 AND {people} GROUP BY person, currency, month),
running AS (
    SELECT *, sum(vested + adjusted) OVER (PARTITION BY person, currency ORDER BY month) AS due FROM sums),
paid AS (
    SELECT *, greatest(0, max(due) OVER (PARTITION BY person, currency ORDER BY month)) AS paid FROM running)
"""
"""What moved in each month, and what was due and paid up to it. No month's pay is negative, so what is paid is the most
that was ever due, and what is due falls short of it by what the person owes."""


async def balances(conn: Connection, month: str, people: Sequence[str] | None) -> list[MonthBalance]:
    """Per person and currency: what waited before and after the month, what moved in it, what was owed before.

    Of these people, or of everybody.
    """
    rows = await conn.fetch(
        f"""WITH {_PAID.format(people=_among(people))}
            SELECT person, currency,
                   coalesce(sum(accrued + clawed_back - vested) FILTER (WHERE month < $1), 0) AS opening,
                   coalesce(sum(accrued) FILTER (WHERE month = $1), 0) AS accrued,
                   coalesce(sum(clawed_back) FILTER (WHERE month = $1), 0) AS clawed_back,
                   coalesce(sum(vested) FILTER (WHERE month = $1), 0) AS vested,
                   coalesce(sum(adjusted) FILTER (WHERE month = $1), 0) AS adjusted,
                   sum(accrued + clawed_back - vested) AS closing,
                   coalesce((array_agg(due - paid ORDER BY month DESC) FILTER (WHERE month < $1))[1], 0)
                       AS brought_forward
              FROM paid GROUP BY person, currency ORDER BY person, currency""",  # noqa: S608 - a constant
        month,
        people,
    )
    return MonthBalance.of_all(rows)


async def closed(conn: Connection, month: str) -> datetime | None:
    """When a month was closed, by itself or with a later one, or none."""
    at: datetime | None = await conn.fetchval("SELECT min(closed_at) FROM commission_months WHERE month >= $1", month)
    return at


async def close_month(conn: Connection, month: str, by: str) -> bool:
    """Close a month and all before it for good; False if it is closed. Entries that are being written come first."""
    await conn.execute("LOCK TABLE commissions IN SHARE ROW EXCLUSIVE MODE")
    if await closed(conn, month):
        return False
    await conn.execute("INSERT INTO commission_months (month, closed_by) VALUES ($1, $2)", month, by)
    return True


async def paid_by_month(conn: Connection, person: str, since: str, until: str) -> list[MonthPaid]:
    """What each month since and until these came to for a person, by currency, the latest first."""
    rows = await conn.fetch(
        f"""WITH {_PAID.format(people=_OF_THESE)}, pay AS (
                SELECT month, currency, accrued + clawed_back AS accrued,
                       paid - lag(paid, 1, 0) OVER (PARTITION BY currency ORDER BY month) AS payable FROM paid)
            SELECT p.month, p.currency, p.payable, p.accrued,
                   (SELECT min(closed_at) FROM commission_months m WHERE m.month >= p.month) AS closed_at
              FROM pay p WHERE p.month >= $3 ORDER BY p.month DESC, p.currency""",  # noqa: S608 - a constant
        until,
        [person],
        since,
    )
    return MonthPaid.of_all(rows)


async def people_of(conn: Connection, role: Role) -> list[str]:
    """Everybody who has an entry of this kind in the ledger."""
    rows = await conn.fetch("SELECT DISTINCT person FROM commissions WHERE role = $1 ORDER BY person LIMIT 500", role)
    return [row["person"] for row in rows]


async def role_of(conn: Connection, person: str) -> Role | None:
    """For what somebody was credited last; none for somebody who never was."""
    role = await conn.fetchval("SELECT role FROM commissions WHERE person = $1 ORDER BY id DESC LIMIT 1", person)
    return None if role is None else Role(role)


async def companies(conn: Connection, lead_ids: Sequence[str]) -> dict[str, str]:
    """Names of the companies of these leads, as their latest deals have them."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (lead_id) lead_id, contact ->> 'company' AS company FROM deals
            WHERE lead_id = ANY($1::uuid[]) ORDER BY lead_id, id DESC""",
        list(set(lead_ids)),
    )
    return {row["lead_id"]: row["company"] for row in rows}


async def order_numbers(conn: Connection, sale_ids: Sequence[str]) -> dict[str, str]:
    """Numbers of further orders, by sale."""
    rows = await conn.fetch(
        "SELECT sale_id, number FROM commission_events WHERE sale_id = ANY($1::uuid[]) AND number IS NOT NULL",
        list(set(sale_ids)),
    )
    return {row["sale_id"]: row["number"] for row in rows}
