"""The day's list: whom to remind of the next purchase, and what they said."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal

from fastapi import APIRouter

from services.account_mgmt.actions import card, commission_events, customer_status
from services.account_mgmt.actions.orders import check_lines, check_owner, plan, take_order
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.account_mgmt.repository import customers, needs, nudges, products, suggestions
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import (
    CustomerView,
    InvoicedOrder,
    NewNudgeOutcome,
    NudgeAnswerView,
    NudgeView,
)
from services.account_mgmt.schemas.needs import NewNeed
from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, PageParams, Pager, Who, allow, new_router
from services.chassis.work_items import WorkItem
from workflows.contracts.account_mgmt import NudgeAnswered, NudgeOutcome

router: APIRouter = new_router(tags=["nudges"])
STAFF = [allow("account_manager", "supervisor", "ops")]
WRITERS = [allow("account_manager", "supervisor")]


@router.get("/nudges", dependencies=STAFF, summary="Whom to remind")
async def list_nudges(
    conn: Conn, who: Who, pager: Pager, state: str | None = "open", mine: bool = False
) -> Page[NudgeView]:
    """Those of which most is expected first (chance to buy times value), each with the customer's card."""
    found = await nudges.page(
        conn, state=state, manager=who.person if mine else None, limit=pager.limit + 1, after=_after(pager)
    )
    page = Page.of(found, pager.limit, key=lambda n: (str(n.expected_value), n.item_id))
    items = [n.model_copy(update={"card": await card.build(conn, n.customer_id)}) for n in page.items]
    return Page(items=items, next=page.next)


def _after(pager: PageParams) -> tuple[Decimal, str] | None:
    cursor = pager.cursor(2)
    if cursor is None:
        return None
    try:
        return Decimal(cursor[0]), str(uuid.UUID(cursor[1]))
    except (ValueError, ArithmeticError):
        raise Invalid("is not a cursor of this list; start again without it", field="after") from None


@router.post("/nudges/{item_id}/outcome", dependencies=WRITERS, summary="What the customer said")
async def nudge_outcome(conn: Conn, who: Who, item_id: Id, body: NewNudgeOutcome) -> NudgeAnswerView:
    """One transaction: the record, an order with its invoice if there is one, and the answer to the workflow."""
    nudge = await nudges.get(conn, item_id)
    customer = await customers.get(conn, nudge.customer_id, lock=True)
    item = await work_items.get(conn, item_id)
    if item.assignee is not None:
        await check_owner(conn, who, customer)
    await _check(conn, body)
    await work_items.complete(conn, item_id, person=who.person, result=body.outcome, any_person=True)
    for product_id in body.never_offer:
        await suggestions.refuse(conn, customer.id, product_id, body.note, who.person)
    order, next_at = await _carry_out(conn, who.person, customer, item, body)
    at = await nudges.answer(conn, item_id, body.outcome, order.id if order else None, body.note, who.person)
    answer = NudgeAnswered(
        event_id=f"nudge:{item_id}",
        at=at,
        by=who.person,
        item_id=item_id,
        outcome=body.outcome,
        next_nudge_at=next_at,
        order_id=order.id if order else None,
        invoice_id=order.invoice.id if order else None,
        due_at=order.invoice.due_at if order else None,
        money=commission_events.ordered(order, customer.account_manager) if order else None,
    )
    await outbox.signal(conn, item.workflow_id, "nudge_answered", answer)
    await publish(conn, "nudge_answered", item_id=item_id, outcome=body.outcome.value)
    return NudgeAnswerView(
        item_id=item_id, customer_id=customer.id, outcome=body.outcome, next_nudge_at=next_at, order=order
    )


async def _check(conn: Connection, body: NewNudgeOutcome) -> None:
    if body.outcome is NudgeOutcome.ORDERED:
        if not body.lines:
            raise Invalid("An order needs at least one line", field="lines")
        await check_lines(conn, body.lines)
    elif body.lines:
        raise Invalid("Only an order has lines", field="lines")
    if body.outcome is NudgeOutcome.LATER and body.next_at is None:
        raise Invalid("When shall we ask again?", field="next_at")
    if body.next_at is not None and body.next_at <= datetime.now(UTC):
        raise Invalid("The time must lie in the future", field="next_at")
    for n, product_id in enumerate(body.never_offer):
        if not await products.exists(conn, product_id):
            raise Invalid(f"There is no product {product_id}", field=f"never_offer.{n}")


async def _carry_out(
    conn: Connection, person: str, customer: CustomerView, item: WorkItem, body: NewNudgeOutcome
) -> tuple[InvoicedOrder | None, datetime | None]:
    """What an outcome means for the records: (order, next nudge)."""
    policy = await policies.rules(conn)
    if body.outcome is NudgeOutcome.ORDERED:
        order, next_at = await take_order(
            conn, policy, customer_id=customer.id, lines=body.lines, source="nudge", note=body.note, by=person
        )
        await customer_status.ordered(conn, customer.id)
        return order, next_at
    if body.outcome is NudgeOutcome.LEFT:
        await customer_status.gone(conn, customer.id)
        return None, None
    if body.outcome is NudgeOutcome.NEED_CHANGED and body.note:
        await needs.add(conn, customer.id, NewNeed(text=body.note), person)
    if body.outcome is NudgeOutcome.COMPLAINT:
        await customer_status.complain(conn, customer, body.note, key=f"{item.key}:complaint", by=person)
    if body.next_at is not None:
        await customers.plan_nudge(conn, customer.id, body.next_at)
        return None, body.next_at
    # Asked and not needed: the rhythm begins anew from today, never sooner than the frequency cap allows.
    planned = await plan(conn, policy, customer.id)
    after_cap = datetime.now(UTC) + max(policy.nudge_gap, policy.shortest_interval)
    earliest = contact_time(policy, after_cap, customer.contact.timezone)
    await customers.plan_nudge(conn, customer.id, max(planned, earliest))
    return None, max(planned, earliest)
