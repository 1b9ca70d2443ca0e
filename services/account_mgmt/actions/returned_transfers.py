"""The bank took money back: the payment that it returns is undone where it is recognised, else a person says which."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.actions.payment_reversals import undo_payment
from services.account_mgmt.domain.bank.matching import Candidate
from services.account_mgmt.domain.bank.returns import returned_by
from services.account_mgmt.domain.bank.transfers import Transfer
from services.account_mgmt.domain.bank_transfers import BankTransfer, Settlement, check_returned
from services.account_mgmt.domain.invoices import Reversal
from services.account_mgmt.repository import bank_statements, bank_transfers, invoices, payment_reversals
from services.account_mgmt.schemas.bank_transfers import NewReturn
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError

_LONGEST = timedelta(days=400)
"""A debit that nobody allowed may be called back for thirteen months."""
_MOST = 10


async def take_back(conn: Connection, transfer_id: str, entry: Transfer, *, by: str) -> Settlement:
    """What becomes of an entry that the bank undid. One payment alone that it names is reversed; several, or none, are
    for a person to say. The caller has taken its turn at the bank."""
    if not entry.taken:
        return Settlement(transfer_id, "ignored", "money of ours came back; see what it was")
    since = entry.booked_on - _LONGEST
    payments = await payment_reversals.taken_back(conn, entry.amount, entry.currency, entry.booked_on, since)
    found = returned_by(entry, payments, await bank_statements.entity_ids(conn))
    shown = [Candidate(one.invoice_id, f"paid on {one.paid_at.date()}") for one in found[:_MOST]]
    if len(found) != 1:
        why = "several payments may be meant" if found else "no payment of this amount is named"
        reason = f"the bank took this back, and {why}: say which payment it was, or ignore it"
        return Settlement(transfer_id, "unmatched", reason, shown)
    try:
        async with conn.transaction():
            reversal = _returned(entry.booked_on, by)
            await undo_payment(conn, found[0].invoice_id, found[0].payment_id, reversal, told_by=transfer_id)
    except DomainError as error:
        return Settlement(transfer_id, "failed", error.message, shown)
    reason = f"took back the payment of {found[0].paid_at.date()} on {found[0].number}"
    return Settlement(transfer_id, "matched", reason, shown)


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
    check_returned(transfer, payment.amount, invoice.currency)
    reversal = _returned(transfer.booked_on, who.person)
    await undo_payment(conn, new.invoice_id, new.payment_id, reversal, told_by=transfer_id)
    reason = f"took back the payment of {payment.paid_at.date()} on {invoice.number}"
    await bank_transfers.settle(conn, [Settlement(transfer_id, "settled_by_hand", reason)], by=who.person)
    return await bank_transfers.get(conn, transfer_id)


def _returned(day: date, by: str) -> Reversal:
    """Noon: the same day in every zone the company works in."""
    at = min(datetime.combine(day, time(12), UTC), datetime.now(UTC))
    return Reversal(kind="returned", reason=f"the bank took it back on {day}", reversed_by=by, at=at)
