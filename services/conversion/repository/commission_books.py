"""The books of sales: how they began, what happened to them, and what the ledger holds of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from services.chassis.db import Connection
from services.conversion.domain.commission_book import Book, Invoiced, Place, Written
from services.conversion.domain.commissions import Event, Role
from services.conversion.domain.corrected_orders import Beginning, chain_of, corrections, related

# Of the customers of some sales: these, and all that correct one, are corrected, or may be for their value.
_BEGINNINGS = """
WITH customers AS (SELECT DISTINCT lead_id FROM commission_events WHERE sale_id = ANY($1::uuid[])),
moved AS (
    SELECT sale_id, kind, happened_at, total,
           sum(amount) FILTER (WHERE kind = 'credited') OVER (PARTITION BY sale_id ORDER BY happened_at) AS credited
      FROM commission_events WHERE lead_id IN (SELECT lead_id FROM customers) AND kind IN ('credited', 'cancelled')),
undone AS (
    SELECT sale_id, min(happened_at) AS at FROM moved
     WHERE kind = 'cancelled' OR (total > 0 AND credited >= total) GROUP BY sale_id),
begun AS (
    SELECT DISTINCT ON (sale_id) * FROM commission_events
     WHERE lead_id IN (SELECT lead_id FROM customers) AND kind IN ('sold', 'ordered')
     ORDER BY sale_id, (shares = '[]'), id)
SELECT b.sale_id, b.kind, b.lead_id, d.id AS deal_id, b.amount AS net, b.currency, b.happened_at AS at, b.corrects,
       b.policy_version, b.shares, u.at AS undone_at
  FROM begun b LEFT JOIN undone u USING (sale_id) LEFT JOIN deals d ON d.id = b.sale_id
 WHERE b.sale_id = ANY($1::uuid[]) OR b.corrects IS NOT NULL OR b.sale_id IN (SELECT corrects FROM begun)
    OR (b.lead_id, b.amount, b.currency) IN (
           SELECT lead_id, amount, currency FROM begun JOIN undone USING (sale_id))
"""


async def read_books(conn: Connection, sale_ids: Collection[str]) -> dict[str, Book]:
    """The books of these sales, in their order."""
    beginnings = await _beginnings(conn, sale_ids)
    return await _books(conn, sale_ids, beginnings)


async def read_related(conn: Connection, sale_id: str) -> dict[str, Book]:
    """The books of a sale and of all those whose commission may depend on what happens to it."""
    beginnings = await _beginnings(conn, [sale_id])
    return await _books(conn, sorted(related([sale_id], beginnings)), beginnings)


async def _beginnings(conn: Connection, sale_ids: Collection[str]) -> list[Beginning]:
    """How all sales of the customers of these sales began."""
    return Beginning.of_all(await conn.fetch(_BEGINNINGS, list(sale_ids)))


async def _books(conn: Connection, sale_ids: Collection[str], beginnings: Sequence[Beginning]) -> dict[str, Book]:
    began = {one.sale_id: one for one in beginnings}
    links = corrections(beginnings)
    corrected_by = {old: order for order, old in links.items()}
    chains = {one: chain_of(one, corrected_by) for one in sale_ids if one in began and one not in links}
    events = await _events(conn, {one for chain in chains.values() for one in chain})
    written = await _written(conn, sale_ids)
    return {
        sale_id: Book(
            began=began.get(sale_id),
            chain=[Invoiced(began[one], events[one]) for one in chains.get(sale_id, ())],
            written=written[sale_id],
        )
        for sale_id in sale_ids
    }


async def _events(conn: Connection, sale_ids: Collection[str]) -> Mapping[str, list[Event]]:
    """Everything that happened to each of these sales."""
    rows = await conn.fetch(
        """SELECT sale_id, key, kind, amount, total, happened_at AS at, shares FROM commission_events
            WHERE sale_id = ANY($1::uuid[]) ORDER BY id""",
        list(sale_ids),
    )
    found: dict[str, list[Event]] = {sale_id: [] for sale_id in sale_ids}
    for row in rows:
        found[row["sale_id"]].append(Event.model_validate({name: row[name] for name in Event.model_fields}))
    return found


async def _written(conn: Connection, sale_ids: Collection[str]) -> Mapping[str, Written]:
    """What the ledger holds of each of these sales."""
    rows = await conn.fetch(
        """SELECT sale_id, person, role, kind, month, sum(amount) AS amount FROM commissions
            WHERE sale_id = ANY($1::uuid[]) GROUP BY 1, 2, 3, 4, 5""",
        list(sale_ids),
    )
    found: dict[str, dict[tuple[Place, str], Decimal]] = {sale_id: {} for sale_id in sale_ids}
    for row in rows:
        found[row["sale_id"]][Place(row["person"], Role(row["role"]), row["kind"]), row["month"]] = row["amount"]
    return found
