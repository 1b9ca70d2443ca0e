"""The bank took money back: the payment that it returns is undone where it is recognised, else a person says which."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.actions.payment_reversals import parts_besides, undo_payments
from services.account_mgmt.domain.bank.matching import Candidate
from services.account_mgmt.domain.bank.returns import returned_by, returned_transfer
from services.account_mgmt.domain.bank.transfers import Transfer
from services.account_mgmt.domain.bank_transfers import BankTransfer, Settlement, check_returned
from services.account_mgmt.domain.invoices import ZERO, Reversal
from services.account_mgmt.repository import bank_statements, bank_transfers, invoices, payment_reversals
from services.account_mgmt.schemas.bank_transfers import NewReturn
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.events import publish
from services.chassis.sentences import said

_LONGEST = timedelta(days=400)
"""A debit that nobody allowed may be called back for thirteen months."""
_MOST = 10


async def take_back(conn: Connection, transfer_id: str, entry: Transfer, *, by: str) -> Settlement:
    """What becomes of an entry that the bank undid. One payment alone that it names is reversed; several, or none, are
    for a person to say. The caller has taken its turn at the bank."""
    if not entry.taken:
        return Settlement(transfer_id, "ignored", said("money of ours came back; see what it was"))
    since = entry.booked_on - _LONGEST
    facts = entry.amount, entry.currency, entry.booked_on, since
    entities = await bank_statements.entity_ids(conn)
    found = returned_by(entry, await payment_reversals.taken_back(conn, *facts), entities)
    is_one = len(found) == 1
    if not found:
        # One transfer may have paid several invoices: what comes back is all of it.
        parts = await payment_reversals.transfers_taken_back(conn, *facts)
        found, is_one = returned_transfer(entry, parts, entities)
    shown = [Candidate(one.invoice_id, _paid_on(one.paid_at)) for one in found[:_MOST]]
    if not is_one:
        reason = (
            said("the bank took this back, and several payments may be meant: say which it was, or ignore it")
            if found
            else said("the bank took this back and names no payment of this amount: say which it was, or ignore it")
        )
        return Settlement(transfer_id, "unmatched", reason, shown)
    try:
        async with conn.transaction():
            reversal, undone = _returned(entry.booked_on, by), [(one.invoice_id, one.payment_id) for one in found]
            await undo_payments(conn, undone, reversal, told_by=transfer_id)
    except DomainError as error:
        return Settlement(transfer_id, "failed", error.message, shown)
    numbers = ", ".join(one.number for one in found)
    reason = _took_back(found[0].paid_at, numbers)
    return Settlement(transfer_id, "matched", reason[:300], shown)


async def settle_return(conn: Connection, who: Principal, transfer_id: str, new: NewReturn) -> BankTransfer:
    """A person says which payment the bank took back: it is reversed.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) for money that came, or an entry that is settled;
    Invalid on `payment_id` for a payment of more than the bank took, or in another currency.
    """
    await check_owner_of_invoices(conn, who, [new.invoice_id])
    await bank_statements.take_turn(conn)
    transfer = await bank_transfers.get(conn, transfer_id, lock=True)
    payment = await payment_reversals.standing(conn, new.invoice_id, new.payment_id)
    invoice = await invoices.get(conn, new.invoice_id)
    parts = [(new.invoice_id, new.payment_id)]
    if new.whole_transfer:
        parts += await parts_besides(conn, who, new.payment_id)
    amounts = [(await payment_reversals.standing(conn, *part)).amount for part in parts]
    check_returned(transfer, sum(amounts, ZERO), invoice.currency)
    await undo_payments(conn, parts, _returned(transfer.booked_on, who.person), told_by=transfer_id)
    reason = _took_back(payment.paid_at, invoice.number)
    await bank_transfers.settle(conn, [Settlement(transfer_id, "settled_by_hand", reason)], by=who.person)
    await publish(conn, "bank_transfer.changed", transfer_id=transfer_id, by=who.person)
    return await bank_transfers.get(conn, transfer_id)


def _paid_on(at: datetime) -> str:
    day = at.date()
    return said(f"paid on {day}")


def _took_back(at: datetime, numbers: str) -> str:
    day = at.date()
    return said(f"took back the payment of {day} on {numbers}")


def _returned(day: date, by: str) -> Reversal:
    """Noon: the same day in every zone the company works in."""
    at = min(datetime.combine(day, time(12), UTC), datetime.now(UTC))
    return Reversal(kind="returned", reason=said(f"the bank took it back on {day}"), reversed_by=by, at=at)
