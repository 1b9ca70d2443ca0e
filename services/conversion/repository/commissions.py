"""The commission ledger and the events it follows from. Rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from services.chassis.db import Connection, new_id
from services.conversion.domain.commission_ledger import (
    CommissionEntry,
    EntrySum,
    MonthBalance,
    MonthPaid,
    NewEntry,
    Sale,
    SaleRef,
)
from services.conversion.domain.commissions import Event, Kind, Role, Split

_SALE_LOCKS = 7_236_114


async def lock_sales(conn: Connection, sale_ids: Sequence[str]) -> None:
    """Let one transaction at a time write about each of these sales, locked in order: no two block each other."""
    await conn.execute(
        """SELECT pg_advisory_xact_lock($1, key)
             FROM (SELECT DISTINCT hashtext(id) AS key FROM unnest($2::text[]) id ORDER BY 1) locks""",
        _SALE_LOCKS,
        list(sale_ids),
    )


async def add_event(conn: Connection, event: Event, sale: SaleRef, at: datetime) -> bool:
    """Write an event; False if its key is known."""
    return bool(
        await conn.fetchval(
            """INSERT INTO commission_events (id, key, kind, sale_id, lead_id, amount, total, currency, shares,
                                              policy_version, happened_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (key) DO NOTHING RETURNING true""",
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
            at,
        )
    )


async def events_of(conn: Connection, sale_ids: Sequence[str]) -> dict[str, list[Event]]:
    """Everything that happened to each of these sales."""
    rows = await conn.fetch(
        "SELECT * FROM commission_events WHERE sale_id = ANY($1::uuid[]) ORDER BY id", list(sale_ids)
    )
    found: dict[str, list[Event]] = {sale_id: [] for sale_id in sale_ids}
    for row in rows:
        found[row["sale_id"]].append(Event.model_validate({name: row[name] for name in Event.model_fields}))
    return found


async def sales(conn: Connection, sale_ids: Sequence[str]) -> dict[str, Sale]:
    """What each of these sales began with; one whose beginning is not known yet is missing."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (e.sale_id) e.sale_id AS id, e.amount AS net, e.currency, e.lead_id, d.id AS deal_id,
                  e.policy_version, e.shares
             FROM commission_events e LEFT JOIN deals d ON d.id = e.sale_id
            WHERE e.sale_id = ANY($1::uuid[]) AND e.kind IN ('sold', 'ordered') AND e.shares <> '[]'
            ORDER BY e.sale_id, e.id""",
        list(sale_ids),
    )
    return {row["id"]: Sale.of(row) for row in rows}


async def written(conn: Connection, sale_ids: Sequence[str]) -> dict[str, dict[tuple[str, Role, Kind], Decimal]]:
    """What the ledger holds for each of these sales, by person, role and kind."""
    rows = await conn.fetch(
        """SELECT sale_id, person, role, kind, sum(amount) AS amount FROM commissions
            WHERE sale_id = ANY($1::uuid[]) GROUP BY 1, 2, 3, 4""",
        list(sale_ids),
    )
    found: dict[str, dict[tuple[str, Role, Kind], Decimal]] = {sale_id: {} for sale_id in sale_ids}
    for row in rows:
        found[row["sale_id"]][row["person"], Role(row["role"]), row["kind"]] = row["amount"]
    return found


async def append(conn: Connection, entries: Sequence[NewEntry], *, at: datetime, month: date) -> list[str]:
    """Append entries to this month (its first day), or to the first one after it that is not closed; their ids.

    One statement, however many; an entry whose key is known is left as it is.
    """
    names = [field.name for field in fields(NewEntry)]
    rows = [{name: getattr(entry, name) for name in names} | {"id": new_id()} for entry in entries]
    found = await conn.fetch(
        f"""WITH wanted AS (SELECT * FROM jsonb_populate_recordset(NULL::commissions, $1)),
            open_month AS (
                SELECT to_char(m, 'YYYY-MM') AS month
                  FROM generate_series($3::date, $3::date + interval '50 years', interval '1 month') m
                 WHERE NOT EXISTS (SELECT FROM commission_months WHERE month = to_char(m, 'YYYY-MM'))
                 ORDER BY m LIMIT 1),
            added AS (
                INSERT INTO commissions (id, at, month, {", ".join(names)})
                SELECT id, $2, (SELECT month FROM open_month), {", ".join(names)} FROM wanted
                ON CONFLICT (key) DO NOTHING RETURNING id, key)
            SELECT coalesce(a.id, c.id) AS id FROM wanted w
              LEFT JOIN added a USING (key) LEFT JOIN commissions c USING (key)""",  # noqa: S608 - names of the dataclass's fields
        rows,
        at,
        month,
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


async def entry_sums(conn: Connection, month: str, person: str | None) -> list[EntrySum]:
    """Sums of a month per person, role, kind and currency."""
    rows = await conn.fetch(
        """SELECT person, role, kind, currency, count(*) AS entries, sum(base) AS base, sum(amount) AS amount
             FROM commissions WHERE month = $1 AND ($2::text IS NULL OR person = $2)
            GROUP BY person, role, kind, currency ORDER BY person, role, kind, currency""",
        month,
        person,
    )
    return EntrySum.of_all(rows)


async def balances(conn: Connection, month: str, person: str | None) -> list[MonthBalance]:
    """Per person and currency: what waits to vest before and after the month, and what moved in it."""
    rows = await conn.fetch(
        """SELECT person, currency,
                  coalesce(sum(CASE WHEN kind = 'vested' THEN -amount ELSE amount END)
                      FILTER (WHERE month < $1 AND kind <> 'adjusted'), 0) AS opening,
                  coalesce(sum(amount) FILTER (WHERE month = $1 AND kind = 'accrued'), 0) AS accrued,
                  coalesce(sum(amount) FILTER (WHERE month = $1 AND kind = 'clawed_back'), 0) AS clawed_back,
                  coalesce(sum(amount) FILTER (WHERE month = $1 AND kind = 'vested'), 0) AS vested,
                  coalesce(sum(amount) FILTER (WHERE month = $1 AND kind = 'adjusted'), 0) AS adjusted,
                  coalesce(sum(CASE WHEN kind = 'vested' THEN -amount ELSE amount END)
                      FILTER (WHERE kind <> 'adjusted'), 0) AS closing
             FROM commissions WHERE month <= $1 AND ($2::text IS NULL OR person = $2)
            GROUP BY person, currency ORDER BY person, currency""",
        month,
        person,
    )
    return MonthBalance.of_all(rows)


async def closed(conn: Connection, month: str) -> datetime | None:
    """When a month was closed, or none."""
    at: datetime | None = await conn.fetchval("SELECT closed_at FROM commission_months WHERE month = $1", month)
    return at


async def close_month(conn: Connection, month: str, by: str) -> bool:
    """Close a month for good; False if it is closed. Entries that are being written wait for this."""
    await conn.execute("LOCK TABLE commissions IN SHARE ROW EXCLUSIVE MODE")
    return bool(
        await conn.fetchval(
            """INSERT INTO commission_months (month, closed_by) VALUES ($1, $2)
               ON CONFLICT DO NOTHING RETURNING true""",
            month,
            by,
        )
    )


async def paid_by_month(conn: Connection, person: str, since: str) -> list[MonthPaid]:
    """What each month since this one came to for a person, by currency, the latest first."""
    rows = await conn.fetch(
        """SELECT c.month, c.currency, m.closed_at,
                  coalesce(sum(amount) FILTER (WHERE kind IN ('vested', 'adjusted')), 0) AS payable,
                  coalesce(sum(amount) FILTER (WHERE kind IN ('accrued', 'clawed_back')), 0) AS accrued
             FROM commissions c LEFT JOIN commission_months m ON m.month = c.month
            WHERE c.person = $1 AND c.month >= $2 GROUP BY c.month, c.currency, m.closed_at
            ORDER BY c.month DESC, c.currency""",
        person,
        since,
    )
    return MonthPaid.of_all(rows)


async def companies(conn: Connection, deal_ids: Sequence[str]) -> dict[str, str]:
    """Names of the companies of these deals."""
    rows = await conn.fetch(
        "SELECT id, contact ->> 'company' AS company FROM deals WHERE id = ANY($1::uuid[])", list(set(deal_ids))
    )
    return {row["id"]: row["company"] for row in rows}
