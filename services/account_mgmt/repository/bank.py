"""Bank statements, their transfers, and the accounts that customers pay from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.account_mgmt.domain.bank.matching import Candidate, Owed
from services.account_mgmt.domain.bank.transfers import Parsed, Transfer
from services.account_mgmt.schemas.bank import CandidateView, ShareView, StatementView, StateTotal, TransferView
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from workflows.contracts.base import Money

Cursor = tuple[datetime, str] | None


async def take_turn(conn: Connection) -> None:
    """One statement or settlement at a time until this transaction ends: two at once could wait for each other."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('account_mgmt.bank'))")


async def house_accounts(conn: Connection) -> list[str]:
    """The house's own accounts: its legal entities', and those of earlier statements."""
    earlier = await conn.fetch("SELECT DISTINCT unnest(accounts) AS iban FROM bank_statements")
    return [*await entity_accounts(conn), *(row["iban"] for row in earlier)]


async def entity_accounts(conn: Connection) -> list[str]:
    """Accounts of the legal entities; the first is the one of a file that names none."""
    found = await conn.fetch("SELECT upper(replace(iban, ' ', '')) AS iban FROM legal_entities ORDER BY id")
    return [row["iban"] for row in found]


async def entity_ids(conn: Connection) -> list[str]:
    """The prefixes of invoice numbers."""
    return [row["id"] for row in await conn.fetch("SELECT id FROM legal_entities ORDER BY id")]


# Statements


async def add_statement(conn: Connection, parsed: Parsed, *, file_name: str, accounts: list[str], by: str) -> str:
    """Write the statement without its transfers; its id."""
    statement_id = new_id()
    await conn.execute(
        """INSERT INTO bank_statements (id, file_name, format, accounts, rows, outgoing, posted_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        statement_id,
        file_name,
        parsed.format,
        accounts,
        parsed.rows,
        parsed.outgoing,
        by,
    )
    return statement_id


async def close_statement(conn: Connection, statement_id: str, known: int, problems: list[dict[str, Any]]) -> None:
    """Write how many transfers had been known before, and the rows that could not be taken."""
    await conn.execute(
        "UPDATE bank_statements SET known = $2, problems = $3 WHERE id = $1", statement_id, known, problems
    )


_STATEMENT = """
SELECT s.*, jsonb_array_length(s.problems) AS rejected,
       (SELECT coalesce(jsonb_agg(t ORDER BY t.state, t.currency), '[]')
          FROM (SELECT state, currency, count(*) AS transfers, sum(amount)::text AS amount FROM bank_transfers
                 WHERE statement_id = s.id GROUP BY state, currency) t) AS totals
  FROM bank_statements s
"""


def _statement(row: Any) -> StatementView:
    totals = [
        StateTotal(state=t["state"], transfers=t["transfers"], total=Money(amount=t["amount"], currency=t["currency"]))
        for t in row["totals"]
    ]
    return StatementView.model_validate({**dict(row), "totals": totals})


async def statement(conn: Connection, statement_id: str) -> StatementView:
    """A statement with its counts and sums. Raises NotFound."""
    row = await conn.fetchrow(f"{_STATEMENT} WHERE s.id = $1", statement_id)
    if row is None:
        raise NotFound(f"There is no bank statement {statement_id}")
    return _statement(row)


async def statements(conn: Connection, limit: int, after: Cursor) -> list[StatementView]:
    """A page of statements in order of their coming."""
    rows = await conn.fetch(
        f"""{_STATEMENT} WHERE $1::timestamptz IS NULL OR (s.created_at, s.id) > ($1, $2::uuid)
            ORDER BY s.created_at, s.id LIMIT $3""",
        *(after or (None, None)),
        limit,
    )
    return [_statement(row) for row in rows]


# Transfers

_COLUMNS = ("line", "account", "booked_on", "amount", "currency", "payer_name", "payer_iban", "payer_tax_id",
            "purpose", "reference", "reversal")  # fmt: skip
_TYPES = ("int", "text", "date", "numeric", "text", "text", "text", "text", "text", "text", "bool")


async def add_transfers(
    conn: Connection, statement_id: str, keyed: Sequence[tuple[str, Transfer]]
) -> dict[tuple[str, str], str]:
    """Write those that are new, by (account, key) -> id; one that came before changes nothing."""
    columns = [[getattr(one, name) for _, one in keyed] for name in _COLUMNS]
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES, start=4))
    rows = await conn.fetch(
        f"""INSERT INTO bank_transfers (statement_id, id, key, {", ".join(_COLUMNS)})
            SELECT $1, * FROM unnest($2::uuid[], $3::text[], {arrays})
            ON CONFLICT (account, key) DO NOTHING RETURNING account, key, id""",
        statement_id,
        [new_id() for _ in keyed],
        [key for key, _ in keyed],
        *columns,
    )
    return {(row["account"], row["key"]): row["id"] for row in rows}


async def amounts(conn: Connection, keyed: Sequence[tuple[str, Transfer]]) -> dict[tuple[str, str], tuple[Any, str]]:
    """(amount, currency) of the transfers that are written, by (account, key)."""
    rows = await conn.fetch(
        """SELECT t.account, t.key, t.amount, t.currency FROM bank_transfers t
             JOIN unnest($1::text[], $2::text[]) AS k (account, key) USING (account, key)""",
        [one.account for _, one in keyed],
        [key for key, _ in keyed],
    )
    return {(row["account"], row["key"]): (row["amount"], row["currency"]) for row in rows}


async def settle(
    conn: Connection,
    settled: Sequence[tuple[str, str, str, Sequence[Candidate]]],
    shares: Sequence[tuple[str, str, Decimal]] = (),
    *,
    by: str | None = None,
) -> None:
    """Write (transfer, state, reason, candidates) and the (transfer, invoice, amount) that were booked."""
    await conn.executemany(
        """UPDATE bank_transfers SET state = $2, reason = $3, candidates = $4, settled_by = $5,
                  settled_at = CASE WHEN $2 IN ('unmatched', 'failed') THEN NULL ELSE now() END WHERE id = $1""",
        [(one, state, reason, [asdict(c) for c in candidates], by) for one, state, reason, candidates in settled],
    )
    await conn.executemany(
        "INSERT INTO bank_bookings (transfer_id, invoice_id, amount) VALUES ($1, $2, $3)", list(shares)
    )
    await conn.executemany(
        "UPDATE bank_transfers SET booked = booked + $2 WHERE id = $1", [(t, a) for t, _, a in shares]
    )
    await conn.execute(
        """INSERT INTO payer_accounts (iban, customer_id)
           SELECT DISTINCT t.payer_iban, i.customer_id FROM bank_transfers t
             JOIN unnest($1::uuid[], $2::uuid[]) AS s (transfer_id, invoice_id) ON s.transfer_id = t.id
             JOIN invoices i ON i.id = s.invoice_id WHERE t.payer_iban <> '' ON CONFLICT DO NOTHING""",
        [one for one, _, _ in shares],
        [one for _, one, _ in shares],
    )


async def transfers(
    conn: Connection, *, state: str | None, statement_id: str | None, limit: int, after: Cursor
) -> list[TransferView]:
    """A page of transfers in order of their coming, each with its invoices or candidates."""
    rows = await conn.fetch(
        """SELECT * FROM bank_transfers WHERE ($1::text IS NULL OR state = $1)
              AND ($2::uuid IS NULL OR statement_id = $2)
              AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid)) ORDER BY created_at, id LIMIT $5""",
        state,
        statement_id,
        *(after or (None, None)),
        limit,
    )
    return await _views(conn, rows)


async def transfer(conn: Connection, transfer_id: str, *, lock: bool = False) -> TransferView:
    """One transfer. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT * FROM bank_transfers WHERE id = $1 {'FOR UPDATE' if lock else ''}", transfer_id)
    if row is None:
        raise NotFound(f"There is no bank transfer {transfer_id}")
    return (await _views(conn, [row]))[0]


