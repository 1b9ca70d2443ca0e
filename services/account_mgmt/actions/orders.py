"""What an order means: invoice, due date, rhythm, and the answer on its way to the workflow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from services.account_mgmt.actions import forecasts
from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository import account_managers, customers, entities, products, sales, work
from services.account_mgmt.schemas import CustomerView, InvoicedOrder
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden, Invalid
from workflows.contracts.base import OrderLine

NO_MORE_ORDERS = ("lost", "cancelled")


async def check_owner(conn: Connection, who: Principal, customer: CustomerView) -> None:
    """Only the customer's account manager (anyone while there is none), his cover, or a supervisor. Raises Forbidden.

    While the account manager is away, so may the cover who was named, and whoever has the customer's open work.
    """
    owner = customer.account_manager
    if who.role == "supervisor" or owner in (None, who.person):
        return
    cover = await account_managers.away_now(conn, owner or "")
    if cover is not None and (cover == who.person or await work.is_doing(conn, customer.id, who.person)):
        return
    raise Forbidden("This customer has another account manager", code="not_owner")


async def check_lines(conn: Connection, lines: Sequence[OrderLine]) -> None:
    """One currency, known products. Raises Invalid with the field."""
    for n, line in enumerate(lines):
        if line.unit_price.currency != lines[0].unit_price.currency:
            raise Invalid("All lines of an order have one currency", field=f"lines.{n}.unit_price.currency")
        if line.unit_price.amount < 0:
            raise Invalid("A price is not negative", field=f"lines.{n}.unit_price.amount")
        if line.product_id and not await products.exists(conn, line.product_id):
            raise Invalid(f"There is no product {line.product_id}", field=f"lines.{n}.product_id")


async def take_order(
    conn: Connection,
    policy: Policy,
    *,
    customer_id: str,
    lines: Sequence[OrderLine],
    source: str,
    note: str | None,
    by: str,
    deal_id: str | None = None,
    entity: str | None = None,
) -> tuple[InvoicedOrder, datetime]:
    """Write the order with its invoice; returns it and when to nudge for the next one.

    Raises Invalid on `entity`.
    """
    now = datetime.now(UTC)
    seller = await entities.choose(conn, entity, lines[0].unit_price.currency)
    if seller is None:
        raise Invalid(f"There is no legal entity {entity} that invoices", field="entity")
    order = await sales.place(
        conn,
        customer_id=customer_id,
        lines=lines,
        source=source,
        note=note,
        by=by,
        due_at=now + policy.payment_term,
        placed_at=now,
        seller=seller.id,
        deal_id=deal_id,
    )
    nudge_at = await plan(conn, policy, customer_id)
    return order, nudge_at


async def plan(conn: Connection, policy: Policy, customer_id: str) -> datetime:
    """The next nudge by the customer's own rhythm, mirrored in the record."""
    now = datetime.now(UTC)
    placed = await sales.placed_times(conn, customer_id)
    expected = await forecasts.foretell(conn, customer_id, policy, now)
    nudge_at = (
        reorder_cycle.next_nudge(policy, placed or [now], now)
        if expected is None
        else reorder_cycle.nudge_for(policy, (placed or [now])[-1], expected, now)
    )
    nudge_at = reorder_cycle.contact_time(policy, nudge_at, await customers.timezone(conn, customer_id))
    await customers.plan_nudge(conn, customer_id, nudge_at)
    return nudge_at


def must_be_active(customer: CustomerView) -> None:
    """Raises Conflict for a customer who left."""
    if customer.state in NO_MORE_ORDERS:
        raise Conflict(f"The customer is {customer.state}", code="wrong_state", detail={"state": customer.state})
