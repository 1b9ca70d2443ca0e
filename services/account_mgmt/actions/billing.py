"""How a customer wants their invoices."""

from __future__ import annotations

from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.billing import EInvoice
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import billing, customers
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.events import publish


async def choose_e_invoice(conn: Connection, who: Principal, customer_id: str, form: EInvoice) -> Customer:
    """Choose how the customer gets e-invoices by mail. Raises NotFound, Forbidden (`not_owner`)."""
    await check_owner(conn, who, await customers.get(conn, customer_id, lock=True))
    await billing.choose_e_invoice(conn, customer_id, form)
    await publish(conn, "customer.changed", customer_id=customer_id)
    return await customers.get(conn, customer_id)
