"""Work besides nudges: calls that came in, overdue invoices, complaints, customers at risk, lost mails, contracts."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from services.account_mgmt.actions.work import finish_work, list_work
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.work import WorkDone, WorkView
from services.chassis.http import Conn, Id, Page, Pager, Who, new_router

router: APIRouter = new_router(tags=["work"])
Kind = Literal["inbound", "dunning", "debt", "complaint", "risk", "mail", "reply", "contract"]


@router.get("/work", dependencies=READERS, summary="Calls, overdue invoices, complaints, customers at risk")
async def get_work(
    conn: Conn,
    who: Who,
    pager: Pager,
    state: str | None = "open",
    kind: Kind | None = None,
    mine: bool = False,
) -> Page[WorkView]:
    """In order of opening. That of an absent colleague names them in `facts.cover_for`."""
    person = who.person if mine else None
    found = await list_work(
        conn, kind=kind, state=state, person=person, limit=pager.limit + 1, after=pager.time_and_id()
    )
    views = [WorkView.of(item) for item in found]
    return Page.of(views, pager.limit, key=lambda w: (w.opened_at.isoformat(), w.item_id))


@router.post("/work/{item_id}/done", dependencies=WRITERS, summary="Done, or the customer leaves")
async def post_done(conn: Conn, who: Who, item_id: Id, body: WorkDone | None = None) -> WorkView:
    """A complaint or risk that is settled makes the customer active again. 409 `already_closed`, 403 `not_owner`."""
    return WorkView.of(await finish_work(conn, who, item_id, body or WorkDone()))
