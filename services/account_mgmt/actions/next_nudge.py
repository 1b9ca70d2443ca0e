"""When a customer is next reminded of an order."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.forecasts import forecast_customer
from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository import customers, orders
from services.chassis.db import Connection


async def plan_next_nudge(
    conn: Connection, policy: Policy, customer: Customer, *, not_before: datetime | None = None
) -> datetime:
    """The next nudge by the customer's own rhythm, at a time when they may be contacted; mirrored in the record."""
    now = datetime.now(UTC)
    placed = await orders.placed_times(conn, customer.id) or [now]
    expected = await forecast_customer(conn, customer.id, policy, now)
    nudge_at = (
        reorder_cycle.next_nudge(policy, placed, now)
        if expected is None
        else reorder_cycle.nudge_for(policy, placed[-1], expected, now)
    )
    nudge_at = reorder_cycle.contact_time(policy, nudge_at, customer.zones)
    if not_before is not None:
        nudge_at = max(nudge_at, reorder_cycle.contact_time(policy, not_before, customer.zones))
    await customers.plan_nudge(conn, customer.id, nudge_at)
    return nudge_at
