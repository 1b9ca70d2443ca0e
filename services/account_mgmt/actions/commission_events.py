"""What tier 2's commission ledger hears of an order's money: in the transaction of the record, workflow or not."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.orders import Order, Sale
from services.account_mgmt.repository import account_managers
from services.chassis import outbox
from services.chassis.db import Connection
from workflows.contracts.base import Money
from workflows.contracts.commission import MoneyEvent, MoneyKind
from workflows.contracts.conversion import ConversionActivities


def sale_event(kind: MoneyKind, sale: Sale, *, key: str, amount: Decimal, at: datetime) -> MoneyEvent:
    """Money of a sale: paid, given back, credited, or (the whole) cancelled; `amount` in the currency of the order."""
    return MoneyEvent(
        key=key,
        kind=kind,
        sale_id=_sale_id(sale),
        customer_id=sale.customer_id,
        amount=Money(amount=amount, currency=sale.currency),
        total=Money(amount=sale.total, currency=sale.currency),
        at=at,
    )


def order_event(order: Order, account_manager: str | None, corrects: Sale | None = None) -> MoneyEvent:
    """A further order of a customer of this account manager, or one that corrects a sale.

    Its amount is what was sold, before tax: commission is of that, and nobody earns on freight and packing.
    """
    return MoneyEvent(
        key=f"ordered:{order.id}",
        kind=MoneyKind.ORDERED,
        sale_id=order.id,
        customer_id=order.customer_id,
        amount=Money(amount=order.sold, currency=order.currency),
        total=Money(amount=order.total, currency=order.currency),
        person=account_manager,
        number=order.number,
        corrects=_sale_id(corrects) if corrects else None,
        at=order.placed_at,
    )


def _sale_id(sale: Sale) -> str:
    """What the ledger calls a sale: the deal that brought the order, or the order."""
    return sale.deal_id or sale.order_id


async def report_money(conn: Connection, event: MoneyEvent) -> None:
    """Tell the ledger, once per key, whether the customer's workflow lives or has ended; with the earner's name."""
    if event.person:
        name = await account_managers.name_of(conn, event.person)
        event = event.model_copy(update={"person_name": name})
    await outbox.report(
        conn, ConversionActivities.record_commission, event, line=f"commission:{event.sale_id}",
        summary=f"Commission: {event.kind}",
    )  # fmt: skip
