"""Work besides nudges is done: calls that came in, late invoices, complaints, risks, lost mails, letters, contracts."""

from __future__ import annotations

from services.account_mgmt.actions.call_backs import CALL, end_call_backs
from services.account_mgmt.actions.customer_status import CONCERNS, lose_customer, settle_concern
from services.account_mgmt.actions.debts import DEBT
from services.account_mgmt.actions.invoices import tell_changed
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.repository import Cursor, customers, dunning
from services.account_mgmt.schemas.work import WorkDone
from services.chassis import work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.work_items import WorkItem

KINDS = ("inbound", "dunning", "complaint", "risk", "mail", "reply", "contract")
"""What is done by saying so; a nudge is answered with an outcome."""
LISTED = (*KINDS, DEBT)
"""What is listed; about a debt a supervisor decides on its invoice."""


async def list_work(
    conn: Connection, *, kind: str | None, state: str | None, person: str | None, limit: int, after: Cursor
) -> list[WorkItem]:
    """A page of work in order of opening; `person` for what is theirs alone."""
    return await work_items.list_items(
        conn, kind=kind or LISTED, state=state, assignee=person, limit=limit, after=after
    )


async def finish_work(conn: Connection, who: Principal, item_id: str, said: WorkDone) -> WorkItem:
    """Close work with what came of it: a settled concern may make the customer active again, or the customer leaves.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_kind`, `already_closed`); Invalid on `result`.
    """
    item = await work_items.get(conn, item_id)
    if item.kind not in KINDS:
        raise Conflict("This work is answered by its own route", code="wrong_kind")
    customer = await customers.get(conn, item.lead_id, lock=True)
    await check_owner(conn, who, customer)
    if said.result == "left" and item.kind not in CONCERNS:
        raise Invalid("Only a complaint or a risk can end with the customer leaving", field="result")
    closed = await work_items.complete(conn, item_id, person=who.person, result=said.result, any_person=True)
    if item.payload.get("way") == "post":
        await _letter_sent(conn, item, who.person)
    if item.kind == CALL:
        await end_call_backs(conn, customer.id, who.person)
    if said.result == "left":
        reason = "the customer left" if item.kind == "risk" else "the customer left after a complaint"
        await lose_customer(conn, customer.id, reason=reason, by=who.person, event_id=f"work:{item_id}:left")
    elif item.kind in CONCERNS:
        await settle_concern(conn, customer, item, who.person)
    await publish(conn, "work.closed", item_id=item_id, customer_id=customer.id, by=who.person)
    return closed


async def _letter_sent(conn: Connection, item: WorkItem, by: str) -> None:
    """A reminder is in the post: its invoice's page says so."""
    invoice_id = item.payload["invoice_id"]
    await dunning.letter_sent(conn, invoice_id, item.payload["level"], by)
    await tell_changed(conn, invoice_id, item.lead_id)
