"""Transfers of a bank statement are written, matched and booked, each by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import asyncpg
import structlog

from services.account_mgmt.actions.bank_transfers import book_shares
from services.account_mgmt.actions.returned_transfers import take_back
from services.account_mgmt.domain.bank.arrivals import Arrival, Register, doubt
from services.account_mgmt.domain.bank.matching import Candidate, Decision, Ledger
from services.account_mgmt.domain.bank.numbers import invoices_in, orders_in, short_in
from services.account_mgmt.domain.bank.transfers import Transfer
from services.account_mgmt.domain.bank_statements import RowProblem
from services.account_mgmt.domain.bank_transfers import Settlement, payment_reference
from services.account_mgmt.domain.policy import WriteOffLimits
from services.account_mgmt.domain.write_offs import small_difference
from services.account_mgmt.repository import bank_statements, bank_transfers
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from services.chassis.errors import Conflict, DomainError
from services.chassis.sentences import said
from workflows.contracts.base import Money

log = structlog.get_logger(__name__)
_FRESH_SECONDS = 30.0


class Books:
    """The open invoices and known payers, as the matching of one statement sees them, for all its parts.

    Read when they are needed first, again when somebody else was seen to change an invoice, and every half a minute.
    """

    def __init__(self, rows: Sequence[Arrival]) -> None:
        self.register = Register(rows)
        self._transfers = [row.transfer for row in rows]
        self._ledger: Ledger | None = None
        self._limits: WriteOffLimits | None = None
        self._read_at = 0.0

    async def ledger(self, conn: Connection, *, anew: bool = False) -> Ledger:
        """The ledger to decide from."""
        if self._ledger is None or anew or time.monotonic() - self._read_at > _FRESH_SECONDS:
            entities = await bank_statements.entity_ids(conn)
            numbers = {number for one in self._transfers for number in invoices_in(one.purpose, entities)}
            numbers |= {n for one in self._transfers for place in short_in(one.purpose, entities) for n in place}
            payers = await bank_transfers.payers(conn, list({one.payer_iban for one in self._transfers}))
            balances = await bank_transfers.balances(conn, list(numbers))
            named = {number for one in self._transfers for number in orders_in(one.purpose)}
            orders = await bank_transfers.orderers(conn, list(named))
            # Sorting tens of thousands of invoices takes a while: other requests go on meanwhile.
            self._ledger = await asyncio.to_thread(Ledger, balances, payers, entities, orders)
            self._read_at = time.monotonic()
        return self._ledger

    async def with_differences(self, conn: Connection, settled: Settlement, decision: Decision) -> Settlement:
        """What became of a transfer, with what it left open that may be written off."""
        if self._limits is None:
            self._limits = (await policies.rules(conn)).write_off_limits
        small = [
            f"{rest} {invoice.currency} of {invoice.number}"
            for invoice, share in decision.shares
            if (rest := small_difference(invoice.open_amount, share, self._limits, invoice.currency))
        ]
        if not small:
            return settled
        why, little = settled.reason, ", ".join(small)
        reason = said(f"{why}; {little} is left open: write it off if a bank kept it")
        return replace(settled, reason=reason[:300])

    def forget(self) -> None:
        """An invoice may have been opened again: the ledger is read anew when it is needed."""
        self._ledger = None


class _ChangedError(Conflict):
    """Somebody else changed an invoice since it was read."""


async def take_transfers(
    conn: Connection, statement_id: str, rows: Sequence[Arrival], books: Books, *, by: str
) -> tuple[int, list[RowProblem]]:
    """Write the transfers that are new, book what can be matched, and leave the rest to people.

    How many had come in an earlier file (they change nothing), and those whose reference was used for another sum or
    day: they wait for a person, who can tell whether it is the same money.
    """
    await bank_statements.take_turn(conn)
    found = await bank_transfers.earlier(conn, statement_id, rows)
    fresh: list[_Fresh] = []
    for row in rows:
        before = found.get((row.transfer.account, row.transfer.reference), ())
        verdict = books.register.judge(row, before) if row.transfer.reference else "new"
        if verdict != "known":
            key = row.spare if before else row.key
            fresh.append(_Fresh(key, row.transfer, doubt(row, before) if verdict == "doubtful" else ""))
    ids = await bank_transfers.add(conn, statement_id, [(one.key, one.transfer) for one in fresh])
    new = [(ids[one.written_as], one) for one in fresh if one.written_as in ids]
    await _settle(conn, new, books, by)
    doubtful = [RowProblem(line=one.transfer.line, reason=one.doubt) for _, one in new if one.doubt]
    return len(rows) - len(new), doubtful


@dataclass(frozen=True)
class _Fresh:
    """A transfer that has not come before, as far as anybody can tell; `doubt` says why a person must look at it."""

    key: str
    transfer: Transfer
    doubt: str

    @property
    def written_as(self) -> tuple[str, str]:
        """(account, key)."""
        return self.transfer.account, self.key


async def _settle(conn: Connection, fresh: Sequence[tuple[str, _Fresh]], books: Books, by: str) -> None:
    """Decide on every new transfer, by id, in the order of the file, and write what became of it."""
    settled: list[Settlement] = []
    for transfer_id, new in fresh:
        one = new.transfer
        if one.reversal:
            settled.append(await take_back(conn, transfer_id, one, by=by))
            books.forget()
            continue
        ledger = await books.ledger(conn)
        decision = ledger.decide(one)
        if new.doubt:
            settled.append(Settlement(transfer_id, "unmatched", new.doubt, _candidates(decision)))
            continue
        try:
            outcome = await _try(conn, transfer_id, new, decision, by)
        except _ChangedError:
            ledger = await books.ledger(conn, anew=True)
            decision = ledger.decide(one)
            outcome = await _try(conn, transfer_id, new, decision, by, last=True)
        if outcome.state == "matched":
            ledger.book(one, decision)
            outcome = await books.with_differences(conn, outcome, decision)
        settled.append(outcome)
    await bank_transfers.settle(conn, settled)


def _candidates(decision: Decision) -> Sequence[Candidate]:
    return decision.candidates or [Candidate(invoice.id, decision.reason) for invoice, _ in decision.shares]


async def _try(
    conn: Connection, transfer_id: str, new: _Fresh, decision: Decision, by: str, *, last: bool = False
) -> Settlement:
    """Book a transfer's shares; whatever is wrong with one is undone and shown, and stops no other.

    Raises _ChangedError, unless this is the `last` time.
    """
    if not decision.shares:
        return Settlement(transfer_id, "unmatched", decision.reason, decision.candidates)
    one, reference = new.transfer, payment_reference(transfer_id, new.key, new.transfer.reference)
    expected = {invoice.id: invoice.open_amount for invoice, _ in decision.shares}
    shares = [(invoice.id, share) for invoice, share in decision.shares]
    try:
        async with conn.transaction():
            if await bank_transfers.lock_invoices(conn, list(expected)) != expected:
                raise _ChangedError("the invoice was changed at the same moment")
            in_money = [(invoice_id, Money(amount=share, currency=one.currency)) for invoice_id, share in shares]
            await book_shares(conn, in_money, reference=reference, day=one.booked_on, by=by)
    except (DomainError, asyncpg.PostgresError) as error:
        if isinstance(error, _ChangedError) and not last:
            raise
        log.warning("bank_transfer_failed", transfer=transfer_id, error=type(error).__name__)
        why = error.message if isinstance(error, DomainError) else said("the database refused it; match it by hand")
        return Settlement(transfer_id, "failed", why, _candidates(decision))
    return Settlement(transfer_id, "matched", decision.reason, shares=shares)
