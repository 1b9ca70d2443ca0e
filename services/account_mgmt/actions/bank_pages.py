"""What the pages of bank statements show, and what a person says there of a transfer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.account_mgmt.actions.payment_reversals import reverse_payment
from services.account_mgmt.domain.bank_pages import SHELVES, BankDesk, Shelf, Suggested, TransferPage
from services.account_mgmt.domain.bank_statements import BankStatement
from services.account_mgmt.domain.bank_transfers import BankTransfer
from services.account_mgmt.domain.invoice_lists import InvoiceNumber, InvoiceQuery
from services.account_mgmt.repository import (
    account_managers,
    bank_pages,
    bank_statements,
    bank_transfers,
    invoice_lists,
)
from services.account_mgmt.schemas.corrections import NewReversal
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid

_AT_ONCE, _STATEMENTS, _MONEY = 20, 8, 8
After = tuple[datetime, str] | None


async def read_bank(conn: Connection, shelf: Shelf, after: After) -> BankDesk:
    """Transfers of a kind, and all that lies beside them."""
    return BankDesk(
        transfers=await _transfers(conn, shelf, None, after),
        waiting=await bank_pages.waiting(conn),
        statements=await bank_pages.latest(conn, _STATEMENTS),
        surpluses=await bank_pages.surpluses(conn, _MONEY),
        refunds=await bank_pages.refunds(conn, _MONEY),
        people=await account_managers.names(conn),
    )


async def read_statement_page(
    conn: Connection, statement_id: str, shelf: Shelf, after: After
) -> tuple[BankStatement, TransferPage]:
    """A statement with its transfers of a kind. Raises NotFound."""
    statement = await bank_statements.get(conn, statement_id)
    return statement, await _transfers(conn, shelf, statement_id, after)


async def _transfers(conn: Connection, shelf: Shelf, statement_id: str | None, after: After) -> TransferPage:
    found = await bank_pages.transfers(conn, SHELVES[shelf], statement_id=statement_id, limit=_AT_ONCE + 1, after=after)
    shown = found[:_AT_ONCE]
    named = {one.invoice_id for transfer in shown for one in transfer.invoices}
    named |= {one.invoice_id for transfer in shown for one in transfer.candidates}
    return TransferPage(
        items=shown,
        companies=await bank_pages.companies(conn, list(named)),
        payments=await _payments(conn, shown),
        next=(shown[-1].created_at, shown[-1].id) if len(found) > _AT_ONCE else None,
    )


async def _payments(conn: Connection, shown: Sequence[BankTransfer]) -> dict[str, list[Suggested]]:
    """Of the entries by which the bank took money back, what it may have been."""
    back = [one for one in shown if one.reversal and one.state in SHELVES["waiting"]]
    found = await bank_pages.payments(conn, [two.invoice_id for one in back for two in one.candidates])
    return {
        one.id: [
            two
            for two in found
            if two.amount <= one.amount and two.invoice_id in {three.invoice_id for three in one.candidates}
        ]
        for one in back
    }


async def invoice_numbered(conn: Connection, text: str, currency: str) -> str:
    """The id of the invoice with this number, or its end. Raises Invalid on `number` where it is none, or several."""
    number = InvoiceNumber.read(text)
    query = InvoiceQuery(view="all", number=number, currency=currency) if number else None
    found = await invoice_lists.page(conn, query, limit=2, after=None) if query else []
    if not found:
        raise Invalid(f"There is no invoice {text[:40]} in {currency}", field="number")
    if len(found) > 1:
        raise Invalid(f"Several invoices end with {text[:40]}: write the whole number", field="number")
    return found[0].id


async def undo_match(conn: Connection, who: Principal, transfer_id: str, reason: str) -> BankTransfer:
    """What a transfer paid is open again, all of it, and the transfer waits to be matched anew.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) for a transfer that paid nothing, (`moved`).
    """
    await bank_transfers.get(conn, transfer_id)
    paid = await bank_pages.payment_by(conn, transfer_id)
    if paid is None:
        raise Conflict("Nothing that this transfer paid counts any more", code="wrong_state")
    new = NewReversal(kind="mistake", reason=reason, whole_transfer=True)
    await reverse_payment(conn, who, paid[0], paid[1], new)
    return await bank_transfers.get(conn, transfer_id)
