"""Customers: the record of each, and of the nudges planned for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.customers import Customer, RemindBy
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from workflows.contracts.base import ContactCard

_CUSTOMER = "SELECT * FROM customers"


async def get(conn: Connection, customer_id: str, *, lock: bool = False) -> Customer:
    """Read a customer; with `lock`, hold it. Raises NotFound."""
    row = await conn.fetchrow(f"{_CUSTOMER} WHERE id = $1 {'FOR UPDATE' if lock else ''}", customer_id)
    if row is None:
        raise NotFound(f"There is no customer {customer_id}")
    return Customer.of(row)


async def of_invoices(conn: Connection, invoice_ids: Collection[str]) -> list[Customer]:
    """The customers whom these invoices are for; ids of none are left out."""
    rows = await conn.fetch(
        "SELECT * FROM customers WHERE id IN (SELECT customer_id FROM invoices WHERE id = ANY($1))",
        list(invoice_ids),
    )
    return Customer.of_all(rows)


async def page(
    conn: Connection, *, state: str | None, manager: str | None, limit: int, after: Cursor
) -> list[Customer]:
    """A page of customers in order of opening."""
    rows = await conn.fetch(
        f"""{_CUSTOMER} WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR account_manager = $2)
              AND merged_into IS NULL
              AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid))
            ORDER BY created_at, id LIMIT $5""",
        state,
        manager,
        *(after or (None, None)),
        limit,
    )
    return Customer.of_all(rows)


async def open_or_reopen(
    conn: Connection, customer_id: str, contact: ContactCard | None, segment: str, won_by: str
) -> Customer:
    """Write a new customer, or one that returns, with the history kept; a return may bring no contact card."""
    if contact is None:
        await conn.execute(
            """UPDATE customers SET state = 'active', lost_at = NULL, no_calls_since = NULL, won_by = $2,
                      updated_at = now() WHERE id = $1""",
            customer_id,
            won_by,
        )
        return await get(conn, customer_id, lock=True)
    row = await conn.fetchrow(
        """INSERT INTO customers (id, contact, segment, won_by) VALUES ($1, $2, $3, $4)
           ON CONFLICT (id) DO UPDATE SET contact = excluded.contact, state = 'active', lost_at = NULL,
                                          no_calls_since = NULL,
                                          won_by = excluded.won_by, updated_at = now()
           RETURNING *""",
        customer_id,
        contact,
        segment,
        won_by,
    )
    return Customer.of(row)


async def set_state(conn: Connection, customer_ids: Sequence[str], state: str) -> None:
    """Write the state of customers; `lost` also writes since when."""
    await conn.execute(
        """UPDATE customers SET state = $2, updated_at = now(), lost_at = CASE WHEN $2 = 'lost' THEN now() END
            WHERE id = ANY($1)""",
        list(customer_ids),
        state,
    )


async def stop_calls(conn: Connection, customer_id: str) -> None:
    """They are not called any more, not even for money; said again, the first time counts."""
    await conn.execute(
        "UPDATE customers SET no_calls_since = coalesce(no_calls_since, now()) WHERE id = $1", customer_id
    )


async def allow_calls(conn: Connection, customer_id: str) -> None:
    """They may be called again."""
    await conn.execute("UPDATE customers SET no_calls_since = NULL WHERE id = $1", customer_id)


async def change(conn: Connection, customer_id: str, *, remind_by: RemindBy | None, segment: str | None) -> Customer:
    """Change what is given of a customer. Raises NotFound."""
    await conn.execute(
        """UPDATE customers SET remind_by = coalesce($2, remind_by), segment = coalesce($3, segment), updated_at = now()
            WHERE id = $1 AND ($2::text IS NOT NULL OR $3::text IS NOT NULL)""",
        customer_id,
        remind_by,
        segment,
    )
    return await get(conn, customer_id)


async def add(
    conn: Connection, customer_id: str, *, contact: ContactCard, billing: Billing, segment: str,
    account_manager: str | None, remind_by: RemindBy,
) -> None:  # fmt: skip
    """Write a customer who was made by hand."""
    await conn.execute(
        """INSERT INTO customers (id, contact, billing, segment, account_manager, remind_by)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        customer_id,
        contact,
        billing,
        segment,
        account_manager,
        remind_by,
    )


async def write(conn: Connection, customer_id: str, *, contact: ContactCard, billing: Billing) -> None:
    """Write who a customer is, and whom invoices are made out to."""
    await conn.execute(
        "UPDATE customers SET contact = $2, billing = $3, updated_at = now() WHERE id = $1",
        customer_id,
        contact,
        billing,
    )


async def plan_nudge(conn: Connection, customer_id: str, at: datetime | None) -> None:
    """Mirror the next nudge in the record."""
    await conn.execute("UPDATE customers SET next_nudge_at = $2 WHERE id = $1", customer_id, at)


async def nudged(conn: Connection, customer_id: str) -> None:
    """A nudge was opened now; the frequency cap counts from here."""
    await conn.execute("UPDATE customers SET last_nudge_at = now(), next_nudge_at = NULL WHERE id = $1", customer_id)


async def states(conn: Connection, customer_ids: Sequence[str]) -> dict[str, str]:
    """How things stand with each of these customers."""
    rows = await conn.fetch("SELECT id, state FROM customers WHERE id = ANY($1::uuid[])", list(customer_ids))
    return {row["id"]: row["state"] for row in rows}
