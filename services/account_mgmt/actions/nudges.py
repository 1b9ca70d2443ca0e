"""Nudges, the reminders of the next purchase: opened as work and by mail, held out to measure, escalated, answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.account_mgmt.actions.call_backs import end_call_backs
from services.account_mgmt.actions.commission_events import order_event, report_money
from services.account_mgmt.actions.customer_status import end_risk_by_order, mark_lost, open_complaint, stay_at_risk
from services.account_mgmt.actions.next_nudge import plan_next_nudge
from services.account_mgmt.actions.nudge_holds import AT_ONCE, hold_of
from services.account_mgmt.actions.nudge_mail import queue_nudge_mail
from services.account_mgmt.actions.orders import write_order
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.actions.work_assignment import NewWork, open_work
from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.dunning import first_reminder
from services.account_mgmt.domain.nudges import (
    CarriedOut,
    NudgeAnswer,
    check_horizon,
    check_outcome,
    event_id_of,
    is_held_out,
)
from services.account_mgmt.domain.orders import OrderDraft, check_lines
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import contact_time, working_time
from services.account_mgmt.repository import customers, needs, never_offer, nudges, orders, products, work
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.nudges import NewNudgeOutcome
from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.business_time import after
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.work_items import WorkItem
from workflows.contracts.account_mgmt import EscalateNudge, NudgeAnswered, NudgeOutcome, OpenedNudge, OpenNudge
from workflows.contracts.conversion import Reminded

PRIORITY = 5


async def open_nudge(conn: Connection, request: OpenNudge) -> OpenedNudge:
    """Open the reminder, or say why not and when to look again."""
    customer = await customers.get(conn, request.customer_id, lock=True)
    policy = await policies.rules(conn)
    now = datetime.now(UTC)
    if not customer.may_be_nudged:
        return OpenedNudge(refused=f"the customer is {customer.state.replace('_', ' ')}")
    last = customer.last_nudge_at
    if last is not None and (over := after(last, policy.nudge_gap, policy.zone)) > now:
        again = working_time(policy, over)
        return OpenedNudge(look_again_at=again, refused="reminded a short while ago")
    if is_held_out(policy, request.key):
        return await _hold_out(conn, policy, customer, request, now)
    answer_by = working_time(policy, after(now, policy.answer_within, policy.zone))
    item = await open_work(conn, NewWork("nudge", key=request.key, customer_id=customer.id, priority=PRIORITY))
    await nudges.add(conn, item.id, customer.id, request.number, answer_by)
    await customers.nudged(conn, customer.id)
    mailed = await queue_nudge_mail(conn, policy, customer, request.key, now)
    return OpenedNudge(item_id=item.id, answer_by=answer_by, mailed=mailed)


async def _hold_out(
    conn: Connection, policy: Policy, customer: Customer, request: OpenNudge, now: datetime
) -> OpenedNudge:
    """No reminder this once, to see what customers do without; the next one comes a whole interval later."""
    await nudges.hold_out(conn, customer.id, request.number)
    placed = await orders.placed_times(conn, customer.id)
    again = contact_time(policy, after(now, reorder_cycle.interval(policy, placed), policy.zone), customer.zones)
    await customers.plan_nudge(conn, customer.id, again)
    return OpenedNudge(look_again_at=again, refused="randomly held out, to measure what nudges do")


async def escalate_nudge(conn: Connection, request: EscalateNudge) -> Reminded:
    """An unanswered nudge goes up in its account manager's list, and to the supervisors and whoever covers."""
    policy = await policies.rules(conn)
    await work.escalate(conn, request.item_id, PRIORITY + request.level)
    return Reminded(next_at=working_time(policy, after(datetime.now(UTC), policy.answer_within, policy.zone)))


