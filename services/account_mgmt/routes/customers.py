"""Customers: the record, the card, the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter

from services.account_mgmt.actions import card
from services.account_mgmt.actions import customers as accounts
from services.account_mgmt.actions.orders import check_owner, must_be_active, plan
from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.contact_schedule import Owed, touches
from services.account_mgmt.repository import customers, sales
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import CustomerChange, CustomerView, Reason
from services.account_mgmt.schemas.card import Card
from services.account_mgmt.schemas.contact_schedule import Touches, TouchView
from services.chassis import outbox
from services.chassis.db import new_id
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from workflows.contracts import ids
from workflows.contracts.base import DoNotCall
from workflows.contracts.customer_status import OptedIn

router: APIRouter = new_router(tags=["customers"])
STAFF = [allow("account_manager", "supervisor", "ops")]


@router.get("/customers", dependencies=STAFF, summary="Customers")
async def list_customers(
    conn: Conn, who: Who, pager: Pager, state: str | None = None, account_manager: str | None = None, mine: bool = False
) -> Page[CustomerView]:
    """In order of opening; `mine` for one's own portfolio."""
    manager = who.person if mine else account_manager
    found = await customers.page(conn, state=state, manager=manager, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/customers/{customer_id}", dependencies=STAFF, summary="One customer")
async def get_customer(conn: Conn, customer_id: Id) -> CustomerView:
    """404 for an unknown one."""
    return await customers.get(conn, customer_id)


@router.patch(
    "/customers/{customer_id}",
    dependencies=[allow("account_manager", "supervisor")],
    summary="How a customer is dealt with",
)
async def change_customer(conn: Conn, who: Who, customer_id: Id, body: CustomerChange) -> CustomerView:
    """By what way it wants to be reminded, and in which segment it is."""
    await check_owner(conn, who, await customers.get(conn, customer_id, lock=True))
    return await customers.change(conn, customer_id, body.changes())


@router.post(
    "/customers/{customer_id}/opt-out",
    status_code=202,
    dependencies=[allow("account_manager", "supervisor")],
    summary="The customer wants no reminders",
)
async def opt_out(conn: Conn, who: Who, customer_id: Id, body: Reason) -> CustomerView:
    """No nudge from now on, by call or mail; invoices are still reminded of. 409 for one who has left."""
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    must_be_active(customer)
    if customer.state != "opted_out":
        await accounts.opt_out(conn, customer_id)
        at = datetime.now(UTC)
        answer = DoNotCall(event_id=f"opt-out:{new_id()}", at=at, by=who.person, reason=body.reason)
        await outbox.signal(conn, ids.customer(customer_id), "do_not_call", answer, when_missing="drop")
    return await customers.get(conn, customer_id)


@router.post(
    "/customers/{customer_id}/opt-in",
    status_code=202,
    dependencies=[allow("account_manager", "supervisor")],
    summary="The customer wants reminders again",
)
async def opt_in(conn: Conn, who: Who, customer_id: Id, body: Reason) -> CustomerView:
    """The next nudge comes by the rhythm. 409 unless the customer had opted out."""
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    if customer.state != "opted_out":
        raise Conflict("The customer has not opted out", code="wrong_state", detail={"state": customer.state})
    policy = await policies.rules(conn)
    await customers.set_state(conn, customer_id, "active")
    next_at = await plan(conn, policy, customer_id)
    answer = OptedIn(event_id=f"opt-in:{new_id()}", at=datetime.now(UTC), by=who.person, next_nudge_at=next_at)
    await outbox.signal(conn, ids.customer(customer_id), "opted_in", answer, when_missing="drop")
    await publish(conn, "customer_changed", customer_id=customer_id, reason=body.reason)
    return await customers.get(conn, customer_id)


@router.get("/customers/{customer_id}/calendar", dependencies=STAFF, summary="Every touch to come, and why")
async def get_calendar(conn: Conn, customer_id: Id) -> Touches:
    """Nudges, due dates and reminders of the next year, if nothing else happens."""
    customer = await customers.get(conn, customer_id)
    policy = await policies.rules(conn)
    placed = await sales.placed_times(conn, customer_id)
    found = await sales.invoices(conn, state="open", customer_id=customer_id, limit=200, after=None)
    owed = [Owed(number=one.number, due_at=one.due_at, level=one.dunning) for one in found]
    nudge_at = customer.next_nudge_at if customer.state in ("active", "at_risk") else None
    items = touches(
        policy, now=datetime.now(UTC), next_nudge=nudge_at, every=reorder_cycle.interval(policy, placed), owed=owed
    )
    return Touches(customer_id=customer_id, items=[TouchView(at=one.at, kind=one.kind, why=one.why) for one in items])


@router.get("/customers/{customer_id}/card", dependencies=STAFF, summary="The working instruction")
async def get_card(conn: Conn, customer_id: Id) -> Card:
    """Everything the account manager needs for the call."""
    return await card.build(conn, customer_id)
