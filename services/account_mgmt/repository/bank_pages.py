"""What the pages of bank statements read besides the statements themselves. Everything is bounded."""

from __future__ import annotations

from collections.abc import Sequence

from services.account_mgmt.domain.bank_pages import GivenBack, Suggested, Surplus
from services.account_mgmt.domain.bank_statements import BankStatement, StateSum
from services.account_mgmt.domain.bank_transfers import BankTransfer
from services.account_mgmt.repository import Cursor
from services.account_mgmt.repository.bank_statements import STATEMENT
from services.account_mgmt.repository.bank_transfers import with_invoices
from services.account_mgmt.repository.invoice_sums import open_amount
from services.chassis.db import Connection

_MOST_PAYMENTS = 20


async def latest(conn: Connection, limit: int) -> list[BankStatement]:
    """The latest statements, the newest first."""
    return BankStatement.of_all(await conn.fetch(f"{STATEMENT} ORDER BY s.created_at DESC, s.id DESC LIMIT $1", limit))


async def transfers(
    conn: Connection, states: Sequence[str], *, statement_id: str | None, limit: int, after: Cursor
) -> list[BankTransfer]:
    """Transfers in these states, the latest first, behind a place."""
    # One walk through the index of each state: together they would be sorted, all of them.
    parts = " UNION ALL ".join(
        f"""(SELECT * FROM bank_transfers WHERE state = ${number + 5} AND ($1::uuid IS NULL OR statement_id = $1)
               AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
             ORDER BY created_at DESC, id DESC LIMIT $4)"""  # noqa: S608 - numbers of parameters
        for number in range(len(states))
    )
    rows = await conn.fetch(
        f"SELECT * FROM ({parts}) t ORDER BY created_at DESC, id DESC LIMIT $4",  # noqa: S608 - put together from constants
        statement_id,
        *(after or (None, None)),
        limit,
        *states,
    )
    return await with_invoices(conn, rows)


async def waiting(conn: Connection) -> list[StateSum]:
    """What waits for a person, by state and currency; what the bank took back by itself."""
    rows = await conn.fetch(
        """SELECT state, currency, reversal, count(*) AS transfers, sum(amount - booked) AS amount FROM bank_transfers
            WHERE state IN ('unmatched', 'failed') GROUP BY 1, 2, 3 ORDER BY reversal, amount DESC"""
    )
    return StateSum.of_all(rows)


async def companies(conn: Connection, invoice_ids: Sequence[str]) -> dict[str, str]:
    """Whose each of these invoices is."""
    rows = await conn.fetch(
        """SELECT i.id, c.contact->>'company' AS company FROM invoices i JOIN customers c ON c.id = i.customer_id
            WHERE i.id = ANY($1)""",
        list(invoice_ids),
    )
    return {row["id"]: row["company"] for row in rows}


async def payments(conn: Connection, invoice_ids: Sequence[str]) -> list[Suggested]:
    """Payments of these invoices that still count, the latest first."""
    rows = await conn.fetch(
        """SELECT p.id AS payment_id, p.invoice_id, i.number, p.amount, p.paid_at, p.reference
             FROM payments p JOIN invoices i ON i.id = p.invoice_id
            WHERE p.invoice_id = ANY($1) AND p.reversed_at IS NULL ORDER BY p.paid_at DESC, p.id LIMIT $2""",
        list(invoice_ids),
        _MOST_PAYMENTS,
    )
    return Suggested.of_all(rows)


async def payment_by(conn: Connection, transfer_id: str) -> tuple[str, str] | None:
    """(invoice, payment) of the first of what a transfer paid; none if it paid nothing that still counts."""
    row = await conn.fetchrow(
        """SELECT p.invoice_id, p.id FROM bank_transfers t JOIN bank_bookings b ON b.transfer_id = t.id
             JOIN payments p ON p.invoice_id = b.invoice_id AND p.reversed_at IS NULL
              AND p.reference IN (t.reference, 'transfer:' || t.id)
            WHERE t.id = $1 AND b.undone_at IS NULL ORDER BY p.invoice_id LIMIT 1""",
        transfer_id,
    )
    return (row["invoice_id"], row["id"]) if row else None


async def surpluses(conn: Connection, limit: int) -> list[Surplus]:
    """Invoices on which too much was paid, the latest first."""
    rows = await conn.fetch(
        f"""SELECT i.id, i.number, i.customer_id, c.contact->>'company' AS company, i.currency,
                   -{open_amount()} AS surplus
              FROM invoices i JOIN customers c ON c.id = i.customer_id
             WHERE i.state <> 'open' AND {open_amount()} < 0 ORDER BY i.issued_at DESC, i.id LIMIT $1""",  # noqa: S608 - constants
        limit,
    )
    return Surplus.of_all(rows)


async def refunds(conn: Connection, limit: int) -> list[GivenBack]:
    """What was given back, the latest first."""
    rows = await conn.fetch(
        """SELECT r.invoice_id, i.number, c.contact->>'company' AS company, r.amount, i.currency, r.reason, r.reference,
                  coalesce(m.name, s.name, r.made_by) AS made_by, r.made_at
             FROM (SELECT * FROM refunds ORDER BY made_at DESC, id DESC LIMIT $1) r
             JOIN invoices i ON i.id = r.invoice_id JOIN customers c ON c.id = i.customer_id
             LEFT JOIN account_managers m ON m.id = r.made_by LEFT JOIN supervisors s ON s.person = r.made_by
            ORDER BY r.made_at DESC, r.id DESC""",
        limit,
    )
    return GivenBack.of_all(rows)
