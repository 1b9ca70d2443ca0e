"""Work besides the nudges: calls that came in, overdue invoices, complaints, customers at risk, lost mails."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from services.account_mgmt.actions import customer_status
from services.account_mgmt.actions.orders import check_owner, must_be_active
from services.account_mgmt.repository import customers
from services.account_mgmt.schemas import NewComplaint, WorkDone, WorkView
from services.chassis import work_items
from services.chassis.db import new_id
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.chassis.work_items import WorkItem

router: APIRouter = new_router(tags=["work"])
STAFF = [allow("account_manager", "supervisor", "ops")]
WRITERS = [allow("account_manager", "supervisor")]
KINDS = ("inbound", "dunning", "complaint", "risk", "mail")
Kind = Literal["inbound", "dunning", "complaint", "risk", "mail"]


@router.get("/work", dependencies=STAFF, summary="Calls, overdue invoices, complaints, customers at risk")
async def list_work(
    conn: Conn,
    who: Who,
    pager: Pager,
    state: str | None = "open",
    kind: Kind | None = None,
    mine: bool = False,
) -> Page[WorkView]:
    """In order of opening. Those of an absent colleague name him in `facts.cover_for`."""
    found = await work_items.list_items(
        conn,
        kind=kind or KINDS,
        state=state,
        assignee=who.person if mine else None,
        limit=pager.limit + 1,
        after=pager.time_and_id(),
    )
    return Page.of([_view(item) for item in found], pager.limit, key=lambda w: (w.opened_at.isoformat(), w.item_id))


def _view(item: WorkItem) -> WorkView:
    return WorkView(
        item_id=item.id,
        kind=item.kind,
        customer_id=item.lead_id,
        account_manager=item.assignee,
        priority=item.priority,
        opened_at=item.opened_at,
        state=item.state,
        facts=item.payload,
    )


@router.post("/work/{item_id}/done", dependencies=WRITERS, summary="Done, or the customer leaves")
async def work_done(conn: Conn, who: Who, item_id: Id, body: WorkDone | None = None) -> WorkView:
    """A complaint or risk that is settled makes the customer well again. 409 `already_closed`, 403 `not_owner`."""
    said = body or WorkDone()
    item = await work_items.get(conn, item_id)
    if item.kind not in KINDS:
        raise Conflict("This work is answered by its own route", code="wrong_kind")
    customer = await customers.get(conn, item.lead_id, lock=True)
    await check_owner(conn, who, customer)
    if said.result == "left" and item.kind not in customer_status.WORRIES:
        raise Invalid("Only a complaint or a risk ends so", field="result")
    closed = await work_items.complete(conn, item_id, person=who.person, result=said.result, any_person=True)
    if said.result == "left":
        reason = "the customer left" if item.kind == "risk" else "the customer left after a complaint"
        await customer_status.left(conn, customer, reason=reason, by=who.person, event_id=f"work:{item_id}:left")
    elif item.kind in customer_status.WORRIES:
        await customer_status.kept(conn, customer, item, who.person)
    await publish(conn, "work_closed", item_id=item_id)
    return _view(closed)


@router.post(
    "/customers/{customer_id}/complaints", status_code=201, dependencies=WRITERS, summary="The customer complains"
)
async def add_complaint(conn: Conn, who: Who, customer_id: Id, body: NewComplaint) -> WorkView:
    """Whoever hears it records it: it is urgent work of the account manager, and the customer is at risk."""
    customer = await customers.get(conn, customer_id, lock=True)
    must_be_active(customer)
    item = await customer_status.complain(conn, customer, body.text, key=f"complaint:{new_id()}", by=who.person)
    return _view(item)
