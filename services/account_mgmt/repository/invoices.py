"""Invoices with their payments and credit notes, and the counters of their numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.account_mgmt.domain import money
from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.orders import InvoicedOrder, Order
from services.account_mgmt.repository import Cursor, payments
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

_NEWS = timedelta(days=30)
"""What has been overdue for longer is no news."""
_INVOICE = """
SELECT i.*, (i.state = 'open' AND i.due_at < now()) AS overdue,
       (SELECT coalesce(sum(m.amount), 0.00) FROM surplus_moves m
         WHERE m.from_invoice = i.id AND m.undone_at IS NULL) AS moved
  FROM invoices i
"""


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
    """Write the invoice of an order; the order with it. One of nothing is paid at once."""
    invoice_id = new_id()
    await conn.execute(
        """INSERT INTO invoices (id, number, entity, order_id, customer_id, total, currency, due_at, issued_at, state)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        invoice_id,
        number,
        entity,
        order.id,
        order.customer_id,
        order.total,
        order.currency,
        due_at,
        issued_at,
        "open" if order.total > 0 else "paid",
    )
    invoice = {"id": invoice_id, "number": number, "due_at": due_at, "total": order.total, "currency": order.currency}
    return InvoicedOrder.of({**dict(order), "invoice": invoice})


async def get(conn: Connection, invoice_id: str, *, lock: bool = False) -> Invoice:
    """An invoice with its payments and credit notes; with `lock`, hold it. Raises NotFound."""
    row = await conn.fetchrow(f"{_INVOICE} WHERE i.id = $1 {'FOR UPDATE OF i' if lock else ''}", invoice_id)
    if row is None:
        raise NotFound(f"There is no invoice {invoice_id}")
    paid = await payments.of_invoice(conn, invoice_id)
    notes = await conn.fetch("SELECT * FROM credit_notes WHERE invoice_id = $1 ORDER BY issued_at", invoice_id)
    return Invoice.of({**row, "payments": paid, "credit_notes": CreditNote.of_all(notes)})


async def newly_overdue(conn: Connection, limit: int) -> list[Invoice]:
    """Open invoices, without their payments, whose date has passed since they were asked for; each is given once."""
    rows = await conn.fetch(
        f"""WITH late AS (
                UPDATE invoices SET overdue_told_at = now() WHERE id = ANY(ARRAY(
                    SELECT id FROM invoices
                     WHERE state = 'open' AND due_at < now() AND due_at > now() - $1::interval
                       AND overdue_told_at IS NULL
                     ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING id)
            {_INVOICE} JOIN late USING (id) ORDER BY i.due_at, i.id""",  # noqa: S608 - a literal of the code
        _NEWS,
        limit,
    )
    return Invoice.of_all(rows)


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


async def write_sums(conn: Connection, invoice: Invoice) -> None:
    """Write an invoice's sums and state as they are now; the caller holds it since it was read."""
    await conn.execute(
        "UPDATE invoices SET paid = $2, credited = $3, refunded = $4, written_off = $5, state = $6 WHERE id = $1",
        invoice.id,
        invoice.paid,
        invoice.credited,
        invoice.refunded,
        invoice.written_off,
        invoice.state,
    )
