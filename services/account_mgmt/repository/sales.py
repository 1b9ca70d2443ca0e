"""Orders, invoices, payments, credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.account_mgmt.domain import money
from services.account_mgmt.domain.money import Priced
from services.account_mgmt.schemas import (
    CreditNoteView,
    InvoicedOrder,
    InvoiceView,
    LineView,
    OrderView,
    PaymentView,
)
from services.account_mgmt.schemas.card import InvoiceRef
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from workflows.contracts.base import Money, OrderLine

STANDARD_TAX = Decimal(20)
Cursor = tuple[datetime, str] | None


async def price(conn: Connection, lines: Sequence[OrderLine]) -> list[Priced]:
    """Amounts of every line; the tax rate comes from the catalogue."""
    rates = await conn.fetch(
        "SELECT id, tax_percent FROM products WHERE id = ANY($1)", [line.product_id for line in lines]
    )
    tax = {row["id"]: row["tax_percent"] for row in rates}
    return [
        money.price(
            line.product_id,
            line.description,
            line.quantity,
            line.unit_price.amount,
            line.tax_percent if line.tax_percent is not None else tax.get(line.product_id, STANDARD_TAX),
        )
        for line in lines
    ]


async def next_number(conn: Connection, entity_id: str, kind: str, year: int) -> str:
    """The next number without a gap: the counter stays locked until this transaction ends."""
    count = await conn.fetchval(
        """INSERT INTO counters (entity, kind, year, last) VALUES ($1, $2, $3, 1)
           ON CONFLICT (entity, kind, year) DO UPDATE SET last = counters.last + 1 RETURNING last""",
        entity_id,
        kind,
        year,
    )
    return money.number(entity_id, kind, year, count)


async def place(
    conn: Connection,
    *,
    customer_id: str,
    lines: Sequence[OrderLine],
    source: str,
    note: str | None,
    by: str,
    due_at: datetime,
    placed_at: datetime,
    seller: str,
    deal_id: str | None = None,
) -> InvoicedOrder:
    """Write an order with its invoice, under the numbers of the legal entity `seller`."""
    priced = await price(conn, lines)
    order_id, year = new_id(), datetime.now(UTC).year
    total, tax = money.totals(priced)
    currency = lines[0].unit_price.currency
    number = await next_number(conn, seller, "SO", year)
    await conn.execute(
        """INSERT INTO orders (id, customer_id, number, source, note, total, tax, currency, placed_by, placed_at,
                               deal_id, entity) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        *(order_id, customer_id, number, source, note, total, tax, currency, by, placed_at, deal_id, seller),
    )
    await _add_lines(conn, order_id, priced)
    await conn.execute(
        """INSERT INTO invoices (id, number, entity, order_id, customer_id, total, currency, due_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        *(new_id(), await next_number(conn, seller, "", year), seller, order_id, customer_id, total, currency, due_at),
    )
    return InvoicedOrder.model_validate((await order(conn, order_id)).model_dump())


async def _add_lines(conn: Connection, order_id: str, priced: Sequence[money.Priced]) -> None:
    await conn.executemany(
        """INSERT INTO order_lines (order_id, position, product_id, description, quantity, unit_price, tax_percent,
                                    net, tax) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (order_id, n, p.product_id, p.description, p.quantity, p.unit_price, p.tax_percent, p.net, p.tax)
            for n, p in enumerate(priced, start=1)
        ],
    )


async def order(conn: Connection, order_id: str, *, lock: bool = False) -> OrderView:
    """An order with lines and invoice. Raises NotFound."""
    if lock:
        await conn.execute("SELECT 1 FROM orders WHERE id = $1 FOR UPDATE", order_id)
    rows = await orders(conn, "o.id = $1", [order_id], 1)
    if not rows:
        raise NotFound(f"There is no order {order_id}")
    return rows[0]


async def orders(conn: Connection, where: str, values: list[Any], limit: int) -> list[OrderView]:
    """Orders by time; `where` is a constant of the caller with parameters from $1."""
    rows = await conn.fetch(
        f"""SELECT o.*, i.id AS invoice_id, i.number AS invoice_number, i.due_at
              FROM orders o LEFT JOIN invoices i ON i.order_id = o.id
             WHERE {where} ORDER BY o.placed_at, o.id LIMIT {limit:d}""",
        *values,
    )
    lines = await conn.fetch(
        "SELECT * FROM order_lines WHERE order_id = ANY($1) ORDER BY order_id, position", [row["id"] for row in rows]
    )
    found = []
    for row in rows:
        total = Money(amount=row["total"], currency=row["currency"])
        own = [_line(line, row["currency"]) for line in lines if line["order_id"] == row["id"]]
        ref = (
            InvoiceRef(id=row["invoice_id"], number=row["invoice_number"], due_at=row["due_at"], total=total)
            if row["invoice_id"]
            else None
        )
        tax = Money(amount=row["tax"], currency=row["currency"])
        found.append(OrderView.model_validate({**dict(row), "total": total, "tax": tax, "lines": own, "invoice": ref}))
    return found


def _line(row: Any, currency: str) -> LineView:
    amounts = {name: Money(amount=row[name], currency=currency) for name in ("unit_price", "net", "tax")}
    return LineView.model_validate({**dict(row), **amounts})


