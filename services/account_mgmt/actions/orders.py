"""Orders: placed with their invoice, and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.account_mgmt.actions.commission_events import order_event, report_money, sale_event
from services.account_mgmt.actions.credit_notes import write_credit_note
from services.account_mgmt.actions.customer_status import end_risk_by_order
from services.account_mgmt.actions.invoices import report_voided, tell_changed
from services.account_mgmt.actions.issued_documents import write_document
from services.account_mgmt.actions.next_nudge import plan_next_nudge
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.actions.register import report_status
from services.account_mgmt.actions.workflow_starts import care_start
from services.account_mgmt.domain import money
from services.account_mgmt.domain.allowances import price_allowances
from services.account_mgmt.domain.customers import Customer, check_active
from services.account_mgmt.domain.dunning import first_reminder
from services.account_mgmt.domain.line_charges import priced_charges
from services.account_mgmt.domain.orders import (
    UNREADABLE,
    InvoicedOrder,
    Order,
    OrderDraft,
    Sale,
    check_corrected,
    check_lines,
)
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.tax_categories import Parties, ProductTax, treatment
from services.account_mgmt.domain.units import PIECE, code_of
from services.account_mgmt.repository import customers, invoices, legal_entities, orders, products
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import webhooks
from services.account_mgmt.schemas.orders import NewOrder
from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.business_time import after
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.meanings import printable
from services.chassis.webhooks import announce
from workflows.contracts import ids
from workflows.contracts.account_mgmt import OrderPlaced
from workflows.contracts.base import OrderLine
from workflows.contracts.commission import MoneyKind


async def place_order(conn: Connection, who: Principal, customer_id: str, new: NewOrder) -> InvoicedOrder:
    """A customer orders: order, invoice and next nudge; the workflow and the commission ledger hear of it.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) for a customer who left; Invalid for a line, a
    discount or a charge, the legal entity or the order that it `corrects`.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    check_active(customer)
    check_lines(new.lines, await products.on_sale(conn, [line.product_id for line in new.lines]))
    draft = OrderDraft(
        customer, new.lines, source="own", by=who.person, note=new.note, entity=new.entity, corrects=new.corrects,
        allowance_charges=new.allowance_charges,
    )  # fmt: skip
    corrected = await _corrected(conn, draft)
    policy = await policies.rules(conn)
    order, nudge_at = await write_order(conn, policy, draft)
    stage = await end_risk_by_order(conn, customer)
    await tell_order(
        conn, policy, customer, order, by=who.person, next_nudge_at=nudge_at, stage=stage, corrected=corrected
    )
    return order


async def tell_order(
    conn: Connection, policy: Policy, customer: Customer, order: InvoicedOrder, *, by: str,
    next_nudge_at: datetime | None,
    stage: str | None = None, corrected: Sale | None = None,
) -> None:  # fmt: skip
    """The workflow, the commission ledger, the register and open pages hear of an order.

    Without a time for the next nudge, the one that is planned stays: nobody decided to buy.
    """
    money_event = order_event(order, customer.account_manager, corrected)
    answer = OrderPlaced(
        event_id=f"order:{order.id}",
        at=order.placed_at,
        by=by,
        order_id=order.id,
        invoice_id=order.invoice.id,
        due_at=first_reminder(policy, order.invoice.due_at, customer.zones),
        next_nudge_at=next_nudge_at or customer.next_nudge_at or order.invoice.due_at,
        keeps_nudge=next_nudge_at is None,
        stage=stage,
        money=money_event,
    )
    start = await care_start(conn, customer.id)
    await outbox.signal(conn, ids.customer(customer.id), "order_placed", answer, start=start)
    await report_money(conn, money_event)
    if stage is not None:
        await report_status(conn, customer.id, stage, customer.account_manager, event_id=answer.event_id)
    await publish(conn, "order.placed", order_id=order.id, customer_id=customer.id)


async def _corrected(conn: Connection, draft: OrderDraft) -> Sale | None:
    """The order that this one corrects, if it says so. Raises Invalid on `corrects`."""
    if draft.corrects is None:
        return None
    old = await orders.to_correct(conn, draft.corrects)
    check_corrected(old, draft.customer.id, draft.currency)
    return old


async def write_order(
    conn: Connection, policy: Policy, draft: OrderDraft, *, at: datetime | None = None
) -> tuple[InvoicedOrder, datetime]:
    """Write an order placed now, or `at` a moment, with its invoice; returns it and when to nudge for the next one.

    A step of whatever brings an order; who hears of it is the caller's business. Raises Invalid on `entity`, and for a
    discount or a charge.
    """
    invoiced = await write_invoiced(conn, policy, draft, at=at)
    return invoiced, await plan_next_nudge(conn, policy, draft.customer)


