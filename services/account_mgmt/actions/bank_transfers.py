"""Bank transfers: booked on invoices, matched by a person, or ignored as no payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.actions.payments import book_payment
from services.account_mgmt.domain.bank_transfers import BankTransfer, Settlement, check_match, payment_reference
from services.account_mgmt.repository import bank_statements, bank_transfers
from services.account_mgmt.schemas.bank_transfers import NewMatch
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.chassis.sentences import said
from workflows.contracts.base import Money


async def book_shares(
    conn: Connection, shares: Sequence[tuple[str, Money]], *, reference: str, day: date, by: str
) -> None:
    """Book a transfer on every invoice under its `payment_reference`.

    Raises Conflict (`already_booked`) if somebody typed that payment in before, and as `book_payment` does.
    """
    # Noon: the same day in every zone the company works in.
    paid_at = datetime.combine(day, time(12), UTC)
    for invoice_id, amount in shares:
        if not await book_payment(conn, invoice_id, amount, reference=reference, paid_at=paid_at, by=by):
            raise Conflict(
                f"a payment with the reference {reference} is on the invoice already",
                code="already_booked",
                detail={"invoice_id": invoice_id},
            )


async def read_transfer(conn: Connection, transfer_id: str) -> BankTransfer:
    """One transfer. Raises NotFound."""
    return await bank_transfers.get(conn, transfer_id)


async def tell_settled(conn: Connection, transfer_id: str, by: str) -> None:
    """The pages of the bank hear that somebody has said what becomes of a transfer."""
    await publish(conn, "bank_transfer.changed", transfer_id=transfer_id, by=by)


async def match_transfer(conn: Connection, who: Principal, transfer_id: str, new: NewMatch) -> BankTransfer:
    """A person says which invoices a transfer pays; the payer's account is remembered for the next one.

    Raises NotFound; Forbidden (`not_owner`) unless all these customers are theirs; Conflict (`wrong_state`) for one
    that is settled, (`already_booked`); Invalid for more than its amount or another currency.
    """
    by = who.person
    await check_owner_of_invoices(conn, who, [share.invoice_id for share in new.invoices])
    await bank_statements.take_turn(conn)
    transfer = await bank_transfers.get(conn, transfer_id, lock=True)
    shares = [(share.invoice_id, share.amount) for share in new.invoices]
    check_match(transfer, shares)
    await bank_transfers.lock_invoices(conn, [invoice_id for invoice_id, _ in shares])
    reference = payment_reference(transfer_id, transfer.key, transfer.reference)
    await book_shares(conn, shares, reference=reference, day=transfer.booked_on, by=by)
    booked = [(invoice_id, amount.amount) for invoice_id, amount in shares]
    settlement = Settlement(transfer_id, "settled_by_hand", said("matched by a person"), shares=booked)
    await bank_transfers.settle(conn, [settlement], by=by)
    await tell_settled(conn, transfer_id, by)
    return await bank_transfers.get(conn, transfer_id)


async def ignore_transfer(conn: Connection, who: Principal, transfer_id: str, reason: str) -> BankTransfer:
    """A person says that a transfer pays no invoice.

    Raises NotFound; Forbidden (`not_owner`) if it may be for a colleague's; Conflict (`wrong_state`) for a settled one.
    """
    transfer = await bank_transfers.get(conn, transfer_id, lock=True)
    await check_owner_of_invoices(conn, who, [one.invoice_id for one in transfer.candidates])
    if transfer.state not in ("unmatched", "failed"):
        raise Conflict("The transfer is settled", code="wrong_state", detail={"state": transfer.state})
    await bank_transfers.settle(conn, [Settlement(transfer_id, "ignored", reason)], by=who.person)
    await tell_settled(conn, transfer_id, who.person)
    return await bank_transfers.get(conn, transfer_id)
