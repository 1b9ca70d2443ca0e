"""Transfers of a bank statement are written, matched and booked, each by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import asyncpg
import structlog

from services.account_mgmt.actions.bank_transfers import book_shares
from services.account_mgmt.domain.bank.matching import Candidate, Decision, Ledger
from services.account_mgmt.domain.bank.numbers import invoices_in
from services.account_mgmt.domain.bank.transfers import Transfer
from services.account_mgmt.domain.bank_statements import RowProblem
from services.account_mgmt.domain.bank_transfers import Settlement
from services.account_mgmt.repository import bank_statements, bank_transfers
from services.chassis.db import Connection
from services.chassis.errors import Conflict, DomainError
from workflows.contracts.base import Money

log = structlog.get_logger(__name__)
_FRESH_SECONDS = 30.0
Keyed = Sequence[tuple[str, Transfer]]


class Books:
    """The open invoices and known payers, as the matching of one statement sees them, for all its parts.

    Read when they are needed first, again when somebody else was seen to change an invoice, and every half a minute.
    """

    def __init__(self, rows: Keyed) -> None:
        self._transfers = [one for _, one in rows]
        self._ledger: Ledger | None = None
        self._read_at = 0.0

    async def ledger(self, conn: Connection, *, anew: bool = False) -> Ledger:
        """The ledger to decide from."""
        if self._ledger is None or anew or time.monotonic() - self._read_at > _FRESH_SECONDS:
            entities = await bank_statements.entity_ids(conn)
            numbers = {number for one in self._transfers for number in invoices_in(one.purpose, entities)}
            payers = await bank_transfers.payers(conn, list({one.payer_iban for one in self._transfers}))
            balances = await bank_transfers.balances(conn, list(numbers))
            # Sorting tens of thousands of invoices takes a while: other requests go on meanwhile.
            self._ledger = await asyncio.to_thread(Ledger, balances, payers, entities)
            self._read_at = time.monotonic()
        return self._ledger


class _ChangedError(Conflict):
    """Somebody else changed an invoice since it was read."""


async def take_transfers(
    conn: Connection, statement_id: str, rows: Keyed, books: Books, *, by: str
) -> tuple[int, list[RowProblem]]:
    """Write the transfers that are new, book what can be matched, and leave the rest to people.

    How many had come in an earlier file (they change nothing), and those whose reference was used for another sum.
    """
    await bank_statements.take_turn(conn)
    fresh = await bank_transfers.add(conn, statement_id, rows)
    doubtful = await _doubtful(conn, rows)
    known = len(rows) - len(fresh) - len(doubtful)
    new = [(fresh.pop((one.account, key)), one) for key, one in rows if (one.account, key) in fresh]
    await _settle(conn, new, books, by)
    return known, doubtful


async def _doubtful(conn: Connection, rows: Keyed) -> list[RowProblem]:
    """Rows whose reference was used for another sum: neither the same transfer nor one that may be booked."""
    written = await bank_transfers.amounts(conn, rows)
    return [
        RowProblem(
            line=one.line, reason=f"the reference {one.reference} was used before for {written[one.account, key][0]}"
        )
        for key, one in rows
        if written[one.account, key] != (one.amount, one.currency)
    ]


async def _settle(conn: Connection, fresh: Keyed, books: Books, by: str) -> None:
    """Decide on every new transfer, by id, in the order of the file, and write what became of it."""
    settled: list[Settlement] = []
    for transfer_id, one in fresh:
        if one.reversal:
            settled.append(Settlement(transfer_id, "ignored", "the bank undid a booking; see what it was"))
            continue
        ledger = await books.ledger(conn)
        decision = ledger.decide(one)
        try:
            outcome = await _try(conn, transfer_id, one, decision, by)
        except _ChangedError:
            ledger = await books.ledger(conn, anew=True)
            decision = ledger.decide(one)
            outcome = await _try(conn, transfer_id, one, decision, by, last=True)
        settled.append(outcome)
        if outcome.state == "matched":
            ledger.book(one, decision)
    await bank_transfers.settle(conn, settled)


async def _try(
    conn: Connection, transfer_id: str, one: Transfer, decision: Decision, by: str, *, last: bool = False
) -> Settlement:
    """Book a transfer's shares; whatever is wrong with one is undone and shown, and stops no other.

    Raises _ChangedError, unless this is the `last` time.
    """
    if not decision.shares:
        return Settlement(transfer_id, "unmatched", decision.reason, decision.candidates)
    expected = {invoice.id: invoice.open_amount for invoice, _ in decision.shares}
    shares = [(invoice.id, share) for invoice, share in decision.shares]
    try:
        async with conn.transaction():
            if await bank_transfers.lock_invoices(conn, list(expected)) != expected:
                raise _ChangedError("the invoice was changed at the same moment")
            in_money = [(invoice_id, Money(amount=share, currency=one.currency)) for invoice_id, share in shares]
            await book_shares(conn, in_money, key=transfer_id, reference=one.reference, day=one.booked_on, by=by)
    except (DomainError, asyncpg.PostgresError) as error:
        if isinstance(error, _ChangedError) and not last:
            raise
        log.warning("bank_transfer_failed", transfer=transfer_id, error=type(error).__name__)
        why = error.message if isinstance(error, DomainError) else "the database refused it; match it by hand"
        candidates = [Candidate(invoice_id, decision.reason) for invoice_id, _ in shares]
        return Settlement(transfer_id, "failed", why, candidates)
    return Settlement(transfer_id, "matched", decision.reason, shares=shares)
