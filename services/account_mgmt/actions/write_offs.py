"""A small difference or a bank charge is written off: it is asked for no more, and counts as paid for commission."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.commission_events import sale_event
from services.account_mgmt.actions.invoice_sums import write_change
from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.domain.invoices import Invoice, check_amount
from services.account_mgmt.domain.write_offs import WriteOff, amount_to_write_off
from services.account_mgmt.repository import invoices, orders, write_offs
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.corrections import NewWriteOff
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from workflows.contracts.commission import MoneyKind


async def write_off(conn: Connection, who: Principal, invoice_id: str, new: NewWriteOff) -> WriteOff:
    """Write off a part of what is open, or all of it, within the limit of this person's role.

    Raises NotFound; Forbidden (`not_owner`, `above_limit`); Invalid for another currency or more than is open; Conflict
    (`wrong_state`) where nothing is open.
    """
    await check_owner_of_invoices(conn, who, [invoice_id])
    invoice = await invoices.get(conn, invoice_id, lock=True)
    if new.amount is not None:
        check_amount(new.amount, invoice.currency)
    limits = (await policies.rules(conn)).write_off_limits
    amount = amount_to_write_off(invoice, new.amount.amount if new.amount else None, limits, who.role)
    made = await write_offs.add(conn, invoice_id, amount, kind=new.kind, reason=new.reason, by=who.person)
    await _tell(conn, invoice, made, MoneyKind.PAID, f"write-off:{made.id}", made.at, who.person)
    return made


async def undo_write_off(conn: Connection, who: Principal, invoice_id: str, write_off_id: str, reason: str) -> WriteOff:
    """What was written off is asked for again. The same reason again changes nothing.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`already_reversed`) for another reason.
    """
    await check_owner_of_invoices(conn, who, [invoice_id])
    invoice = await invoices.get(conn, invoice_id, lock=True)
    found = await write_offs.get(conn, invoice_id, write_off_id)
    if found.undone_at is not None:
        if found.undone_reason != reason:
            raise Conflict(f"This was undone before: {found.undone_reason}", code="already_reversed")
        return found
    at = datetime.now(UTC)
    await write_offs.undo(conn, write_off_id, reason=reason, by=who.person, at=at)
    await _tell(conn, invoice, found, MoneyKind.REVERSED, f"write-off-undone:{found.id}", at, who.person)
    return await write_offs.get(conn, invoice_id, write_off_id)


async def _tell(
    conn: Connection, invoice: Invoice, made: WriteOff, kind: MoneyKind, key: str, at: datetime, by: str
) -> None:
    sale = await orders.sale(conn, invoice.order_id)
    grown = made.amount if kind is MoneyKind.PAID else -made.amount
    money = sale_event(kind, sale, key=key, amount=made.amount, at=at)
    await write_change(conn, invoice, invoice.changed(written_off=grown), money, by=by)
