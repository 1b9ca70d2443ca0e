"""Bank statements: taking one in, and settling by hand what the rules leave to people."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

import asyncpg
import structlog

from services.account_mgmt.actions import payments
from services.account_mgmt.domain.bank import camt, table
from services.account_mgmt.domain.bank.matching import Candidate, Decision, Ledger
from services.account_mgmt.domain.bank.numbers import invoices_in
from services.account_mgmt.domain.bank.transfers import FileRefusedError, Parsed, Transfer, keyed
from services.account_mgmt.repository import bank
from services.account_mgmt.schemas.bank import NewMatch, StatementView, TransferView
from services.chassis.db import Connection
from services.chassis.errors import Conflict, DomainError, Invalid
from workflows.contracts.base import Money

log = structlog.get_logger(__name__)
Keyed = Sequence[tuple[str, Transfer]]
Outcome = tuple[str, str, Sequence[Candidate]]


def read(content: bytes, wanted: str, *, mapping: Mapping[str, str] | None, account: str, currency: str) -> Parsed:
    """The file's rows. `wanted` is auto, csv or camt053. Raises Invalid with the field that is wrong."""
    try:
        if mapping is not None:
            table.check_mapping(mapping)
        if not content.strip():
            raise FileRefusedError("The file is empty")
        is_xml = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or content[:4] in (b"<\0?\0", b"\xff\xfe<\0")
        if wanted == "camt053" or (wanted == "auto" and is_xml):
            return camt.parse(content)
        return table.parse(content, mapping=mapping, account=account, currency=currency)
    except FileRefusedError as error:
        raise Invalid(str(error), field=error.field) from None


async def take(conn: Connection, parsed: Parsed, *, file_name: str, account: str, by: str) -> StatementView:
    """Write the statement, book what can be matched, each transfer by itself, and leave the rest to people.

    A transfer that came in an earlier file is counted as known and changes nothing. Raises Invalid for a statement of
    an account that is not the house's, unless `account` confirms it.
    """
    await bank.take_turn(conn)
    accounts = sorted({one.account for one in parsed.transfers} or {account} - {""})
    ours = {*await bank.house_accounts(conn), account}
    for one in accounts:
        if one not in ours:
            raise Invalid(f"{one} is none of the house's accounts; give it as account to confirm it", field="account")
    statement_id = await bank.add_statement(conn, parsed, file_name=file_name, accounts=accounts, by=by)
    rows = list(keyed(parsed.transfers))
    fresh = await bank.add_transfers(conn, statement_id, rows)
    bad = [{"line": row.line, "reason": row.reason} for row in parsed.bad]
    doubtful = await _doubtful(conn, rows)
    bad += [{"line": row.line, "reason": reason} for row, reason in doubtful]
    known = len(rows) - len(fresh) - len(doubtful)
    await bank.close_statement(conn, statement_id, known, sorted(bad, key=lambda one: int(str(one["line"]))))
    await _settle(conn, [(fresh.pop((one.account, key)), one) for key, one in rows if (one.account, key) in fresh], by)
    return await bank.statement(conn, statement_id)


async def _doubtful(conn: Connection, rows: Keyed) -> list[tuple[Transfer, str]]:
    """Rows whose reference was used for another sum: neither the same transfer nor one that may be booked."""
    written = await bank.amounts(conn, rows)
    return [
        (one, f"the reference {one.reference} was used before for {written[one.account, key][0]}")
        for key, one in rows
        if written[one.account, key] != (one.amount, one.currency)
    ]


async def _settle(conn: Connection, fresh: Sequence[tuple[str, Transfer]], by: str) -> None:
    """Decide on every new transfer in the order of the file, and write what became of it."""
    entities = await bank.entity_ids(conn)
    numbers = {number for _, one in fresh for number in invoices_in(one.purpose, entities)}
    payers = await bank.payers(conn, list({one.payer_iban for _, one in fresh}))
    owed = await bank.owed(conn, list(numbers)) if fresh else []
    # Sorting tens of thousands of invoices takes a while: other requests go on meanwhile.
    ledger = await asyncio.to_thread(Ledger, owed, payers, entities)
    settled: list[tuple[str, str, str, Sequence[Candidate]]] = []
    shares: list[tuple[str, str, Decimal]] = []
    for transfer_id, one in fresh:
        if one.reversal:
            settled.append((transfer_id, "ignored", "the bank undid a booking; see what it was", ()))
            continue
        decision = ledger.decide(one)
        state, reason, candidates = await _try(conn, transfer_id, one, decision, by)
        settled.append((transfer_id, state, reason, candidates))
        if state == "matched":
            ledger.book(one, decision)
            shares += [(transfer_id, owed.id, share) for owed, share in decision.shares]
    await bank.settle(conn, settled, shares)


