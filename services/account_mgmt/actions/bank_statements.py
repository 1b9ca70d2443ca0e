"""A bank statement is taken in: a short one at once, a long one part by part by the worker."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, replace
from typing import IO, Any

from services.account_mgmt.actions.transfer_booking import Books, take_transfers
from services.account_mgmt.domain.bank import files
from services.account_mgmt.domain.bank.arrivals import Arrival, arrivals
from services.account_mgmt.domain.bank.files import FileOptions, Head
from services.account_mgmt.domain.bank.transfers import BadRow, Parsed
from services.account_mgmt.domain.bank_statements import BankStatement, RowProblem, StatementJob
from services.account_mgmt.repository import bank_statements
from services.account_mgmt.repository.bank_statements import QUEUE
from services.chassis.db import Connection, Pool
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.imports import bounded, rounds
from services.chassis.imports.cells import FileRefusedError
from services.chassis.imports.queue import JobCancelledError

# So many rows are booked in about a second: the most that anybody waits for, here and for the lock on an invoice.
PART_ROWS = 500


async def take_statement(
    conn: Connection, file: IO[bytes], options: FileOptions, *, file_name: str, by: str
) -> BankStatement:
    """Write the statement and book what can be matched, if it has `PART_ROWS` rows at most; leave a longer one to the
    worker.

    A transfer that came in an earlier file is counted as known and changes nothing. Raises Invalid for a file that
    cannot be read, or a statement of an account that is not the company's, unless `options.account` confirms it.
    """
    # A file that names no account is of the first legal entity's.
    default = next(iter(await bank_statements.entity_accounts(conn)), "")
    own, currencies = await bank_statements.own_accounts(conn), await bank_statements.entity_currencies(conn)
    reading = replace(options, default=default, own=own, currencies=currencies)
    try:
        # A long file takes seconds to read: other requests go on meanwhile.
        head, parsed = await asyncio.to_thread(_read, file, reading, PART_ROWS)
    except FileRefusedError as error:
        raise Invalid(str(error), field=error.field) from None
    accounts = sorted(head.accounts or {options.account} - {""})
    await _check_accounts(conn, accounts, options.account)
    statement_id = await bank_statements.add(
        conn, head, file_name=file_name, accounts=accounts, by=by, options=None if parsed else reading
    )
    if parsed is None:
        await QUEUE.keep(conn, statement_id, file)
    else:
        rows = arrivals(parsed.transfers)
        await _take_part(conn, statement_id, rows, Books(rows), [*parsed.bad, *parsed.gaps], by)
        await publish(conn, QUEUE.event, statement_id=statement_id, state="done")
    return await bank_statements.get(conn, statement_id)


async def cancel_statement(conn: Connection, statement_id: str) -> BankStatement:
    """Call a long statement off: what was booked stays, the rest is not. Raises NotFound; Conflict if it is over."""
    await QUEUE.cancel(conn, statement_id)
    return await bank_statements.get(conn, statement_id)


async def _check_accounts(conn: Connection, accounts: list[str], confirmed: str) -> None:
    own = {*await bank_statements.own_accounts(conn), confirmed}
    for one in accounts:
        if one not in own:
            raise Invalid(
                f"{one} is not one of the company's accounts; give it as account to confirm it", field="account"
            )


def _read(file: IO[bytes], options: FileOptions, most: int | None) -> tuple[Head, Parsed | None]:
    """The file's head, and its rows unless they are more than `most`. Raises FileRefusedError."""
    with closing(bounded.items("services.account_mgmt.domain.bank.files:lines", file, **asdict(options))) as found:
        head = files.head_of(found)
        return head, files.gather(head, found) if most is None or head.rows <= most else None


async def _take_part(
    conn: Connection, statement_id: str, part: Sequence[Arrival], books: Books, bad: Sequence[BadRow], by: str
) -> None:
    """Take some transfers and move the checkpoint behind them; `bad` rows are shown. Raises JobCancelledError."""
    known, doubtful = await take_transfers(conn, statement_id, part, books, by=by)
    # Last: until the commit nobody can call the statement off.
    problems = [*doubtful, *(RowProblem(line=row.line, reason=row.reason) for row in bad)]
    await bank_statements.add_problems(conn, statement_id, problems)
    await bank_statements.checkpoint(conn, statement_id, len(part), known)


async def run_statements(pool: Pool) -> None:
    """A periodic job: book the long statements that wait, until none is left. One that fails stops no other."""

    async def work(conn: Connection, row: Any) -> None:
        await _bring_to_end(conn, StatementJob.of(row))

    async def end(conn: Connection, row: Any, why: str) -> None:
        await rounds.close(conn, QUEUE, row["id"], why)

    await rounds.run_round(pool, rounds.Round(QUEUE, work, end))


async def _bring_to_end(conn: Connection, job: StatementJob) -> None:
    error = None
    try:
        with suppress(JobCancelledError):
            if job.state == "running":
                await _take_all(conn, job)
    except FileRefusedError as refused:
        error = f"The file cannot be read: {refused}"[:300]
    await rounds.close(conn, QUEUE, job.id, error)


async def _take_all(conn: Connection, job: StatementJob) -> None:
    # Contact data: a file without a name, which nobody else can open and which no killed worker leaves behind.
    with tempfile.TemporaryFile() as file:
        await QUEUE.spool(conn, job.id, file)
        _, parsed = await asyncio.to_thread(_read, file, FileOptions(**job.options), None)
    assert parsed is not None  # noqa: S101 - without a limit
    rows, at = arrivals(parsed.transfers), job.taken
    books = Books(rows)
    while at < max(len(rows), 1):
        part = rows[at : at + PART_ROWS]
        async with conn.transaction():
            await _take_part(conn, job.id, part, books, [] if at else [*parsed.bad, *parsed.gaps], job.posted_by)
            await publish(conn, "bank_statement_progress", statement_id=job.id, rows=at + len(part))
        at += PART_ROWS