async def answer_nudge(
    conn: Connection, who: Principal, item_id: str, body: NewNudgeOutcome, *, hold: timedelta = AT_ONCE
) -> NudgeAnswer:
    """Record what the customer said, with an order and its invoice if there is one; the workflow hears of it.

    With `hold`, it hears of it so much later, and whoever answered may take it back until then (`nudge_undo`): not an
    order, whose invoice is numbered, and not that they left, of which tier 2 hears.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`already_closed`); Invalid with the field.
    """
    nudge = await nudges.get(conn, item_id)
    customer = await customers.get(conn, nudge.customer_id, lock=True)
    item = await work_items.get(conn, item_id)
    await check_owner(conn, who, customer)
    await _check(conn, body)
    await work_items.complete(conn, item_id, person=who.person, result=body.outcome, any_person=True)
    for product_id in body.never_offer:
        await never_offer.add(conn, customer.id, product_id, body.note, who.person)
    calls = await end_call_backs(conn, customer.id, who.person)
    done = (await _carry_out(conn, who.person, customer, item, body)).model_copy(update={"calls": calls})
    at = await nudges.answer(conn, item_id, body.outcome, order_id=done.order_id, note=body.note, by=who.person)
    answer = _answer(item_id, who.person, body.outcome, done, customer, at)
    await outbox.signal(
        conn, item.workflow_id, "nudge_answered", answer, hold=hold_of(customer, body.outcome, done, hold)
    )
    if body.outcome is not NudgeOutcome.COMPLAINT:
        await stay_at_risk(conn, customer.id, who.person)
    if answer.money is not None:
        await report_money(conn, answer.money)
    await publish(
        conn, "nudge.answered", item_id=item_id, customer_id=customer.id, outcome=body.outcome.value, by=who.person
    )
    return NudgeAnswer(
        item_id=item_id, customer_id=customer.id, outcome=body.outcome, next_nudge_at=done.next_at, order=done.order
    )


def _answer(
    item_id: str, by: str, outcome: NudgeOutcome, done: CarriedOut, customer: Customer, at: datetime
) -> NudgeAnswered:
    """What the workflow hears."""
    order = done.order
    return NudgeAnswered(
        event_id=event_id_of(item_id),
        at=at,
        by=by,
        item_id=item_id,
        outcome=outcome,
        next_nudge_at=done.next_at,
        order_id=done.order_id,
        invoice_id=order.invoice.id if order else None,
        due_at=done.remind_at,
        money=order_event(order, customer.account_manager) if order else None,
    )


async def _check(conn: Connection, body: NewNudgeOutcome) -> None:
    now, policy = datetime.now(UTC), await policies.rules(conn)
    check_outcome(body.outcome, has_lines=bool(body.lines), next_at=body.next_at, now=now)
    check_horizon(body.next_at, now, policy.ask_again_within)
    known = await products.on_sale(conn, [*(line.product_id for line in body.lines), *body.never_offer])
    check_lines(body.lines, known)
    if body.allowance_charges and not body.lines:
        raise Invalid("Only an order has discounts and charges", field="allowance_charges")
    for n, product_id in enumerate(body.never_offer):
        if product_id not in known:
            raise Invalid(f"There is no product {product_id}", field=f"never_offer[{n}]")


async def _carry_out(
    conn: Connection, person: str, customer: Customer, item: WorkItem, body: NewNudgeOutcome
) -> CarriedOut:
    """What an outcome means for the records."""
    policy = await policies.rules(conn)
    if body.outcome is NudgeOutcome.ORDERED:
        draft = OrderDraft(
            customer, body.lines, source="nudge", by=person, note=body.note, allowance_charges=body.allowance_charges
        )
        order, next_at = await write_order(conn, policy, draft)
        await end_risk_by_order(conn, customer)
        remind_at = first_reminder(policy, order.invoice.due_at, customer.zones)
        return CarriedOut(order=order, next_at=next_at, remind_at=remind_at)
    if body.outcome is NudgeOutcome.LEFT:
        await mark_lost(conn, customer.id, event_id=f"nudge:{item.id}")
        return CarriedOut()
    need = complaint = None
    if body.outcome is NudgeOutcome.NEED_CHANGED and body.note:
        need = (await needs.add(conn, customer.id, body.note, None, person)).id
    if body.outcome is NudgeOutcome.COMPLAINT:
        complaint = (await open_complaint(conn, customer, body.note, key=f"{item.key}:complaint", by=person)).id
    return CarriedOut(next_at=await _ask_again(conn, policy, customer, body), need_id=need, complaint_id=complaint)


async def _ask_again(conn: Connection, policy: Policy, customer: Customer, body: NewNudgeOutcome) -> datetime:
    """When they are asked next: when they want it, or by their rhythm."""
    if body.next_at is not None:
        await customers.plan_nudge(conn, customer.id, body.next_at)
        return body.next_at
    # Asked and not needed: the rhythm starts over from today, never sooner than the frequency cap allows.
    after_cap = after(datetime.now(UTC), max(policy.nudge_gap, policy.shortest_interval), policy.zone)
    return await plan_next_nudge(conn, policy, customer, not_before=after_cap)
