"""What was booked on an invoice is put right. Nothing that was written goes: each correction is a record of its own."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.payment_reversals import reverse_payment
from services.account_mgmt.actions.surplus_moves import move_surplus
from services.account_mgmt.actions.write_offs import undo_write_off, write_off
from services.account_mgmt.repository import invoices, surplus_moves, write_offs
from services.account_mgmt.routes.access import READERS, SUPERVISOR, WRITERS
from services.account_mgmt.routes.invoices import CHANGE
from services.account_mgmt.schemas.corrections import (
    MoveView,
    NewMove,
    NewReversal,
    NewWriteOff,
    UndoneWriteOff,
    WriteOffView,
)
from services.account_mgmt.schemas.invoices import InvoiceView
from services.chassis.http import Conn, Id, Page, Who, new_router

router: APIRouter = new_router(tags=["invoices"])


@router.post(
    "/invoices/{invoice_id}/payments/{payment_id}/reversal",
    status_code=201,
    dependencies=[*WRITERS, CHANGE],
    summary="Undo a payment",
)
async def post_reversal(conn: Conn, who: Who, invoice_id: Id, payment_id: Id, new: NewReversal) -> InvoiceView:
    """Mistyped, matched to the wrong invoice, or taken back by the bank: invoice, reminders and commission follow.

    A bank transfer that was matched by mistake waits to be matched again. The same reason again changes nothing,
    another one is 409 `already_reversed`; 409 `moved` while a part of the money is on another invoice.
    """
    return InvoiceView.of(await reverse_payment(conn, who, invoice_id, payment_id, new))


@router.post(
    "/invoices/{invoice_id}/surplus-moves",
    status_code=201,
    dependencies=[*WRITERS, CHANGE],
    summary="Move what is too much to another invoice",
)
async def post_move(conn: Conn, who: Who, invoice_id: Id, new: NewMove) -> MoveView:
    """Of the same customer and currency, where it is a payment. Reversing that payment brings it back."""
    return MoveView.of(await move_surplus(conn, who, invoice_id, new))


@router.get("/invoices/{invoice_id}/surplus-moves", dependencies=READERS, summary="What was moved from an invoice")
async def list_moves(conn: Conn, invoice_id: Id) -> Page[MoveView]:
    """In order, with what came back since."""
    await invoices.get(conn, invoice_id)
    return Page(items=[MoveView.of(one) for one in await surplus_moves.of_invoice(conn, invoice_id)], next=None)


@router.post(
    "/invoices/{invoice_id}/write-offs",
    status_code=201,
    dependencies=[*WRITERS, CHANGE],
    summary="Write off a difference or a bank charge",
)
async def post_write_off(conn: Conn, who: Who, invoice_id: Id, new: NewWriteOff) -> WriteOffView:
    """Without an amount, all that is open. 403 `above_limit` for more than the policy lets this role write off."""
    return WriteOffView.of(await write_off(conn, who, invoice_id, new))


@router.get("/invoices/{invoice_id}/write-offs", dependencies=READERS, summary="What was written off of an invoice")
async def list_write_offs(conn: Conn, invoice_id: Id) -> Page[WriteOffView]:
    """In order, with what was undone."""
    await invoices.get(conn, invoice_id)
    return Page(items=[WriteOffView.of(one) for one in await write_offs.of_invoice(conn, invoice_id)], next=None)


@router.post(
    "/invoices/{invoice_id}/write-offs/{write_off_id}/reversal",
    status_code=201,
    dependencies=[*SUPERVISOR, CHANGE],
    summary="Ask for what was written off again",
)
async def post_undone_write_off(
    conn: Conn, who: Who, invoice_id: Id, write_off_id: Id, body: UndoneWriteOff
) -> WriteOffView:
    """The invoice opens again if that was what had settled it. The same reason again changes nothing."""
    return WriteOffView.of(await undo_write_off(conn, who, invoice_id, write_off_id, body.reason))