async def _views(conn: Connection, rows: Sequence[Any]) -> list[TransferView]:
    booked = await conn.fetch(
        "SELECT * FROM bank_bookings WHERE transfer_id = ANY($1) ORDER BY invoice_id", [row["id"] for row in rows]
    )
    named = {c["invoice_id"] for row in rows for c in row["candidates"]} | {share["invoice_id"] for share in booked}
    found = await conn.fetch("SELECT * FROM invoices WHERE id = ANY($1)", list(named))
    invoices = {row["id"]: row for row in found}
    return [_view(row, [b for b in booked if b["transfer_id"] == row["id"]], invoices) for row in rows]


def _view(row: Any, booked: Sequence[Any], invoices: Mapping[str, Any]) -> TransferView:
    shares = [
        ShareView(
            invoice_id=share["invoice_id"],
            number=invoices[share["invoice_id"]]["number"],
            amount=Money(amount=share["amount"], currency=row["currency"]),
        )
        for share in booked
    ]
    sums = {name: Money(amount=row[name], currency=row["currency"]) for name in ("amount", "booked")}
    candidates = [_candidate(invoices[one["invoice_id"]], one["why"]) for one in row["candidates"]]
    return TransferView.model_validate({**dict(row), **sums, "invoices": shares, "candidates": candidates})


def _candidate(row: Any, why: str) -> CandidateView:
    rest = Money(amount=row["total"] - row["paid"] - row["credited"], currency=row["currency"])
    return CandidateView.model_validate({**dict(row), "invoice_id": row["id"], "open_amount": rest, "why": why})


# What the matching knows

_OWED = """
SELECT i.id, i.number, i.customer_id, i.total - i.paid - i.credited AS open_amount, i.currency, i.due_at, i.state,
       coalesce(c.contact ->> 'tax_id', '') AS tax_id, coalesce(c.contact ->> 'company', '') AS company
  FROM invoices i JOIN customers c ON c.id = i.customer_id
"""


async def owed(conn: Connection, numbers: Sequence[str]) -> list[Owed]:
    """Every open invoice, and those of these numbers in whatever state."""
    rows = await conn.fetch(
        f"{_OWED} WHERE i.state = 'open' UNION {_OWED} WHERE i.number = ANY($1)", list(numbers), timeout=30
    )
    return [Owed(**dict(row)) for row in rows]


async def payers(conn: Connection, ibans: Sequence[str]) -> dict[str, set[str]]:
    """Customers by the account that they paid from."""
    found: dict[str, set[str]] = {}
    for row in await conn.fetch("SELECT iban, customer_id FROM payer_accounts WHERE iban = ANY($1)", list(ibans)):
        found.setdefault(row["iban"], set()).add(row["customer_id"])
    return found


async def lock_invoices(conn: Connection, invoice_ids: Sequence[str]) -> dict[str, Decimal]:
    """Hold these invoices, always in the same order; what is open on each."""
    rows = await conn.fetch(
        "SELECT id, total - paid - credited AS open_amount FROM invoices WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        list(invoice_ids),
    )
    return {row["id"]: row["open_amount"] for row in rows}
