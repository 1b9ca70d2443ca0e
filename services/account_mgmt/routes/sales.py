"""Orders, invoices, payments, credit notes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from fastapi import APIRouter

from services.account_mgmt.actions import commission_events, customer_status, payments, workflow_starts
from services.account_mgmt.actions.orders import check_lines, check_owner, must_be_active, plan, take_order
from services.account_mgmt.repository import customers, sales
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import (
    CustomerView,
    InvoiceView,
    NewCreditNote,
    NewOrder,
    NewPayment,
    OrderView,
    Reason,
)
from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from workflows.contracts import ids
from workflows.contracts.account_mgmt import InvoiceVoided, MoneyMoved, OrderPlaced
from workflows.contracts.commission import MoneyEvent, MoneyKind

router: APIRouter = new_router(tags=["sales"])
READERS = [allow("account_manager", "supervisor", "ops")]
WRITERS = [allow("account_manager", "supervisor")]


@router.post("/customers/{customer_id}/orders", status_code=201, dependencies=WRITERS, summary="Take an order")
async def add_order(conn: Conn, who: Who, customer_id: Id, new: NewOrder) -> OrderView:
    """Order, invoice and the next nudge in one transaction."""
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    must_be_active(customer)
    await check_lines(conn, new.lines)
    policy = await policies.rules(conn)
    order, nudge_at = await take_order(
        conn,
        policy,
        customer_id=customer_id,
        lines=new.lines,
        source="own",
        note=new.note,
        by=who.person,
        entity=new.entity,
    )
    stage = await customer_status.ordered(conn, customer_id)
    answer = OrderPlaced(
        event_id=f"order:{order.id}",
        at=order.placed_at,
        by=who.person,
        order_id=order.id,
        invoice_id=order.invoice.id,
        due_at=order.invoice.due_at,
        next_nudge_at=nudge_at,
        stage=stage,
        money=commission_events.ordered(order, customer.account_manager),
    )
    start = await workflow_starts.start_if_waiting(conn, customer_id)
    await outbox.signal(conn, ids.customer(customer_id), "order_placed", answer, start=start)
    await publish(conn, "order_placed", order_id=order.id)
    return order


@router.get("/customers/{customer_id}/orders", dependencies=READERS, summary="Orders of a customer")
async def list_orders(conn: Conn, pager: Pager, customer_id: Id) -> Page[OrderView]:
    """Oldest first."""
    await customers.get(conn, customer_id)
    after = pager.time_and_id()
    where: str = "o.customer_id = $1"
    values: list[Any] = [customer_id]
    if after:
        where += " AND (o.placed_at, o.id) > ($2, $3::uuid)"
        values += after
    found = await sales.orders(conn, where, values, pager.limit + 1)
    return Page.of(found, pager.limit, key=lambda o: (o.placed_at.isoformat(), o.id))


@router.post("/orders/{order_id}/cancel", dependencies=WRITERS, summary="Cancel an order")
async def cancel_order(conn: Conn, who: Who, order_id: Id, body: Reason) -> OrderView:
    """An unpaid invoice is voided; one with money on it gets a credit note. 409 if it is cancelled already."""
    order = await sales.order(conn, order_id, lock=True)
    customer = await customers.get(conn, order.customer_id, lock=True)
    await check_owner(conn, who, customer)
    if order.state == "cancelled":
        raise Conflict("The order is already cancelled", code="wrong_state", detail={"state": order.state})
    if order.invoice is None:
        raise Conflict("This order was imported: cancel it where it was invoiced", code="wrong_state")
    await sales.cancel_order(conn, order_id, body.reason)
    invoice = await sales.invoice(conn, order.invoice.id, lock=True)
    if invoice.paid.amount:
        rest = invoice.total.amount - invoice.credited.amount
        if rest > 0:
            await sales.add_credit_note(conn, invoice.id, rest, body.reason, who.person)
    else:
        await sales.void(conn, invoice.id)
    event_id = f"order-cancelled:{order_id}"
    money = await commission_events.of_order(
        conn, MoneyKind.CANCELLED, order_id, key=event_id, amount=order.total.amount, at=datetime.now(UTC)
    )
    await _voided(conn, who.person, customer, invoice.id, event_id, money, replan=True)
    return await sales.order(conn, order_id)


async def _voided(
    conn: Connection,
    person: str,
    customer: CustomerView,
    invoice_id: str,
    event_id: str,
    money: MoneyEvent,
    *,
    replan: bool = False,
) -> None:
    """Tell the workflow that an invoice needs no money any more."""
    policy = await policies.rules(conn)
    nudge_at = await plan(conn, policy, customer.id) if replan else None
    answer = InvoiceVoided(
        event_id=event_id,
        at=await conn.fetchval("SELECT now()"),
        by=person,
        invoice_id=invoice_id,
        next_nudge_at=nudge_at,
        money=money,
    )
    await outbox.signal(conn, ids.customer(customer.id), "invoice_voided", answer, when_missing="drop")


@router.get("/invoices", dependencies=READERS, summary="Invoices")
async def list_invoices(
    conn: Conn,
    pager: Pager,
    state: Literal["open", "paid", "overdue", "void"] | None = None,
    customer_id: Id | None = None,
) -> Page[InvoiceView]:
    """In order of issue; `overdue` are open ones past their date."""
    found = await sales.invoices(
        conn, state=state, customer_id=customer_id, limit=pager.limit + 1, after=pager.time_and_id()
    )
    return Page.of(found, pager.limit, key=lambda i: (i.issued_at.isoformat(), i.id))


@router.get("/invoices/{invoice_id}", dependencies=READERS, summary="One invoice")
async def get_invoice(conn: Conn, invoice_id: Id) -> InvoiceView:
    """With its payments and credit notes."""
    return await sales.invoice(conn, invoice_id)


@router.post("/invoices/{invoice_id}/payments", status_code=201, dependencies=WRITERS, summary="Money came")
async def add_payment(conn: Conn, who: Who, invoice_id: Id, new: NewPayment) -> InvoiceView:
    """In part or in full; what is too much stays as credit. The same reference again changes nothing."""
    await payments.book(conn, invoice_id, new.amount, new.reference, new.paid_at, who.person)
    return await sales.invoice(conn, invoice_id)


@router.post("/invoices/{invoice_id}/credit-notes", status_code=201, dependencies=WRITERS, summary="Take money back")
async def add_credit_note(conn: Conn, who: Who, invoice_id: Id, new: NewCreditNote) -> InvoiceView:
    """Without an amount, all that is open. 422 for more than the invoice."""
    invoice = await sales.invoice(conn, invoice_id, lock=True)
    creditable = invoice.total.amount - invoice.credited.amount
    amount = new.amount.amount if new.amount else max(Decimal(0), invoice.open_amount.amount)
    if new.amount:
        payments.check_amount(new.amount, invoice.total.currency)
    if amount <= 0 or invoice.state == "void":
        raise Conflict("Nothing is open on this invoice", code="wrong_state", detail={"state": invoice.state})
    if amount > creditable:
        raise Invalid(f"At most {creditable} can be credited", field="amount.amount")
    number = await sales.add_credit_note(conn, invoice_id, amount, new.reason, who.person)
    now = await sales.invoice(conn, invoice_id)
    money = await commission_events.of_order(
        conn, MoneyKind.CREDITED, invoice.order_id, key=f"credit-note:{number}", amount=amount, at=datetime.now(UTC)
    )
    if now.state != "open":
        customer = await customers.get(conn, invoice.customer_id)
        await _voided(conn, who.person, customer, invoice_id, money.key, money)
    else:
        answer = MoneyMoved(event_id=money.key, at=money.at, by=who.person, money=money)
        await outbox.signal(conn, ids.customer(invoice.customer_id), "money_moved", answer, when_missing="drop")
    return now
