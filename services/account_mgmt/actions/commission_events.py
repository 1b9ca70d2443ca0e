"""What tier 2's commission ledger must know of an order's money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.repository import sales
from services.account_mgmt.schemas import OrderView, SaleRef
from services.chassis.db import Connection
from workflows.contracts.base import Money
from workflows.contracts.commission import MoneyEvent, MoneyKind


async def of_order(
    conn: Connection, kind: MoneyKind, order_id: str, *, key: str, amount: Decimal, at: datetime
) -> MoneyEvent:
    """Money of this order's invoice: paid, given back, credited, or (the whole) cancelled."""
    order = await sales.order(conn, order_id)
    deal_id = await sales.deal_of(conn, order_id)
    sale = SaleRef(order_id=order.id, deal_id=deal_id, customer_id=order.customer_id, total=order.total)
    return of_sale(kind, sale, key=key, amount=amount, at=at)


def of_sale(kind: MoneyKind, sale: SaleRef, *, key: str, amount: Decimal, at: datetime) -> MoneyEvent:
    """Money of a sale whose order was read already; `amount` is in the currency of the order."""
    return MoneyEvent(
        key=key,
        kind=kind,
        sale_id=sale.deal_id or sale.order_id,
        customer_id=sale.customer_id,
        amount=Money(amount=amount, currency=sale.total.currency),
        total=sale.total,
        at=at,
    )


def ordered(order: OrderView, kept_by: str | None) -> MoneyEvent:
    """A further order of a customer whom this account manager keeps."""
    return MoneyEvent(
        key=f"ordered:{order.id}",
        kind=MoneyKind.ORDERED,
        sale_id=order.id,
        customer_id=order.customer_id,
        amount=Money(amount=order.total.amount - order.tax.amount, currency=order.total.currency),
        total=order.total,
        person=kept_by,
        at=order.placed_at,
    )
