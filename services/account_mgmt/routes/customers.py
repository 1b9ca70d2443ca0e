"""Customers: the record, the card, the calendar."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.assignment import assign_customer
from services.account_mgmt.actions.card import read_card
from services.account_mgmt.actions.contact_schedule import read_contact_schedule
from services.account_mgmt.actions.customer_edit import change_customer
from services.account_mgmt.actions.customer_new import add_customer
from services.account_mgmt.actions.customers import opt_in, opt_out
from services.account_mgmt.actions.kinds import CUSTOMER
from services.account_mgmt.actions.ownership import may_act_for
from services.account_mgmt.repository import customer_changes, customers
from services.account_mgmt.routes.access import READERS, SUPERVISOR, WRITERS
from services.account_mgmt.schemas.account_managers import Assignment
from services.account_mgmt.schemas.card import CardView
from services.account_mgmt.schemas.common import Reason
from services.account_mgmt.schemas.contact_schedule import ContactScheduleView
from services.account_mgmt.schemas.customers import CustomerChange, CustomerEditView, CustomerView, NewCustomer
from services.chassis.http import Conn, Id, Page, Pager, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["customers"])


@router.get("/customers", dependencies=READERS, summary="List customers")
async def list_customers(
    conn: Conn, who: Who, pager: Pager, state: str | None = None, account_manager: str | None = None, mine: bool = False
) -> Page[CustomerView]:
    """In order of opening, numbers and e-mails masked; `mine` for one's own portfolio."""
    manager = who.person if mine else account_manager
    found = await customers.page(conn, state=state, manager=manager, limit=pager.limit + 1, after=pager.time_and_id())
    views = [CustomerView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.post("/customers", status_code=201, dependencies=WRITERS, summary="Make a customer by hand")
async def post_customer(conn: Conn, who: Who, new: NewCustomer) -> CustomerView:
    """Their care begins at once. Account managers make customers for themselves, a supervisor for anybody.

    409 `duplicate` names the customer with the same number or tax id in `customer_id` and `company`; if they are two
    companies after all, send it again with that id as `not_the_same_as`.
    """
    return CustomerView.of(await add_customer(conn, who, new), masked=False)


@router.get("/customers/{customer_id}", dependencies=[*READERS, tagged()], summary="One customer")
async def get_customer(conn: Conn, who: Who, customer_id: Id) -> CustomerView:
    """Numbers and e-mail in clear for their account manager, whoever covers for them, and supervisors."""
    customer = await customers.get(conn, customer_id)
    theirs = await may_act_for(conn, who, customer.id, customer.account_manager)
    return CustomerView.of(customer, masked=not theirs)


_CHANGE = if_match(get_customer, CUSTOMER, "customer_id")


@router.patch("/customers/{customer_id}", dependencies=[*WRITERS, _CHANGE], summary="Edit a customer")
async def patch_customer(conn: Conn, who: Who, customer_id: Id, body: CustomerChange) -> CustomerView:
    """Who they are, whom invoices are made out to, how they want to be reminded, and in which segment they are.

    Mails that wait go to the new address, and calls from a new number find their account manager. Invoices that were
    issued stay as they are. 409 `duplicate` names the customer who has this tax id; 422 names the field.
    """
    return CustomerView.of(await change_customer(conn, who, customer_id, body), masked=False)


@router.get("/customers/{customer_id}/changes", dependencies=READERS, summary="Who changed what of a customer")
async def list_changes(conn: Conn, who: Who, pager: Pager, customer_id: Id) -> Page[CustomerEditView]:
    """The oldest first; numbers and e-mails masked, unless for their account manager and supervisors."""
    customer = await customers.get(conn, customer_id)
    masked = not await may_act_for(conn, who, customer.id, customer.account_manager)
    found = await customer_changes.page(conn, customer_id, limit=pager.limit + 1, after=pager.time_and_id())
    views = [CustomerEditView.shown(one, masked=masked) for one in found]
    return Page.of(views, pager.limit, key=lambda e: (e.at.isoformat(), e.id))


@router.post(
    "/customers/{customer_id}/opt-out",
    status_code=202,
    dependencies=[*WRITERS, _CHANGE],
    summary="The customer wants no reminders",
)
async def post_opt_out(conn: Conn, who: Who, customer_id: Id, body: Reason) -> CustomerView:
    """No nudge from now on, by call or mail; payment reminders still go out. 409 for one who has left."""
    return CustomerView.of(await opt_out(conn, who, customer_id, body.reason))


@router.post(
    "/customers/{customer_id}/opt-in",
    status_code=202,
    dependencies=[*WRITERS, _CHANGE],
    summary="The customer wants reminders again",
)
async def post_opt_in(conn: Conn, who: Who, customer_id: Id, body: Reason) -> CustomerView:
    """The next nudge follows their usual rhythm. 409 unless the customer had opted out."""
    return CustomerView.of(await opt_in(conn, who, customer_id, body.reason))


@router.post(
    "/customers/{customer_id}/assign", dependencies=[*SUPERVISOR, _CHANGE], summary="Assign one customer to somebody"
)
async def post_assign(conn: Conn, who: Who, customer_id: Id, body: Assignment) -> CustomerView:
    """Open work goes along. 422 unless this is an active account manager."""
    return CustomerView.of(await assign_customer(conn, customer_id, body.account_manager, who.person))


@router.get("/customers/{customer_id}/calendar", dependencies=READERS, summary="Every contact to come, and why")
async def get_calendar(conn: Conn, customer_id: Id) -> ContactScheduleView:
    """Nudges, due dates and reminders of the next year, if nothing else happens."""
    return ContactScheduleView(customer_id=customer_id, items=await read_contact_schedule(conn, customer_id))


@router.get("/customers/{customer_id}/card", dependencies=READERS, summary="The working instruction")
async def get_card(conn: Conn, who: Who, customer_id: Id) -> CardView:
    """Everything the account manager needs for the call; to others, numbers are masked."""
    return CardView.of(await read_card(conn, who, customer_id))