async def write_invoiced(
    conn: Connection, policy: Policy, draft: OrderDraft, *, at: datetime | None = None
) -> InvoicedOrder:
    """Write an order and its invoice, and leave the next nudge as it is. Raises Invalid as `write_order` does."""
    now = at or datetime.now(UTC)
    seller = await legal_entities.choose(conn, draft.entity, draft.currency)
    if seller is None:
        raise Invalid(f"There is no legal entity {draft.entity} that invoices", field="entity")
    parties = Parties.of(seller, draft.customer.billing)
    lines = await price_lines(conn, draft.lines, parties, as_offered=draft.source == "sale")
    extras = price_allowances(
        draft.allowance_charges, lines, draft.currency, lambda rate: treatment(rate, None, parties, as_offered=False)
    )
    year = seller.day_of(now).year
    number = await invoices.next_number(conn, seller.id, "SO", year)
    order_id = await orders.add(conn, draft, lines, extras, number=number, entity=seller.id, placed_at=now)
    order = await orders.get(conn, order_id)
    number = await invoices.next_number(conn, seller.id, "", year)
    term = policy.payment_term if draft.payment_term is None else draft.payment_term
    # By the seller's calendar, as the days on the invoice are.
    due_at = after(now, term, ZoneInfo(seller.timezone))
    invoiced = await invoices.add(conn, order, number=number, entity=seller.id, issued_at=now, due_at=due_at)
    await write_document(conn, invoiced, now, draft.customer, seller)
    await tell_changed(conn, invoiced.invoice.id, draft.customer.id)
    await announce(conn, webhooks.OrderPlaced.of(invoiced, draft.source), key=order_id, at=now)
    await announce(conn, webhooks.InvoiceIssued.of(invoiced), key=invoiced.invoice.id, at=now)
    return invoiced


async def price_lines(
    conn: Connection, lines: Sequence[OrderLine], parties: Parties, *, as_offered: bool = False
) -> list[money.PricedLine]:
    """Amounts of every line; rate and unit are the line's own, else the catalogue's, else the usual ones."""
    known = await products.taxes(conn, [line.product_id for line in lines])
    priced = [_price(line, known.get(line.product_id or ""), parties, as_offered) for line in lines]
    return money.taxed(priced, lines[0].unit_price.currency)


def _price(line: OrderLine, product: ProductTax | None, parties: Parties, as_offered: bool) -> money.PricedLine:
    # As a rate is kept and printed: what is taxed by a finer one would not be what the invoice says.
    said = None if line.tax_percent is None else money.to_cents(line.tax_percent)
    treated = treatment(said, product, parties, as_offered=as_offered)
    priced = money.price(
        line.product_id,
        printable(line.description) or UNREADABLE,
        line.quantity,
        line.unit_price.amount,
        treated.percent,
        currency=line.unit_price.currency,
        discount_percent=line.discount_percent,
        charges=priced_charges(line),
    )
    unit = code_of(line.unit or (product.unit if product else "")) or PIECE
    return priced.model_copy(update={"unit": unit, "tax_category": treated.category, "tax_reason": treated.reason})


async def cancel_order(conn: Connection, who: Principal, order_id: str, reason: str) -> Order:
    """Cancel an order: an unpaid invoice is voided, one with money on it gets a credit note, and reminders end.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) if it is cancelled already or was imported.
    """
    order = await orders.get(conn, order_id, lock=True)
    customer = await customers.get(conn, order.customer_id, lock=True)
    await check_owner(conn, who, customer)
    if order.state == "cancelled":
        raise Conflict("The order is already cancelled", code="wrong_state", detail={"state": order.state})
    if order.invoice is None:
        raise Conflict("This order was imported: cancel it where it was invoiced", code="wrong_state")
    await orders.cancel(conn, order_id, reason)
    invoice = await invoices.get(conn, order.invoice.id, lock=True)
    if not invoice.paid and not invoice.refunded:
        await invoices.write_sums(conn, invoice.changed(is_cancelled=True))
    elif invoice.creditable > 0:
        await write_credit_note(conn, invoice, invoice.creditable, reason, who.person)
    key, now = f"order-cancelled:{order_id}", datetime.now(UTC)
    event = sale_event(MoneyKind.CANCELLED, order.sale, key=key, amount=order.total, at=now)
    await report_money(conn, event)
    # What a contract brings has no part in their rhythm.
    nudge_at = None if order.contract_id else await plan_next_nudge(conn, await policies.rules(conn), customer)
    await report_voided(conn, invoice, event, who.person, next_nudge_at=nudge_at)
    return await orders.get(conn, order_id)
