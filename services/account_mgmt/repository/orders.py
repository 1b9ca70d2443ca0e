"""Orders with their lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.account_mgmt.domain.allowances import PricedAllowance
from services.account_mgmt.domain.money import PricedLine, totals
from services.account_mgmt.domain.orders import CorrectedOrder, Order, OrderDraft, Sale, UndoneOrder
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

_ORDER = """
SELECT o.*, i.id AS invoice_id, i.number AS invoice_number, i.due_at, i.total AS invoice_total
  FROM orders o LEFT JOIN invoices i ON i.order_id = o.id
"""

_LINE = ("product_id", "description", "quantity", "unit_price", "tax_percent", "net", "tax", "discount_percent", "unit",
         "tax_category", "tax_reason", "charges")  # fmt: skip
_ADD_LINE = f"""
INSERT INTO order_lines (order_id, position, {", ".join(_LINE)})
VALUES ($1, $2, {", ".join(f"${n}" for n, _ in enumerate(_LINE, start=3))})
"""  # noqa: S608 - constants

_EXTRA = ("kind", "reason", "reason_code", "percent", "base", "amount", "tax_percent", "tax_category", "tax_reason",
          "tax")  # fmt: skip
_ADD_EXTRA = f"""
INSERT INTO order_allowance_charges (order_id, position, {", ".join(_EXTRA)})
VALUES ($1, $2, {", ".join(f"${n}" for n, _ in enumerate(_EXTRA, start=3))})
"""  # noqa: S608 - constants


async def add(
    conn: Connection,
    draft: OrderDraft,
    lines: Sequence[PricedLine],
    extras: Sequence[PricedAllowance],
    *,
    number: str,
    entity: str,
    placed_at: datetime,
) -> str:
    """Write an order of the legal entity `entity` with its priced lines, discounts and charges; its id."""
    order_id = new_id()
    total, tax = totals([*lines, *extras])
    await conn.execute(
        """INSERT INTO orders (id, customer_id, number, source, note, total, tax, currency, placed_by, placed_at,
                               deal_id, entity, corrects, contract_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        order_id,
        draft.customer.id,
        number,
        draft.source,
        draft.note,
        total,
        tax,
        draft.currency,
        draft.by,
        placed_at,
        draft.deal_id,
        entity,
        draft.corrects,
        draft.contract_id,
    )
    values = [(order_id, n, *(getattr(line, name) for name in _LINE)) for n, line in enumerate(lines, start=1)]
    await conn.executemany(_ADD_LINE, values)
    values = [(order_id, n, *(getattr(one, name) for name in _EXTRA)) for n, one in enumerate(extras, start=1)]
    await conn.executemany(_ADD_EXTRA, values)
    return order_id


async def get(conn: Connection, order_id: str, *, lock: bool = False) -> Order:
    """An order with lines and invoice; with `lock`, hold it. Raises NotFound."""
    row = await conn.fetchrow(f"{_ORDER} WHERE o.id = $1 {'FOR UPDATE OF o' if lock else ''}", order_id)
    if row is None:
        raise NotFound(f"There is no order {order_id}")
    return (await _with_lines(conn, [row]))[0]


async def page(conn: Connection, customer_id: str, *, limit: int, after: Cursor) -> list[Order]:
    """Orders of a customer, oldest first."""
    rows = await conn.fetch(
        f"""{_ORDER} WHERE o.customer_id = $1 AND ($2::timestamptz IS NULL OR (o.placed_at, o.id) > ($2, $3::uuid))
            ORDER BY o.placed_at, o.id LIMIT $4""",
        customer_id,
        *(after or (None, None)),
        limit,
    )
    return await _with_lines(conn, rows)


async def numbered(conn: Connection, number: str, *, limit: int, after: Cursor) -> list[Order]:
    """Orders of this number, whatever the case, ours or an old system's; oldest first."""
    rows = await conn.fetch(
        f"""{_ORDER} WHERE o.id IN (SELECT id FROM orders WHERE number = upper($1)
                                    UNION SELECT id FROM orders WHERE upper(imported_number) = upper($1))
              AND ($2::timestamptz IS NULL OR (o.placed_at, o.id) > ($2, $3::uuid))
            ORDER BY o.placed_at, o.id LIMIT $4""",  # noqa: S608 - a constant
        number.strip(),
        *(after or (None, None)),
        limit,
    )
    return await _with_lines(conn, rows)


