"""Bank statements, and the accounts that they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from services.account_mgmt.domain.bank.files import FileOptions, Head
from services.account_mgmt.domain.bank_statements import BankStatement, RowProblem
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.chassis.imports.queue import FileQueue, JobCancelledError

QUEUE = FileQueue(
    name="bank statement",
    table="bank_statements",
    parts="bank_statement_files",
    key="statement_id",
    taken="taken",
    event="bank_statement_taken",
)


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


async def entity_currencies(conn: Connection) -> dict[str, str]:
    """In which currency each legal entity keeps its account."""
    found = await conn.fetch(
        "SELECT upper(replace(iban, ' ', '')) AS iban, currency FROM legal_entities ORDER BY id DESC"
    )
    return {row["iban"]: row["currency"] for row in found}


async def entity_ids(conn: Connection) -> list[str]:
    """The prefixes of invoice numbers."""
    return [row["id"] for row in await conn.fetch("SELECT id FROM legal_entities ORDER BY id")]


async def add(
    conn: Connection, head: Head, *, file_name: str, accounts: list[str], by: str, options: FileOptions | None = None
) -> str:
    """Write a statement without its transfers; its id. With `options` it waits for the worker to read it by them."""
    statement_id = new_id()
    await conn.execute(
        """INSERT INTO bank_statements (id, file_name, format, accounts, rows, outgoing, posted_by, options, state,
                                        finished_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CASE WHEN $9 = 'done' THEN now() END)""",
        statement_id,
        file_name,
        head.format,
        accounts,
        head.rows,
        head.outgoing,
        by,
        asdict(options) if options else {},
        "queued" if options else "done",
    )
    return statement_id


async def add_problems(conn: Connection, statement_id: str, problems: Sequence[RowProblem]) -> None:
    """Remember rows that could not be taken, each once and in order of their lines."""
    await conn.execute(
        """UPDATE bank_statements SET problems = (
               SELECT coalesce(jsonb_agg(p ORDER BY (p ->> 'line')::int, p ->> 'reason'), '[]')
                 FROM (SELECT DISTINCT p FROM jsonb_array_elements(problems || $2) p) once) WHERE id = $1""",
        statement_id,
        [problem.model_dump() for problem in problems],
    )


async def checkpoint(conn: Connection, statement_id: str, taken: int, known: int) -> None:
    """Move past so many transfers, `known` of which had come before. Raises JobCancelledError if it was called off."""
    moved = await conn.fetchval(
        """UPDATE bank_statements SET taken = taken + $2, known = known + $3, attempts = 0, starts = 0
            WHERE id = $1 AND state <> 'cancelled' RETURNING id""",
        statement_id,
        taken,
        known,
    )
    if moved is None:
        raise JobCancelledError(statement_id)


STATEMENT = """
SELECT s.*, jsonb_array_length(s.problems) AS rejected,
       CASE s.state WHEN 'done' THEN s.rows ELSE s.taken END AS rows_taken,
       (SELECT coalesce(jsonb_agg(t ORDER BY t.state, t.currency, t.reversal), '[]')
          FROM (SELECT state, currency, reversal, count(*) AS transfers, sum(amount)::text AS amount
                  FROM bank_transfers WHERE statement_id = s.id GROUP BY state, currency, reversal) t) AS totals
  FROM bank_statements s
"""


async def get(conn: Connection, statement_id: str) -> BankStatement:
    """A statement with its counts and sums. Raises NotFound."""
    row = await conn.fetchrow(f"{STATEMENT} WHERE s.id = $1", statement_id)
    if row is None:
        raise NotFound(f"There is no bank statement {statement_id}")
    return BankStatement.of(row)


async def page(conn: Connection, *, state: str | None, limit: int, after: Cursor) -> list[BankStatement]:
    """A page of statements in the order in which they were sent."""
    rows = await conn.fetch(
        f"""{STATEMENT} WHERE ($1::text IS NULL OR s.state = $1)
              AND ($2::timestamptz IS NULL OR (s.created_at, s.id) > ($2, $3::uuid))
            ORDER BY s.created_at, s.id LIMIT $4""",
        state,
        *(after or (None, None)),
        limit,
    )
    return BankStatement.of_all(rows)
