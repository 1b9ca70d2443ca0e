"""Bank transfers, the invoices that they may be for, and the accounts that customers pay from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from services.account_mgmt.domain.bank.arrivals import Arrival, Earlier
from services.account_mgmt.domain.bank.matching import InvoiceBalance
from services.account_mgmt.domain.bank.transfers import Transfer
from services.account_mgmt.domain.bank_transfers import BankTransfer, CandidateInvoice, InvoiceShare, Settlement
from services.account_mgmt.repository import Cursor
from services.account_mgmt.repository.invoice_sums import open_amount
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

_COLUMNS = ("line", "account", "booked_on", "amount", "currency", "payer_name", "payer_iban", "payer_tax_id",
            "purpose", "reference", "reversal")  # fmt: skip


async def earlier(
    conn: Connection, statement_id: str, rows: Sequence[Arrival]
) -> Mapping[tuple[str, str], Sequence[Earlier]]:
    """Transfers of other statements with the references of these, by (account, reference)."""
    named = {(row.transfer.account, row.transfer.reference) for row in rows if row.transfer.reference}
    written = await conn.fetch(
        """SELECT t.account, t.reference, t.booked_on, t.amount, t.currency, t.reversal, t.payer_iban
             FROM bank_transfers t JOIN unnest($2::text[], $3::text[]) AS k (account, reference)
                  USING (account, reference)
            WHERE t.reference <> '' AND t.statement_id <> $1 ORDER BY t.created_at, t.id""",
        statement_id,
        [account for account, _ in named],
        [reference for _, reference in named],
    )
    found: dict[tuple[str, str], list[Earlier]] = defaultdict(list)
    for one in Earlier.of_all(written):
        found[one.account, one.reference].append(one)
    return found


async def add(conn: Connection, statement_id: str, rows: Sequence[tuple[str, Transfer]]) -> dict[tuple[str, str], str]:
    """Write those whose key is new, by (account, key) -> id."""
    written = await conn.fetch(
        """INSERT INTO bank_transfers (statement_id, id, key, line, account, booked_on, amount, currency, payer_name,
                                       payer_iban, payer_tax_id, purpose, reference, reversal)
           SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::int[], $5::text[], $6::date[], $7::numeric[],
                                    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                                    $14::bool[])
           ON CONFLICT (account, key) DO NOTHING RETURNING account, key, id""",
        statement_id,
        [new_id() for _ in rows],
        [key for key, _ in rows],
        *([getattr(one, name) for _, one in rows] for name in _COLUMNS),
    )
    return {(row["account"], row["key"]): row["id"] for row in written}


async def settle(conn: Connection, settled: Sequence[Settlement], *, by: str | None = None) -> None:
    """Write what became of transfers, and whose account the money came from; `by` is the person who decided."""
    await conn.executemany(
        """UPDATE bank_transfers SET state = $2, reason = $3, candidates = $4, settled_by = $5,
                  settled_at = CASE WHEN $2 IN ('unmatched', 'failed') THEN NULL ELSE now() END WHERE id = $1""",
        [(one.transfer_id, one.state, one.reason, [asdict(c) for c in one.candidates], by) for one in settled],
    )
    shares = [(one.transfer_id, invoice_id, amount) for one in settled for invoice_id, amount in one.shares]
    # Undone before, and matched with the same invoice again: it is one share.
    await conn.executemany(
        """INSERT INTO bank_bookings (transfer_id, invoice_id, amount) VALUES ($1, $2, $3)
           ON CONFLICT (transfer_id, invoice_id) DO UPDATE SET amount = excluded.amount, undone_at = NULL
            WHERE bank_bookings.undone_at IS NOT NULL""",
        shares,
    )
    await conn.executemany(
        "UPDATE bank_transfers SET booked = booked + $2 WHERE id = $1", [(one, amount) for one, _, amount in shares]
    )
    await conn.execute(
        """INSERT INTO payer_accounts (iban, customer_id)
           SELECT DISTINCT t.payer_iban, i.customer_id FROM bank_transfers t
             JOIN unnest($1::uuid[], $2::uuid[]) AS s (transfer_id, invoice_id) ON s.transfer_id = t.id
             JOIN invoices i ON i.id = s.invoice_id WHERE t.payer_iban <> '' ON CONFLICT DO NOTHING""",
        [one for one, _, _ in shares],
        [one for _, one, _ in shares],
    )


# Reading transfers

_TRANSFER = "SELECT * FROM bank_transfers"


async def page(
    conn: Connection, *, state: str | None, statement_id: str | None, limit: int, after: Cursor
) -> list[BankTransfer]:
    """A page of transfers in the order in which they came, each with its invoices or candidates."""
    rows = await conn.fetch(
        f"""{_TRANSFER} WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR statement_id = $2)
              AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid)) ORDER BY created_at, id LIMIT $5""",
        state,
        statement_id,
        *(after or (None, None)),
        limit,
    )
    return await with_invoices(conn, rows)


async def get(conn: Connection, transfer_id: str, *, lock: bool = False) -> BankTransfer:
    """One transfer; with `lock`, hold it. Raises NotFound."""
    row = await conn.fetchrow(f"{_TRANSFER} WHERE id = $1 {'FOR UPDATE' if lock else ''}", transfer_id)
    if row is None:
        raise NotFound(f"There is no bank transfer {transfer_id}")
    return (await with_invoices(conn, [row]))[0]


async def with_invoices(conn: Connection, rows: Sequence[Any]) -> list[BankTransfer]:
    """These rows of transfers, each with its invoices or candidates."""
    booked = await conn.fetch(
        "SELECT * FROM bank_bookings WHERE transfer_id = ANY($1) AND undone_at IS NULL ORDER BY invoice_id",
        [row["id"] for row in rows],
    )
    named = {c["invoice_id"] for row in rows for c in row["candidates"]} | {share["invoice_id"] for share in booked}
    found = await conn.fetch(
        f"SELECT *, {open_amount()} AS open_amount FROM invoices i WHERE id = ANY($1)",  # noqa: S608 - a constant
        list(named),
    )
    invoices = {row["id"]: row for row in found}
    return [_transfer(row, [b for b in booked if b["transfer_id"] == row["id"]], invoices) for row in rows]


def _transfer(row: Any, booked: Sequence[Any], invoices: Mapping[str, Any]) -> BankTransfer:
    shares = [InvoiceShare.of({**share, "number": invoices[share["invoice_id"]]["number"]}) for share in booked]
    candidates = [CandidateInvoice.of({**invoices[one["invoice_id"]], **one}) for one in row["candidates"]]
    return BankTransfer.of({**row, "invoices": shares, "candidates": candidates})


# What the matching knows

_BALANCE = f"""
SELECT i.id, i.number, i.customer_id, {open_amount()} AS open_amount, i.currency, i.due_at, i.state,
       coalesce(c.contact ->> 'tax_id', '') AS tax_id, coalesce(c.contact ->> 'company', '') AS company
  FROM invoices i JOIN customers c ON c.id = i.customer_id