async def _try(conn: Connection, transfer_id: str, one: Transfer, decision: Decision, by: str) -> Outcome:
    """Book a transfer's shares; whatever is wrong with one is undone and shown, and stops no other."""
    if not decision.shares:
        return "unmatched", decision.reason, decision.candidates
    expected = {owed.id: owed.open_amount for owed, _ in decision.shares}
    try:
        async with conn.transaction():
            if await bank.lock_invoices(conn, list(expected)) != expected:
                raise Conflict("the invoice was changed at the same moment")
            shares = [(owed.id, Money(amount=share, currency=one.currency)) for owed, share in decision.shares]
            await _book(conn, transfer_id, one.reference, one.booked_on, shares, by)
    except (DomainError, asyncpg.PostgresError) as error:
        log.warning("bank_transfer_failed", transfer=transfer_id, error=type(error).__name__)
        why = error.message if isinstance(error, DomainError) else "the database refused it; match it by hand"
        return "failed", why, [Candidate(owed.id, decision.reason) for owed, _ in decision.shares]
    return "matched", decision.reason, ()


async def _book(
    conn: Connection, transfer_id: str, reference: str, booked_on: date, shares: Sequence[tuple[str, Money]], by: str
) -> None:
    """Book on every invoice under the bank's reference. Raises Conflict if somebody typed that payment in before."""
    # Noon: the same day in every zone the house works in.
    paid_at = datetime.combine(booked_on, time(12), UTC)
    for invoice_id, amount in shares:
        if not await payments.book(conn, invoice_id, amount, reference or f"transfer:{transfer_id}", paid_at, by):
            raise Conflict(
                f"a payment with the reference {reference} is on the invoice already",
                code="already_booked",
                detail={"invoice_id": invoice_id},
            )


async def match(conn: Connection, transfer_id: str, new: NewMatch, by: str) -> TransferView:
    """A person says which invoices a transfer pays; its account is remembered for the next one.

    Raises NotFound; Conflict (`wrong_state`) for one that is settled; Invalid for more than its amount.
    """
    await bank.take_turn(conn)
    one = await bank.transfer(conn, transfer_id, lock=True)
    if one.state not in ("unmatched", "failed", "ignored") or one.reversal:
        raise Conflict("The transfer is settled, or is none", code="wrong_state", detail={"state": one.state})
    ids = [share.invoice_id for share in new.invoices]
    if len(set(ids)) < len(ids):
        raise Invalid("An invoice is named twice", field="invoices")
    for number, share in enumerate(new.invoices):
        if share.amount.currency != one.amount.currency:
            raise Invalid(f"The money is in {one.amount.currency}", field=f"invoices.{number}.amount.currency")
    total = sum(share.amount.amount for share in new.invoices)
    if total > one.amount.amount:
        raise Invalid(f"The transfer is {one.amount.amount}, these are {total}", field="invoices")
    await bank.lock_invoices(conn, ids)
    shares = [(share.invoice_id, share.amount) for share in new.invoices]
    await _book(conn, transfer_id, one.reference, one.booked_on, shares, by)
    booked = [(transfer_id, share.invoice_id, share.amount.amount) for share in new.invoices]
    await bank.settle(conn, [(transfer_id, "settled_by_hand", "matched by a person", ())], booked, by=by)
    return await bank.transfer(conn, transfer_id)


async def ignore(conn: Connection, transfer_id: str, reason: str, by: str) -> TransferView:
    """A person says that a transfer pays no invoice. Raises NotFound; Conflict (`wrong_state`) for a settled one."""
    one = await bank.transfer(conn, transfer_id, lock=True)
    if one.state not in ("unmatched", "failed"):
        raise Conflict("The transfer is settled", code="wrong_state", detail={"state": one.state})
    await bank.settle(conn, [(transfer_id, "ignored", reason, ())], by=by)
    return await bank.transfer(conn, transfer_id)