async def latest(conn: Connection, customer_id: str) -> Order | None:
    """The customer's latest own order that stands, if there is one; what a contract brings is none."""
    rows = await conn.fetch(
        f"""{_ORDER} WHERE o.customer_id = $1 AND o.state = 'placed' AND o.contract_id IS NULL
             ORDER BY o.placed_at DESC, o.id DESC LIMIT 1""",
        customer_id,
    )
    found = await _with_lines(conn, rows)
    return found[0] if found else None


async def _with_lines(conn: Connection, rows: Sequence[Any]) -> list[Order]:
    ids = [row["id"] for row in rows]
    lines: dict[str, list[PricedLine]] = {}
    for line in await conn.fetch("SELECT * FROM order_lines WHERE order_id = ANY($1) ORDER BY order_id, position", ids):
        lines.setdefault(line["order_id"], []).append(PricedLine.of(line))
    extras: dict[str, list[PricedAllowance]] = {}
    for one in await conn.fetch(
        "SELECT * FROM order_allowance_charges WHERE order_id = ANY($1) ORDER BY order_id, position", ids
    ):
        extras.setdefault(one["order_id"], []).append(PricedAllowance.of(one))
    # An imported order goes by the number that it had elsewhere.
    return [
        Order.of({**row, "number": row["imported_number"] or row["number"], "lines": lines.get(row["id"], []),
                  "allowance_charges": extras.get(row["id"], []), "invoice": _invoice(row)})
        for row in rows
    ]  # fmt: skip


def _invoice(row: Any) -> dict[str, Any] | None:
    if row["invoice_id"] is None:
        return None
    return {
        "id": row["invoice_id"],
        "number": row["invoice_number"],
        "due_at": row["due_at"],
        "total": row["invoice_total"],
        "currency": row["currency"],
    }


async def sale(conn: Connection, order_id: str) -> Sale:
    """What the commission ledger must know of an order that is there."""
    row = await conn.fetchrow(
        "SELECT id AS order_id, deal_id, customer_id, total, currency FROM orders WHERE id = $1", order_id
    )
    return Sale.of(row)


async def to_correct(conn: Connection, order_id: str) -> CorrectedOrder | None:
    """An order that another one is to correct, held until this transaction ends; none if there is no such order."""
    row = await conn.fetchrow(
        """SELECT o.id AS order_id, o.deal_id, o.customer_id, o.total, o.currency,
                  o.state = 'cancelled' OR coalesce(i.credited >= i.total, false) AS is_undone,
                  EXISTS (SELECT FROM orders c WHERE c.corrects = o.id) AS is_corrected
             FROM orders o LEFT JOIN invoices i ON i.order_id = o.id WHERE o.id = $1 FOR UPDATE OF o""",
        order_id,
    )
    return CorrectedOrder.maybe(row)


async def undone(conn: Connection, customer_id: str, currency: str, limit: int) -> list[UndoneOrder]:
    """Orders of a customer that a new one may correct, the latest first."""
    rows = await conn.fetch(
        """SELECT o.id, o.number, o.total, o.placed_at FROM orders o LEFT JOIN invoices i ON i.order_id = o.id
            WHERE o.customer_id = $1 AND o.currency = $2 AND o.imported_by IS NULL
              AND (o.state = 'cancelled' OR i.credited >= i.total)
              AND NOT EXISTS (SELECT FROM orders c WHERE c.corrects = o.id)
            ORDER BY o.placed_at DESC, o.id DESC LIMIT $3""",
        customer_id,
        currency,
        limit,
    )
    return UndoneOrder.of_all(rows)


async def cancel(conn: Connection, order_id: str, reason: str) -> None:
    """Mark the order as cancelled."""
    await conn.execute("UPDATE orders SET state = 'cancelled', reason = $2 WHERE id = $1", order_id, reason)


async def placed_times(conn: Connection, customer_id: str) -> list[datetime]:
    """Times of the customer's own orders that stand, oldest first; what a contract brings tells no rhythm."""
    rows = await conn.fetch(
        """SELECT placed_at FROM orders WHERE customer_id = $1 AND state = 'placed' AND contract_id IS NULL
            ORDER BY placed_at""",
        customer_id,
    )
    return [row["placed_at"] for row in rows]
