"""Existing customers and their earlier orders, by the chunk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time
from typing import Any

from services.account_mgmt.domain.import_plan import Known, KnownOrder, Plan, Verdict
from services.account_mgmt.domain.import_rows import Row
from services.account_mgmt.domain.recognition import spelt
from services.chassis.db import Connection


async def known(conn: Connection, rows: Sequence[Row], import_id: str) -> Known:
    """What the records hold of these rows."""
    keys = {key for row in rows for key in spelt([*row.keys, *row.named])}
    found = await conn.fetch("SELECT key, customer_id FROM customer_keys WHERE key = ANY($1)", list(keys))
    owners = {row["key"]: row["customer_id"] for row in found}
    taxed = await conn.fetch(
        """SELECT customer_id, key FROM customer_keys WHERE customer_id = ANY($1::uuid[]) AND key LIKE 't:%'
            ORDER BY length(key)""",
        list(set(owners.values())),
    )
    named = await conn.fetch(
        "SELECT id, contact->>'company' AS company FROM customers WHERE id = ANY($1::uuid[])",
        list(set(owners.values())),
    )
    orders = await _orders(conn, rows, list(set(owners.values())), import_id)
    products = await conn.fetch(
        "SELECT id, name, names, tax_percent, active FROM products WHERE id = ANY($1)",
        list({row.order.product_id for row in rows if row.order and row.order.product_id}),
    )
    return Known(
        owners=owners,
        tax_ids={row["customer_id"]: row["key"] for row in taxed},
        orders={
            (row["customer_id"], row["imported_number"]): KnownOrder(
                row["id"], row["currency"], row["ours"], row["day"], row["line"]
            )
            for row in orders
        },
        numbers={row["imported_number"]: (row["customer_id"], row["line"]) for row in orders if row["ours"]},
        products={row["id"]: (row["name"], row["tax_percent"]) for row in products},
        managers=await _managers(conn),
        retired={row["id"] for row in products if not row["active"]},
        names={row["id"]: row["company"] for row in named},
        called={row["id"]: row["names"] for row in products},
    )


async def _orders(conn: Connection, rows: Sequence[Row], customers: list[str], import_id: str) -> list[Any]:
    """Orders with the numbers of these rows, of these customers or of this import."""
    numbers = {row.order.number for row in rows if row.order}
    found: list[Any] = await conn.fetch(
        """SELECT id, customer_id, imported_number, currency, imported_by = $3 AS ours,
                  (placed_at AT TIME ZONE 'UTC')::date AS day,
                  coalesce((SELECT min(position) FROM order_lines l WHERE l.order_id = o.id), 0) AS line
             FROM orders o
            WHERE upper(imported_number) = ANY($4) AND imported_number = ANY($2) AND imported_number IS NOT NULL
              AND (customer_id = ANY($1::uuid[]) OR imported_by = $3)""",
        customers,
        list(numbers),
        import_id,
        [number.upper() for number in numbers],
    )
    return found


async def _managers(conn: Connection) -> Collection[str]:
    return {row["id"] for row in await conn.fetch("SELECT id FROM account_managers WHERE active")}


async def write(conn: Connection, plan: Plan, import_id: str, by: str) -> None:
    """Add what the chunk means. Raises asyncpg.UniqueViolationError when somebody else was faster."""
    await conn.executemany(
        """INSERT INTO customers (id, contact, segment, account_manager, billing, imported_by)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        [(one.id, one.contact, one.segment, one.account_manager, one.billing, import_id) for one in plan.customers],
    )
    await conn.executemany("INSERT INTO customer_keys (key, customer_id) VALUES ($1, $2)", plan.keys)
    await conn.executemany(
        """INSERT INTO orders (id, customer_id, number, source, total, tax, currency, placed_by, placed_at, imported_by,
                               imported_number)
           VALUES ($1, $2, 'IMP-' || $1::uuid::text, 'import', 0, 0, $3, $4, $5, $6, $7)""",
        [
            (order.id, order.customer_id, order.first.currency, by,
             datetime.combine(order.first.day, time(12), UTC), import_id, order.first.number)
            for order in plan.orders
        ],
    )  # fmt: skip
    await conn.executemany(
        """INSERT INTO order_lines (order_id, position, product_id, description, quantity, unit_price, tax_percent,
                                    net, tax) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (order_id, position, p.product_id, p.description, p.quantity, p.unit_price, p.tax_percent, p.net, p.tax)
            for order_id, position, p in plan.lines
        ],
    )
    await conn.execute(
        """UPDATE orders o SET total = s.total, tax = s.tax
             FROM (SELECT order_id, sum(net + tax) AS total, sum(tax) AS tax FROM order_lines
                    WHERE order_id = ANY($1::uuid[]) GROUP BY 1) s WHERE o.id = s.order_id""",
        list({order_id for order_id, _, _ in plan.lines}),
    )


async def write_verdicts(conn: Connection, import_id: str, verdicts: Sequence[Verdict], *, dry: bool) -> None:
    """Keep what became of each row. A dry run makes no customers, so it names none."""
    await conn.executemany(
        "INSERT INTO import_rows (import_id, line, verdict, reason, lead_id, original) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (
                import_id,
                one.line,
                one.verdict,
                one.reason,
                None if dry else one.customer_id,
                [cell.replace("\0", "") for cell in one.cells] if one.cells is not None else None,
            )
            for one in verdicts
        ],
    )


async def remember_keys(conn: Connection, customer_id: str, keys: Collection[str]) -> None:
    """Recognise this customer by these from now on; what belongs to another customer stays theirs."""
    await conn.execute(
        """INSERT INTO customer_keys (key, customer_id) SELECT key, $1 FROM unnest($2::text[]) key
           ON CONFLICT DO NOTHING""",
        customer_id,
        list(keys),
    )


async def forget_keys(conn: Connection, customer_id: str, keys: Collection[str]) -> None:
    """Do not recognise this customer by these any more."""
    await conn.execute("DELETE FROM customer_keys WHERE customer_id = $1 AND key = ANY($2)", customer_id, list(keys))


async def hold_keys(conn: Connection, keys: Collection[str]) -> None:
    """Let everybody who makes a customer with one of these keys take turns, until this transaction ends."""
    for key in sorted(keys):
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('customer:' || $1, 0))", key)


async def owners(conn: Connection, keys: Sequence[str]) -> list[str]:
    """The customers who are recognised by one of these keys, in the order of the keys."""
    return list(dict.fromkeys(owner for _, owner in await owners_by_key(conn, keys)))


async def owners_by_key(conn: Connection, keys: Sequence[str]) -> list[tuple[str, str]]:
    """(key, customer) of those of these keys that somebody is recognised by, in their order."""
    rows = await conn.fetch(
        """SELECT k.key, k.customer_id FROM unnest($1::text[]) WITH ORDINALITY AS w (key, place)
             JOIN customer_keys k USING (key) ORDER BY w.place""",
        list(keys),
    )
    return [(row["key"], row["customer_id"]) for row in rows]


# Opening the care of customers who were imported


async def unopened(conn: Connection, import_id: str, after: str | None, limit: int) -> list[tuple[str, str]]:
    """(customer, segment) of an import behind `after`, in order of their ids."""
    rows = await conn.fetch(
        """SELECT id, segment FROM customers WHERE imported_by = $1 AND ($2::uuid IS NULL OR id > $2)
            ORDER BY id LIMIT $3""",
        import_id,
        after,
        limit,
    )
    return [(row["id"], row["segment"]) for row in rows]


async def on_their_way(conn: Connection, import_id: str, upto: str | None) -> int:
    """How many customers up to this id wait for their care to be opened."""
    count: int = await conn.fetchval(
        "SELECT count(*) FROM customers WHERE imported_by = $1 AND id <= $2 AND care_opened_at IS NULL",
        import_id,
        upto,
    )
    return count if upto else 0


async def waiting_segment(conn: Connection, customer_id: str) -> str | None:
    """The segment of a customer whose care is still to be opened; none for any other."""
    segment: str | None = await conn.fetchval(
        "SELECT segment FROM customers WHERE id = $1 AND imported_by IS NOT NULL AND care_opened_at IS NULL",
        customer_id,
    )
    return segment


async def opened(conn: Connection, customer_id: str) -> None:
    """The customer's care is open."""
    await conn.execute("UPDATE customers SET care_opened_at = now() WHERE id = $1", customer_id)
