"""Complaints of customers."""

from __future__ import annotations

from services.account_mgmt.actions.customer_status import open_complaint
from services.account_mgmt.actions.ownership import check_not_merged
from services.account_mgmt.domain.customers import check_active
from services.account_mgmt.repository import customers
from services.chassis.db import Connection, new_id
from services.chassis.work_items import WorkItem


async def record_complaint(conn: Connection, customer_id: str, text: str, by: str) -> WorkItem:
    """Whoever hears a complaint records it; it is urgent work of the account manager, and the customer is at risk.

    Raises NotFound; Conflict (`wrong_state`) for a customer who left, (`merged`).
    """
    customer = await customers.get(conn, customer_id, lock=True)
    await check_not_merged(conn, customer)
    check_active(customer)
    return await open_complaint(conn, customer, text, key=f"complaint:{new_id()}", by=by)