async def cancel_order(conn: Connection, order_id: str, reason: str) -> None:
    """Mark the order as cancelled."""
    await conn.execute("UPDATE orders SET state = 'cancelled', reason = $2 WHERE id = $1", order_id, reason)


async def deal_of(conn: Connection, order_id: str) -> str | None:
    """The deal that an order closed, or none."""
    deal_id: str | None = await conn.fetchval("SELECT deal_id FROM orders WHERE id = $1", order_id)
    return deal_id


async def placed_times(conn: Connection, customer_id: str) -> list[datetime]:
    """Times of the orders that stand, oldest first."""
    rows = await conn.fetch(
        "SELECT placed_at FROM orders WHERE customer_id = $1 AND state = 'placed' ORDER BY placed_at", customer_id
    )
    return [row["placed_at"] for row in rows]


# Invoices

_INVOICE = """
SELECT i.*, (i.state = 'open' AND i.due_at < now()) AS overdue FROM invoices i
"""


def _invoice(row: Any) -> InvoiceView:
    def amount(value: Decimal) -> Money:
        return Money(amount=value, currency=row["currency"])

    return InvoiceView.model_validate(
        {
            **dict(row),
            "total": amount(row["total"]),
            "paid": amount(row["paid"]),
            "credited": amount(row["credited"]),
            "open_amount": amount(row["total"] - row["paid"] - row["credited"]),
        }
    )


async def invoice(conn: Connection, invoice_id: str, *, lock: bool = False) -> InvoiceView:
    """An invoice with its payments and credit notes. Raises NotFound."""
    row = await conn.fetchrow(f"{_INVOICE} WHERE i.id = $1 {'FOR UPDATE' if lock else ''}", invoice_id)
    if row is None:
        raise NotFound(f"There is no invoice {invoice_id}")
    view = _invoice(row)
    payments = await conn.fetch("SELECT * FROM payments WHERE invoice_id = $1 ORDER BY created_at", invoice_id)
    notes = await conn.fetch("SELECT * FROM credit_notes WHERE invoice_id = $1 ORDER BY issued_at", invoice_id)
    currency = view.total.currency
    return view.model_copy(
        update={
            "payments": [
                PaymentView.model_validate({**dict(p), "amount": Money(amount=p["amount"], currency=currency)})
                for p in payments
            ],
            "credit_notes": [
                CreditNoteView.model_validate({**dict(n), "amount": Money(amount=n["amount"], currency=currency)})
                for n in notes
            ],
        }
    )


async def invoices(
    conn: Connection, *, state: str | None, customer_id: str | None, limit: int, after: Cursor
) -> list[InvoiceView]:
    """A page of invoices in order of issue; `overdue` are the open ones past their date."""
    rows = await conn.fetch(
        f"""{_INVOICE} WHERE ($1::text IS NULL OR i.state = $1 OR ($1 = 'overdue' AND i.state = 'open'
                                                                  AND i.due_at < now()))
              AND ($2::uuid IS NULL OR i.customer_id = $2)
              AND ($3::timestamptz IS NULL OR (i.issued_at, i.id) > ($3, $4::uuid))
            ORDER BY i.issued_at, i.id LIMIT $5""",
        state,
        customer_id,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_invoice(row) for row in rows]


async def add_credit_note(conn: Connection, invoice_id: str, amount: Decimal, reason: str, by: str) -> str:
    """Take back a part of an invoice under its own number; that number."""
    seller = await conn.fetchval("SELECT entity FROM invoices WHERE id = $1", invoice_id)
    number = await next_number(conn, seller, "CN", datetime.now(UTC).year)
    await conn.execute(
        """INSERT INTO credit_notes (id, number, invoice_id, amount, reason, issued_by)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        new_id(),
        number,
        invoice_id,
        amount,
        reason,
        by,
    )
    await conn.execute("UPDATE invoices SET credited = credited + $2 WHERE id = $1", invoice_id, amount)
    await _settle(conn, invoice_id)
    return number


async def credit_note(conn: Connection, note_id: str) -> tuple[CreditNoteView, str]:
    """A credit note and the id of its invoice. Raises NotFound."""
    row = await conn.fetchrow(
        "SELECT n.*, i.currency FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id WHERE n.id = $1", note_id
    )
    if row is None:
        raise NotFound(f"There is no credit note {note_id}")
    view = CreditNoteView.model_validate({**dict(row), "amount": Money(amount=row["amount"], currency=row["currency"])})
    return view, row["invoice_id"]


async def _settle(conn: Connection, invoice_id: str) -> None:
    await conn.execute(
        """UPDATE invoices SET state = CASE WHEN credited >= total THEN 'void' ELSE 'paid' END
            WHERE id = $1 AND state = 'open' AND paid + credited >= total""",
        invoice_id,
    )


async def void(conn: Connection, invoice_id: str) -> None:
    """An unpaid invoice of a cancelled order; its number stays in the series."""
    await conn.execute("UPDATE invoices SET state = 'void' WHERE id = $1 AND state = 'open'", invoice_id)


async def dunned(conn: Connection, invoice_id: str, level: int) -> None:
    """Record the step of dunning."""
    await conn.execute("UPDATE invoices SET dunning = greatest(dunning, $2) WHERE id = $1", invoice_id, level)
