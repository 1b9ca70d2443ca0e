"""The contacts that a customer has ahead of them."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.contact_schedule import DueInvoice, PlannedContact, planned_contacts
from services.account_mgmt.repository import customers, invoices, orders
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection

_MOST_INVOICES = 200


async def read_contact_schedule(conn: Connection, customer_id: str) -> list[PlannedContact]:
    """Nudges, due dates and reminders of the next year, if nothing else happens. Raises NotFound."""
    customer = await customers.get(conn, customer_id)
    policy = await policies.rules(conn)
    placed = await orders.placed_times(conn, customer_id)
    owed = await invoices.open_of(conn, customer_id, _MOST_INVOICES)
    return planned_contacts(
        policy,
        now=datetime.now(UTC),
        next_nudge=customer.next_nudge_at if customer.may_be_nudged else None,
        every=reorder_cycle.interval(policy, placed),
        zones=customer.zones,
        invoices=[
            DueInvoice(one.number, one.due_at, one.dunning, one.dunning_at) for one in owed if one.collected_at is None
        ],
    )
