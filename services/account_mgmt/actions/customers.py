"""Customers: their care is opened and closed, they opt out and in again, and how they are dealt with is changed."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.assignment import assign
from services.account_mgmt.actions.customer_status import stay_at_risk
from services.account_mgmt.actions.erasure import erase_again
from services.account_mgmt.actions.next_nudge import plan_next_nudge
from services.account_mgmt.actions.orders import write_order
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.actions.register import introduce_customer, report_status
from services.account_mgmt.actions.work_assignment import NOT_ABOUT_MONEY
from services.account_mgmt.actions.workflow_starts import care_policy
from services.account_mgmt.domain.customers import Customer, check_active
from services.account_mgmt.domain.dunning import first_reminder
from services.account_mgmt.domain.orders import InvoicedOrder, OrderDraft
from services.account_mgmt.domain.recognition import keys_of_customer
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.account_mgmt.repository import customer_merges, customers, erasure, imports, work
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.webhooks import CustomerLeft
from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.chassis.mail import withdraw_mails
from services.chassis.mail.addresses import lift_stop
from services.chassis.webhooks import announce
from workflows.contracts import ids
from workflows.contracts.account_mgmt import CloseCustomer, OpenAccount, OpenedAccount, OrderPlaced
from workflows.contracts.base import DoNotCall
from workflows.contracts.customer_status import NudgeMoved, OptedIn
from workflows.contracts.open_care import AdoptAccount, AdoptedAccount, ImportedCustomer, ReadUnopened, Unopened

_WINDOW_SECONDS = 10
"""How many seconds' worth of imported customers may be on their way at once."""
_PATIENCE = 5.0


async def open_account(conn: Connection, request: OpenAccount) -> OpenedAccount:
    """A customer just won, or one that returns: account manager, first order with its invoice, first nudge."""
    erased = await erasure.hold(conn, request.customer_id)
    version, policy = await policies.current(conn)
    won = request.order
    theirs = await customer_merges.survivor(conn, request.customer_id)
    merged_into = theirs if theirs != request.customer_id else None
    # Whoever is known under another record by now has their card there.
    contact = None if merged_into else request.contact
    customer = await customers.open_or_reopen(conn, theirs, contact, request.segment, won.won_by)
    if contact is not None:
        await imports.remember_keys(conn, customer.id, keys_of_customer(contact, customer.billing))
    manager = await assign(conn, customer.id)
    await report_status(conn, customer.id, "active", manager, event_id=request.key)
    draft = OrderDraft(customer, won.lines, source="sale", by=won.won_by, note=won.note, deal_id=won.deal_id)
    order, nudge_at = await write_order(conn, policy, draft)
    if erased:
        await erase_again(conn, customer.id)
    if merged_into:
        await _tell_of_order(conn, order, won.won_by, nudge_at)
    return OpenedAccount(
        merged_into=merged_into,
        account_manager=manager,
        invoice_id=order.invoice.id,
        due_at=first_reminder(policy, order.invoice.due_at, customer.zones),
        next_nudge_at=nudge_at,
        policy=care_policy(version, policy),
    )


async def _tell_of_order(conn: Connection, order: InvoicedOrder, by: str, nudge_at: datetime) -> None:
    """Tell the customer's own care of an order that came for a record that was merged into theirs."""
    placed = OrderPlaced(
        event_id=f"order:{order.id}", at=order.placed_at, by=by, order_id=order.id, invoice_id=order.invoice.id,
        due_at=order.invoice.due_at, next_nudge_at=nudge_at,
    )  # fmt: skip
    await outbox.signal(conn, ids.customer(order.customer_id), "order_placed", placed)


async def read_unopened(conn: Connection, request: ReadUnopened) -> Unopened:
    """The next customers of an import: a second's worth, and none while too many of them are on their way."""
    policy = await policies.rules(conn)
    per_second = policy.care_starts_per_second
    most = max(1, round(per_second))
    if await imports.on_their_way(conn, request.import_id, request.after) >= most * _WINDOW_SECONDS:
        return Unopened(full=True, pause=_PATIENCE)
    found = await imports.unopened(conn, request.import_id, request.after, most)
    return Unopened(
        customers=[ImportedCustomer(customer_id=customer_id, segment=segment) for customer_id, segment in found],
        pause=max(1.0, 1 / per_second),
    )


async def adopt_account(conn: Connection, request: AdoptAccount) -> AdoptedAccount:
    """An imported customer's care begins: an account manager, and the next nudge by the customer's own rhythm."""
    version, policy = await policies.current(conn)
    manager = await assign(conn, request.customer_id)
    customer = await customers.get(conn, request.customer_id)
    nudge_at = await plan_next_nudge(conn, policy, customer)
    await imports.opened(conn, customer.id)
    if customer.merged_into is not None:
        # The care opens and hears next that it goes into another one: nothing is planned of this record.
        await customers.plan_nudge(conn, customer.id, None)
    else:
        await introduce_customer(conn, customer, manager, event_id=request.key)
        # Found at risk before there was a care to hear of it; it takes everybody as active whom it adopts.
        await stay_at_risk(conn, customer.id, "policy")
    return AdoptedAccount(
        account_manager=manager,
        next_nudge_at=nudge_at,
        contact=customer.contact,
        policy=care_policy(version, policy),
    )


