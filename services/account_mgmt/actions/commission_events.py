"""What tier 2's commission ledger hears of an order's money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.orders import Order, Sale
from workflows.contracts.base import Money
from workflows.contracts.commission import MoneyEvent, MoneyKind


def sale_event(kind: MoneyKind, sale: Sale, *, key: str, amount: Decimal, at: datetime) -> MoneyEvent:
    """Money of a sale: paid, given back, credited, or (the whole) cancelled; `amount` in the currency of the order."""
    return MoneyEvent(
        key=key,
        kind=kind,
        sale_id=sale.deal_id or sale.order_id,
        customer_id=sale.customer_id,
        amount=Money(amount=amount, currency=sale.currency),
        total=Money(amount=sale.total, currency=sale.currency),
        at=at,
    )


def order_event(order: Order, account_manager: str | None) -> MoneyEvent:
    """A further order of a customer of this account manager; its amount is net."""
    return MoneyEvent(
        key=f"ordered:{order.id}",
        kind=MoneyKind.ORDERED,
        sale_id=order.id,
        customer_id=order.customer_id,
        amount=Money(amount=order.total - order.tax, currency=order.currency),
        total=Money(amount=order.total, currency=order.currency),
        person=account_manager,
        at=order.placed_at,
    )
