"""What was put right on an invoice, and what of that this person may do now, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.account_mgmt.domain.invoice_lists import BriefInvoice, InvoiceQuery
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.surplus_moves import SurplusMove
from services.account_mgmt.domain.write_offs import WriteOff, may_write_off
from services.account_mgmt.repository import invoice_lists, surplus_moves, write_offs
from services.account_mgmt.repository.policies import policies
from services.chassis.auth import Principal
from services.chassis.db import Connection

_MOST_TARGETS = 20


@dataclass(frozen=True)
class Corrections:
    """What was moved away and written off; `most` may be written off by this person, `targets` are the customer's open
    invoices to which what is too much can go."""

    moves: Sequence[SurplusMove]
    write_offs: Sequence[WriteOff]
    most: Decimal
    targets: Sequence[BriefInvoice]


async def read_corrections(conn: Connection, who: Principal, invoice: Invoice) -> Corrections:
    """The corrections of an invoice. Nothing is looked up that its state rules out."""
    limits = (await policies.rules(conn)).write_off_limits
    wanted = InvoiceQuery(view="open", customer_id=invoice.customer_id, currency=invoice.currency)
    found = await invoice_lists.page(conn, wanted, limit=_MOST_TARGETS, after=None) if invoice.surplus else []
    return Corrections(
        moves=await surplus_moves.of_invoice(conn, invoice.id) if invoice.paid or invoice.moved else [],
        write_offs=await write_offs.of_invoice(conn, invoice.id),
        most=may_write_off(invoice, limits, who.role) if invoice.state == "open" else Decimal(0),
        targets=[one for one in found if one.id != invoice.id],
    )
