"""What a customer paid too much on one invoice pays another."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.commission_events import sale_event
from services.account_mgmt.actions.invoice_sums import write_change
from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.actions.payments import book_payment
from services.account_mgmt.domain.invoices import check_amount
from services.account_mgmt.domain.surplus_moves import SurplusMove, amount_to_move
from services.account_mgmt.repository import bank_transfers, invoices, orders, payments, surplus_moves
from services.account_mgmt.schemas.corrections import NewMove
from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from workflows.contracts.base import Money
from workflows.contracts.commission import MoneyKind


async def move_surplus(conn: Connection, who: Principal, invoice_id: str, new: NewMove) -> SurplusMove:
    """Move what is too much to another invoice of the same customer and currency, where it is a payment.

    Reversing that payment brings it back. Raises NotFound; Forbidden (`not_owner`); Invalid and Conflict as
    `amount_to_move` does.
    """
    await check_owner_of_invoices(conn, who, [invoice_id, new.to_invoice_id])
    await bank_transfers.lock_invoices(conn, [invoice_id, new.to_invoice_id])
    source, target = await invoices.get(conn, invoice_id), await invoices.get(conn, new.to_invoice_id)
    if new.amount is not None:
        check_amount(new.amount, source.currency)
    amount = amount_to_move(source, target, new.amount.amount if new.amount else None)
    move_id, at = new_id(), datetime.now(UTC)
    sale = await orders.sale(conn, source.order_id)
    money = sale_event(MoneyKind.REVERSED, sale, key=f"moved:{move_id}", amount=amount, at=at)
    await write_change(conn, source, source.changed(paid=-amount), money, by=who.person)
    reference = f"moved:{move_id}"
    in_money = Money(amount=amount, currency=source.currency)
    await book_payment(conn, target.id, in_money, reference=reference, paid_at=at, by=who.person)
    move = SurplusMove(
        id=move_id, from_invoice=source.id, from_number=source.number, to_invoice=target.id, to_number=target.number,
        amount=amount, currency=source.currency, reason=new.reason, moved_by=who.person, moved_at=at,
        payment_id=await payments.id_of(conn, target.id, reference),
    )  # fmt: skip
    await surplus_moves.add(conn, move)
    return move