async def close_customer(conn: Connection, request: CloseCustomer) -> None:
    """The workflow ends the care: open work and mails end, but not those about money; an opt-out only ends nudges."""
    customer = await customers.get(conn, request.customer_id, lock=True)
    await report_status(conn, customer.id, request.stage, customer.account_manager, event_id=request.key)
    if request.stage == "opted_out":
        await _end_nudges(conn, request.customer_id)
        return
    # What they owe they owe still: reminders go on.
    await work_items.cancel_for_lead(conn, request.customer_id, kinds=NOT_ABOUT_MONEY, result=request.stage)
    await withdraw_mails(conn, request.customer_id, purpose="nudge")
    await customers.set_state(conn, [request.customer_id], request.stage)
    await customers.plan_nudge(conn, request.customer_id, None)
    if request.stage == "lost" and customer.state != "lost":
        await announce(conn, CustomerLeft(customer_id=customer.id), key=request.key, at=datetime.now(UTC))


async def _end_nudges(conn: Connection, customer_id: str) -> None:
    """No nudges from now on; one that is waiting to be mailed is withdrawn."""
    await work_items.cancel_for_lead(conn, customer_id, kinds=["nudge", "risk"], result="opted_out")
    await withdraw_mails(conn, customer_id, purpose="nudge")
    await customers.set_state(conn, [customer_id], "opted_out")
    await stop_calls(conn, customer_id)
    await customers.plan_nudge(conn, customer_id, None)
    await publish(conn, "customer.changed", customer_id=customer_id)


async def stop_calls(conn: Connection, customer_id: str) -> None:
    """They are not called any more, not even for money: what was to be a call becomes a letter."""
    await customers.stop_calls(conn, customer_id)
    await work.write_instead_of_calling(conn, customer_id)


async def plan_anew(conn: Connection, customer: Customer, by: str, *, event_id: str) -> None:
    """A reminder that is planned falls into the contact hours of where the customer is now; `customer` is locked."""
    if customer.next_nudge_at is None or not customer.may_be_nudged:
        return
    moment = contact_time(await policies.rules(conn), customer.next_nudge_at, customer.zones)
    if moment == customer.next_nudge_at:
        return
    await customers.plan_nudge(conn, customer.id, moment)
    moved = NudgeMoved(event_id=f"{event_id}:nudge", at=datetime.now(UTC), by=by, next_nudge_at=moment)
    await outbox.signal(conn, ids.customer(customer.id), "nudge_moved", moved, when_missing="drop")


async def opt_out(conn: Connection, who: Principal, customer_id: str, reason: str) -> Customer:
    """The customer wants no more nudges, and the workflow stops them; said twice, nothing changes.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) for a customer who left.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    check_active(customer)
    if customer.state != "opted_out":
        await end_reminders(conn, customer, reason, who.person)
    return await customers.get(conn, customer_id)


async def end_reminders(conn: Connection, customer: Customer, reason: str, by: str) -> None:
    """No nudges from now on; the workflow and the register hear of it. `customer` is locked and has not opted out."""
    await _end_nudges(conn, customer.id)
    answer = DoNotCall(event_id=f"opt-out:{new_id()}", at=datetime.now(UTC), by=by, reason=reason)
    await outbox.signal(conn, ids.customer(customer.id), "do_not_call", answer, when_missing="drop")
    await report_status(conn, customer.id, "opted_out", customer.account_manager, event_id=answer.event_id)


async def opt_in(conn: Connection, who: Principal, customer_id: str, reason: str) -> Customer:
    """The customer wants nudges again: the next one is planned, and the workflow hears of it.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) unless the customer had opted out, (`erased`)
    for one who was erased: they are not reminded of anything but what they owe.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    if customer.state != "opted_out":
        raise Conflict("The customer has not opted out", code="wrong_state", detail={"state": customer.state})
    if await erasure.is_erased(conn, customer_id):
        raise Conflict("The customer was erased", code="erased")
    await customers.set_state(conn, [customer_id], "active")
    await customers.allow_calls(conn, customer_id)
    await lift_stop(conn, customer_id)
    next_at = await plan_next_nudge(conn, await policies.rules(conn), customer)
    answer = OptedIn(event_id=f"opt-in:{new_id()}", at=datetime.now(UTC), by=who.person, next_nudge_at=next_at)
    await outbox.signal(conn, ids.customer(customer_id), "opted_in", answer, when_missing="drop")
    await report_status(conn, customer_id, "active", customer.account_manager, event_id=answer.event_id)
    await publish(conn, "customer.changed", customer_id=customer_id, reason=reason)
    return await customers.get(conn, customer_id)
