"""A bank statement is taken in: money is booked on the invoices it is for, and the rest waits for people."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from typing import IO

import asyncpg
import structlog

from services.account_mgmt.actions.bank_transfers import book_shares
from services.account_mgmt.domain.bank import files
from services.account_mgmt.domain.bank.files import FileOptions
from services.account_mgmt.domain.bank.matching import Candidate, Decision, Ledger
from services.account_mgmt.domain.bank.numbers import invoices_in
from services.account_mgmt.domain.bank.transfers import Parsed, Transfer, keyed
from services.account_mgmt.domain.bank_statements import BankStatement
from services.account_mgmt.domain.bank_transfers import Settlement
from services.account_mgmt.repository import bank_statements, bank_transfers
from services.chassis.db import Connection
from services.chassis.errors import Conflict, DomainError, Invalid
from services.chassis.events import publish
from services.chassis.imports import bounded
from services.chassis.imports.cells import FileRefusedError
from workflows.contracts.base import Money

log = structlog.get_logger(__name__)
Keyed = Sequence[tuple[str, Transfer]]


async def take_statement(
    conn: Connection, file: IO[bytes], options: FileOptions, *, file_name: str, by: str
) -> BankStatement:
    """Write the statement, book what can be matched, each transfer by itself, and leave the rest to people.

    A transfer that came in an earlier file is counted as known and changes nothing. Raises Invalid for a file that
    cannot be read, or a statement of an account that is not the company's, unless `options.account` confirms it.
    """
    parsed = await _read(conn, file, options)
    await bank_statements.take_turn(conn)
    accounts = sorted({one.account for one in parsed.transfers} or {options.account} - {""})
    own = {*await bank_statements.own_accounts(conn), options.account}
    for one in accounts:
        if one not in own:
            raise Invalid(
                f"{one} is not one of the company's accounts; give it as account to confirm it", field="account"
            )
    statement_id = await bank_statements.add(conn, parsed, file_name=file_name, accounts=accounts, by=by)
    rows = list(keyed(parsed.transfers))
    fresh = await bank_transfers.add(conn, statement_id, rows)
    doubtful = await _doubtful(conn, rows)
    problems = [{"line": row.line, "reason": row.reason} for row in parsed.bad]
    problems += [{"line": row.line, "reason": reason} for row, reason in doubtful]
    problems.sort(key=lambda one: int(str(one["line"])))
    await bank_statements.close(conn, statement_id, len(rows) - len(fresh) - len(doubtful), problems)
    await _settle(conn, [(fresh.pop((one.account, key)), one) for key, one in rows if (one.account, key) in fresh], by)
    await publish(conn, "bank_statement_taken", statement_id=statement_id)
    return await bank_statements.get(conn, statement_id)


async def _read(conn: Connection, file: IO[bytes], options: FileOptions) -> Parsed:
    """The file's rows; one that names no account is of the first legal entity's."""
    account = options.account or next(iter(await bank_statements.entity_accounts(conn)), "")
    try:
        # A long file takes seconds to read: other requests go on meanwhile.
        return await asyncio.to_thread(_parsed, file, replace(options, account=account))
    except FileRefusedError as error:
        raise Invalid(str(error), field=error.field) from None


def _parsed(file: IO[bytes], options: FileOptions) -> Parsed:
    with closing(bounded.items("services.account_mgmt.domain.bank.files:lines", file, **asdict(options))) as found:
        return files.gather(found)


async def _doubtful(conn: Connection, rows: Keyed) -> list[tuple[Transfer, str]]:
    """Rows whose reference was used for another sum: neither the same transfer nor one that may be booked."""
    written = await bank_transfers.amounts(conn, rows)
    return [
        (one, f"the reference {one.reference} was used before for {written[one.account, key][0]}")
        for key, one in rows
        if written[one.account, key] != (one.amount, one.currency)
    ]


async def _settle(conn: Connection, fresh: Keyed, by: str) -> None:
    """Decide on every new transfer, by id, in the order of the file, and write what became of it."""
    entities = await bank_statements.entity_ids(conn)
    numbers = {number for _, one in fresh for number in invoices_in(one.purpose, entities)}
    payers = await bank_transfers.payers(conn, list({one.payer_iban for _, one in fresh}))
    balances = await bank_transfers.balances(conn, list(numbers)) if fresh else []
    # Sorting tens of thousands of invoices takes a while: other requests go on meanwhile.
    ledger = await asyncio.to_thread(Ledger, balances, payers, entities)
    settled: list[Settlement] = []
    for transfer_id, one in fresh:
        if one.reversal:
            settled.append(Settlement(transfer_id, "ignored", "the bank undid a booking; see what it was"))
            continue
        decision = ledger.decide(one)
        outcome = await _try(conn, transfer_id, one, decision, by)
        settled.append(outcome)
        if outcome.state == "matched":
            ledger.book(one, decision)
    await bank_transfers.settle(conn, settled)


async def _try(conn: Connection, transfer_id: str, one: Transfer, decision: Decision, by: str) -> Settlement:
    """Book a transfer's shares; whatever is wrong with one is undone and shown, and stops no other."""
    if not decision.shares:
        return Settlement(transfer_id, "unmatched", decision.reason, decision.candidates)
    expected = {invoice.id: invoice.open_amount for invoice, _ in decision.shares}
    shares = [(invoice.id, share) for invoice, share in decision.shares]
    try:
        async with conn.transaction():
            if await bank_transfers.lock_invoices(conn, list(expected)) != expected:
                raise Conflict("the invoice was changed at the same moment")
            in_money = [(invoice_id, Money(amount=share, currency=one.currency)) for invoice_id, share in shares]
            await book_shares(conn, in_money, key=transfer_id, reference=one.reference, day=one.booked_on, by=by)
    except (DomainError, asyncpg.PostgresError) as error:
        log.warning("bank_transfer_failed", transfer=transfer_id, error=type(error).__name__)
        why = error.message if isinstance(error, DomainError) else "the database refused it; match it by hand"
        candidates = [Candidate(invoice_id, decision.reason) for invoice_id, _ in shares]
        return Settlement(transfer_id, "failed", why, candidates)
    return Settlement(transfer_id, "matched", decision.reason, shares=shares)