"""  # noqa: S608 - a constant


async def balances(conn: Connection, numbers: Sequence[str]) -> list[InvoiceBalance]:
    """Every open invoice, and those of these numbers in whatever state."""
    rows = await conn.fetch(
        f"{_BALANCE} WHERE i.state = 'open' UNION {_BALANCE} WHERE i.number = ANY($1)", list(numbers), timeout=30
    )
    return InvoiceBalance.of_all(rows)


async def payers(conn: Connection, ibans: Sequence[str]) -> dict[str, set[str]]:
    """Customers by the account that they paid from."""
    found: dict[str, set[str]] = {}
    for row in await conn.fetch("SELECT iban, customer_id FROM payer_accounts WHERE iban = ANY($1)", list(ibans)):
        found.setdefault(row["iban"], set()).add(row["customer_id"])
    return found


async def orderers(conn: Connection, numbers: Sequence[str]) -> dict[str, set[str]]:
    """Customers by the numbers, in capitals, of the orders that they placed elsewhere before these were imported."""
    found: dict[str, set[str]] = {}
    rows = await conn.fetch(
        """SELECT upper(imported_number) AS number, customer_id FROM orders
            WHERE upper(imported_number) = ANY($1) AND imported_number IS NOT NULL""",
        list(numbers),
    )
    for row in rows:
        found.setdefault(row["number"], set()).add(row["customer_id"])
    return found


async def lock_invoices(conn: Connection, invoice_ids: Sequence[str]) -> dict[str, Decimal]:
    """Hold these invoices, always in the same order; what is open on each."""
    rows = await conn.fetch(
        f"SELECT id, {open_amount()} AS open_amount FROM invoices i WHERE id = ANY($1) ORDER BY id FOR UPDATE",  # noqa: S608 - a constant
        list(invoice_ids),
    )
    # Invoices of several customers are booked one after another: theirs are held at once, in their order, too.
    await conn.execute(
        "SELECT hold_debtors(ARRAY(SELECT customer_id FROM invoices WHERE id = ANY($1)))", list(invoice_ids)
    )
    return {row["id"]: row["open_amount"] for row in rows}
