"""Invoices with their payments and credit notes, and the counters of their numbers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain import money
from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.invoices import Invoice, Payment
from services.account_mgmt.domain.orders import InvoicedOrder, Order
from services.account_mgmt.repository import Cursor
from services.account_mgmt.repository.payments import BY_BANK
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

_INVOICE = "SELECT i.*, (i.state = 'open' AND i.due_at < now()) AS overdue FROM invoices i"


async def next_number(conn: Connection, entity_id: str, kind: str, year: int) -> str:
    """The next number without a gap: the counter stays locked until this transaction ends.

    `kind` is empty for invoices, CN for credit notes, SO for orders.
    """
    count = await conn.fetchval(
        """INSERT INTO counters (entity, kind, year, last) VALUES ($1, $2, $3, 1)
           ON CONFLICT (entity, kind, year) DO UPDATE SET last = counters.last + 1 RETURNING last""",
        entity_id,
        kind,
        year,
    )
    return money.number(entity_id, kind, year, count)


async def add(
    conn: Connection, order: Order, *, number: str, entity: str, issued_at: datetime, due_at: datetime
) -> InvoicedOrder:
    """Write the invoice of an order; the order with it."""
    invoice_id = new_id()
    await conn.execute(
        """INSERT INTO invoices (id, number, entity, order_id, customer_id, total, currency, due_at, issued_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        invoice_id,
        number,
        entity,
        order.id,
        order.customer_id,
        order.total,
        order.currency,
        due_at,
        issued_at,
    )
    invoice = {"id": invoice_id, "number": number, "due_at": due_at, "total": order.total, "currency": order.currency}
    return InvoicedOrder.of({**dict(order), "invoice": invoice})


_PAYMENTS = f"SELECT p.*, {BY_BANK} AS by_bank FROM payments p WHERE p.invoice_id = $1 ORDER BY p.created_at"  # noqa: S608 - a constant


async def get(conn: Connection, invoice_id: str, *, lock: bool = False) -> Invoice:
    """An invoice with its payments and credit notes; with `lock`, hold it. Raises NotFound."""
    row = await conn.fetchrow(f"{_INVOICE} WHERE i.id = $1 {'FOR UPDATE' if lock else ''}", invoice_id)
    if row is None:
        raise NotFound(f"There is no invoice {invoice_id}")
    payments = await conn.fetch(_PAYMENTS, invoice_id)
    notes = await conn.fetch("SELECT * FROM credit_notes WHERE invoice_id = $1 ORDER BY issued_at", invoice_id)
    return Invoice.of({**row, "payments": Payment.of_all(payments), "credit_notes": CreditNote.of_all(notes)})


async def state_of(conn: Connection, invoice_id: str) -> str:
    """The state of an invoice that is there."""
    return str(await conn.fetchval("SELECT state FROM invoices WHERE id = $1", invoice_id))


async def page(
    conn: Connection, *, state: str | None, customer_id: str | None, limit: int, after: Cursor
) -> list[Invoice]:
    """A page of invoices in order of issue, without payments; `overdue` are the open ones past their date."""
    rows = await conn.fetch(
        f"""{_INVOICE} WHERE ($1::text IS NULL OR i.state = $1 OR ($1 = 'overdue' AND i.state = 'open'
                                                                  AND i.due_at < now()))
              AND ($2::uuid IS NULL OR i.customer_id = $2)
              AND ($3::timestamptz IS NULL OR (i.issued_at, i.id) > ($3, $4::uuid))
            ORDER BY i.issued_at, i.id LIMIT $5""",
        state,
        customer_id,
        *(after or (None, None)),
        limit,
    )
    return Invoice.of_all(rows)


async def open_of(conn: Connection, customer_id: str, limit: int) -> list[Invoice]:
    """What a customer owes, in order of issue."""
    return await page(conn, state="open", customer_id=customer_id, limit=limit, after=None)


async def credit(conn: Connection, invoice_id: str, amount: Decimal) -> None:
    """Take a part of the invoice back; it is settled when nothing is open, void when all of it was taken back."""
    await conn.execute(
        """UPDATE invoices SET credited = credited + $2,
                  state = CASE WHEN state <> 'open' OR paid + credited + $2 < total THEN state
                               WHEN credited + $2 >= total THEN 'void' ELSE 'paid' END
            WHERE id = $1""",
        invoice_id,
        amount,
    )


async def void(conn: Connection, invoice_id: str) -> None:
    """An unpaid invoice of a cancelled order; its number stays in the series."""
    await conn.execute("UPDATE invoices SET state = 'void' WHERE id = $1 AND state = 'open'", invoice_id)
