"""A payment is undone: mistyped, matched to the wrong invoice, or taken back by the bank. The invoice follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from services.account_mgmt.actions.commission_events import sale_event
from services.account_mgmt.actions.invoice_sums import write_change
from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.domain.bank_statements import TransferState
from services.account_mgmt.domain.bank_transfers import Settlement
from services.account_mgmt.domain.invoices import Invoice, Reversal
from services.account_mgmt.domain.reversals import StandingPayment, check_reversible
from services.account_mgmt.repository import (
    bank_statements,
    bank_transfers,
    invoices,
    orders,
    payment_reversals,
    surplus_moves,
)
from services.account_mgmt.schemas.corrections import NewReversal
from services.account_mgmt.schemas.webhooks import PaymentReversed
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.chassis.sentences import said
from services.chassis.webhooks import announce
from workflows.contracts.base import Money
from workflows.contracts.commission import MoneyKind


async def reverse_payment(
    conn: Connection, who: Principal, invoice_id: str, payment_id: str, new: NewReversal
) -> Invoice:
    """A person undoes a payment, once, or the whole transfer that brought it: the invoice after it.

    A bank transfer that was matched by mistake waits to be matched again; moved money goes back to where it was too
    much. The same reason again changes nothing. Raises NotFound; Forbidden (`not_owner`); Conflict (`already_reversed`)
    for another reason, (`moved`) while a part of the money is on another invoice.
    """
    await check_owner_of_invoices(conn, who, [invoice_id])
    await bank_statements.take_turn(conn)
    reversal = Reversal(kind=new.kind, reason=new.reason, reversed_by=who.person, at=datetime.now(UTC))
    parts = [(invoice_id, payment_id)]
    if new.whole_transfer:
        parts += await parts_besides(conn, who, payment_id)
    await undo_payments(conn, parts, reversal)
    return await invoices.get(conn, invoice_id)


async def parts_besides(conn: Connection, who: Principal, payment_id: str) -> list[tuple[str, str]]:
    """(invoice, payment) of what else the transfer paid that brought a payment. Raises Forbidden (`not_owner`)."""
    others = await payment_reversals.of_same_transfer(conn, payment_id)
    await check_owner_of_invoices(conn, who, [invoice_id for invoice_id, _ in others])
    return others


async def undo_payments(
    conn: Connection, parts: Sequence[tuple[str, str]], reversal: Reversal, *, told_by: str | None = None
) -> None:
    """Undo these payments (invoice, payment), all or none. Raises as `reverse_payment` does."""
    await bank_transfers.lock_invoices(conn, [invoice_id for invoice_id, _ in parts])
    for invoice_id, payment_id in parts:
        await undo_payment(conn, invoice_id, payment_id, reversal, told_by=told_by)


async def undo_payment(
    conn: Connection, invoice_id: str, payment_id: str, reversal: Reversal, *, told_by: str | None = None
) -> None:
    """Write a reversal and all that follows from it. The caller has taken its turn at the bank.

    `told_by` is the bank's entry that took the money back. Raises as `reverse_payment` does.
    """
    payment = await payment_reversals.standing(conn, invoice_id, payment_id)
    await bank_transfers.lock_invoices(conn, [one for one in (invoice_id, payment.moved_from) if one])
    # What was read before the lock may have changed.
    payment = await payment_reversals.standing(conn, invoice_id, payment_id)
    if payment.reversal is not None:
        _check_same(payment, payment.reversal, reversal)
        return
    invoice = await invoices.get(conn, invoice_id, lock=True)
    check_reversible(invoice, payment)
    await payment_reversals.add(conn, payment, reversal, told_by=told_by)
    if payment.transfer_id is not None:
        await _free_transfer(conn, payment, payment.transfer_id, invoice, reversal)
    at = max(reversal.at, payment.paid_at)
    sale = await orders.sale(conn, invoice.order_id)
    money = sale_event(MoneyKind.REVERSED, sale, key=f"reversal:{payment.id}", amount=payment.amount, at=at)
    await write_change(conn, invoice, invoice.changed(paid=-payment.amount), money, by=reversal.reversed_by)
    if payment.move_id is not None and payment.moved_from is not None:
        await _move_back(conn, payment, payment.move_id, payment.moved_from, reversal)
    await publish(conn, "payment_reversed", invoice_id=invoice_id, payment_id=payment_id)
    told = PaymentReversed(
        customer_id=invoice.customer_id, invoice_id=invoice_id, payment_id=payment_id, kind=reversal.kind,
        amount=Money(amount=payment.amount, currency=invoice.currency),
    )  # fmt: skip
    await announce(conn, told, key=payment_id, at=at)


def _check_same(payment: StandingPayment, before: Reversal, now: Reversal) -> None:
    if (before.kind, before.reason) != (now.kind, now.reason):
        raise Conflict(
            f"This payment was reversed before, by {before.reversed_by}: {before.reason}",
            code="already_reversed",
            detail={"payment_id": payment.id, "at": before.at.isoformat()},
        )


async def _free_transfer(
    conn: Connection, payment: StandingPayment, transfer_id: str, invoice: Invoice, reversal: Reversal
) -> None:
    """The transfer that brought the money waits for a person again; not if the bank took it back."""
    await payment_reversals.undo_booking(conn, transfer_id, payment.invoice_id, reversal.at)
    state: TransferState
    if reversal.kind == "mistake":
        await payment_reversals.forget_payer(conn, transfer_id, invoice.customer_id)
        number, why = invoice.number, reversal.reason
        state, reason = "unmatched", said(f"the match with {number} was undone: {why}")
    else:
        why = reversal.reason
        state, reason = "ignored", said(f"the bank took it back: {why}")
    if reversal.kind == "mistake" or not (await bank_transfers.get(conn, transfer_id)).booked:
        settled = Settlement(transfer_id, state, reason[:300])
        await bank_transfers.settle(conn, [settled], by=reversal.reversed_by)


async def _move_back(
    conn: Connection, payment: StandingPayment, move_id: str, source_id: str, reversal: Reversal
) -> None:
    """Money that had been moved here is too much again where it came from."""
    await surplus_moves.undo(conn, move_id, reversal.at)
    source = await invoices.get(conn, source_id, lock=True)
    sale = await orders.sale(conn, source.order_id)
    money = sale_event(MoneyKind.PAID, sale, key=f"moved-back:{move_id}", amount=payment.amount, at=reversal.at)
    await write_change(conn, source, source.changed(paid=payment.amount), money, by=reversal.reversed_by)
