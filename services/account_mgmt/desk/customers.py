"""Customers: the list with its filters, the search, and everything of one customer on a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from services.account_mgmt.actions.customer_desk import current_id
from services.account_mgmt.actions.customer_list import list_customers, list_people, list_segments, search
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.desk.cursors import place_of, read_moment, read_name
from services.account_mgmt.desk.customer_page import Asked, customer_page
from services.account_mgmt.desk.places import STAFF, customer_path
from services.account_mgmt.domain.customer_list import CustomerFilter
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of

router: APIRouter = page_router()
Text = Annotated[str, Query(max_length=100)]
Whose = Annotated[str | None, Query(max_length=100)]
Month = Annotated[str | None, Query(max_length=10)]
State = Literal["", "active", "at_risk", "opted_out", "lost"]


@router.get("/customers", dependencies=STAFF)
async def everybody(
    request: Request, conn: Conn, who: Who, owner: Whose = None, state: State = "", segment: Text = "",
    overdue: bool = False, after: Text = "",
) -> Response:  # fmt: skip
    """Customers in order of their names; one's own, unless others' are asked for. A supervisor sees everybody's."""
    owner = owner if owner is not None else "" if who.role == "supervisor" else "me"
    person = who.person if owner == "me" else owner
    wanted = CustomerFilter(owner=person, state=state or None, segment=segment or None, overdue=overdue)
    page = await list_customers(conn, wanted, read_name(after))
    shown: dict[str, Any] = {"asked": wanted, "owner": owner, "page": page, "more": place_of(page.next), "live": True}
    shown |= {"segments": await list_segments(conn), "people": await list_people(conn)}
    bar = await read_bar(conn, who, datetime.now(UTC))
    return web_of(request).pages.answer(request, "customers.j2", **shown, bar=bar)


@router.get("/find", dependencies=STAFF)
async def find(request: Request, conn: Conn, who: Who, q: Text = "") -> Response:
    """Customers and invoices; the only one that is found opens at once."""
    now = datetime.now(UTC)
    found = await search(conn, q, now)
    if len(found.customers) == 1 and not found.invoices:
        return RedirectResponse(customer_path(found.customers[0].id), status_code=303)
    return web_of(request).pages.answer(request, "found.j2", bar=await read_bar(conn, who, now), q=q, found=found)


@router.get("/customers/{customer_id}/story", dependencies=STAFF)
async def story(
    request: Request, conn: Conn, who: Who, customer_id: Id, before: Text = "", month: Month = None, add: Text = ""
) -> Response:
    """Everything of one customer; `before` turns to earlier pages of the story, `add` opens a form."""
    if (theirs := await current_id(conn, customer_id)) != customer_id:
        return RedirectResponse(f"{customer_path(theirs)}/story", status_code=303)
    asked = Asked(before=read_moment(before), month=month, add=add)
    return await customer_page(request, conn, who, customer_id, asked)
