"""Bank statements, and the accounts that they are of."""

from __future__ import annotations

from typing import Any

from services.account_mgmt.domain.bank.transfers import Parsed
from services.account_mgmt.domain.bank_statements import BankStatement
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound


async def take_turn(conn: Connection) -> None:
    """One statement or settlement at a time until this transaction ends: two at once could wait for each other."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('account_mgmt.bank'))")


async def own_accounts(conn: Connection) -> list[str]:
    """The company's own accounts: its legal entities', and those of earlier statements."""
    earlier = await conn.fetch("SELECT DISTINCT unnest(accounts) AS iban FROM bank_statements")
    return [*await entity_accounts(conn), *(row["iban"] for row in earlier)]


async def entity_accounts(conn: Connection) -> list[str]:
    """Accounts of the legal entities; the first is the one of a file that names none."""
    found = await conn.fetch("SELECT upper(replace(iban, ' ', '')) AS iban FROM legal_entities ORDER BY id")
    return [row["iban"] for row in found]


async def entity_ids(conn: Connection) -> list[str]:
    """The prefixes of invoice numbers."""
    return [row["id"] for row in await conn.fetch("SELECT id FROM legal_entities ORDER BY id")]


async def add(conn: Connection, parsed: Parsed, *, file_name: str, accounts: list[str], by: str) -> str:
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


async def close(conn: Connection, statement_id: str, known: int, problems: list[dict[str, Any]]) -> None:
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


async def get(conn: Connection, statement_id: str) -> BankStatement:
    """A statement with its counts and sums. Raises NotFound."""
    row = await conn.fetchrow(f"{_STATEMENT} WHERE s.id = $1", statement_id)
    if row is None:
        raise NotFound(f"There is no bank statement {statement_id}")
    return BankStatement.of(row)


async def page(conn: Connection, limit: int, after: Cursor) -> list[BankStatement]:
    """A page of statements in the order in which they were taken in."""
    rows = await conn.fetch(
        f"""{_STATEMENT} WHERE $1::timestamptz IS NULL OR (s.created_at, s.id) > ($1, $2::uuid)
            ORDER BY s.created_at, s.id LIMIT $3""",
        *(after or (None, None)),
        limit,
    )
    return BankStatement.of_all(rows)
