"""Whether a mail that waits may still go, and whether it is still true: asked at the moment of sending."""

from __future__ import annotations

from services.account_mgmt.actions.dunning_mails import PURPOSE as DUNNING
from services.account_mgmt.actions.dunning_mails import judge_reminder
from services.account_mgmt.actions.invoices import PURPOSE as INVOICE
from services.account_mgmt.actions.nudge_mail import PURPOSE as NUDGE
from services.account_mgmt.repository import customers, invoices, orders
from services.chassis.db import Connection
from services.chassis.mail.rows import Mail

_NUDGED = ("active", "at_risk")


async def why_not(conn: Connection, mail: Mail) -> str | None:
    """Why a mail must not go any more, in words for colleagues; none if it may."""
    if mail.purpose == NUDGE and mail.lead_id is not None:
        return await _nudge(conn, mail, mail.lead_id)
    if mail.purpose == DUNNING:
        return await judge_reminder(conn, mail)
    if mail.purpose == INVOICE and (invoice_id := _part_after(mail.key, "invoice")):
        return "the invoice is void" if (await invoices.get(conn, invoice_id)).state == "void" else None
    return None


async def _nudge(conn: Connection, mail: Mail, customer_id: str) -> str | None:
    customer = await customers.get(conn, customer_id)
    if customer.state not in _NUDGED:
        return f"the customer is {customer.state.replace('_', ' ')}"
    placed = await orders.placed_times(conn, customer_id)
    return "they have ordered meanwhile" if placed and placed[-1] > mail.created_at else None


def _part_after(key: str, word: str) -> str | None:
    """The id behind a word of a key, e.g. of the invoice in `customer:42:dunning:7:1`."""
    parts = key.split(":")
    return parts[parts.index(word) + 1] if word in parts[:-1] else None
