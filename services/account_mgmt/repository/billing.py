"""To whom a customer's invoices are made out, and how they are sent."""

from __future__ import annotations

from services.account_mgmt.domain.billing import EInvoice
from services.chassis.db import Connection


async def choose_e_invoice(conn: Connection, customer_id: str, form: EInvoice) -> None:
    """Write how the customer gets e-invoices by mail."""
    await conn.execute(
        "UPDATE customers SET billing = billing || $2, updated_at = now() WHERE id = $1",
        customer_id,
        {"e_invoice": form},
    )
