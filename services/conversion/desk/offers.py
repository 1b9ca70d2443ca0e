"""Offers on a deal's page: the editor with its sums, approval, mailing, the customer's answer, and the document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import Field
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.web.door import page_router
from services.conversion.actions.catalogue import products
from services.conversion.actions.deal_page import DealPage, check_seen, open_deal_page
from services.conversion.actions.deals import SUPERVISOR, deal_for
from services.conversion.actions.offers import (
    accept_offer,
    approve_offer,
    document_of,
    make_offer,
    reject_offer,
    send_offer,
)
from services.conversion.desk.asks import Ask, SentForm, body_of
from services.conversion.desk.deal import STAFF
from services.conversion.desk.lines import (
    FIRST_FOUND,
    FREE,
    LinesForm,
    Row,
    columns_of,
    find_products,
    new_offer,
    row_of,
    typed_rows,
)
from services.conversion.desk.visits import Here, Visit, attempt
from services.conversion.schemas.offers import Refusal

router: APIRouter = page_router()
_OFFER_WORK = ("offer_sent", "offer_waits", "offer_rejected", "offer_accepted", "offer_expired")


class DecisionForm(SentForm):
    """A decision about an offer, and why."""

    offer: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=6000)


@router.post("/deals/{deal_id}/offer", dependencies=STAFF)
async def make(visit: Here, form: Annotated[LinesForm, Form()]) -> Response:
    """Make the offer; above one's limit it waits for a supervisor."""

    async def act() -> str:
        body = new_offer(typed_rows(form.model_dump()), form.discount, form.until)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await check_seen(visit.conn, deal, visit.who, form.seen, *_OFFER_WORK)
        offer = await make_offer(visit.conn, deal, visit.who, body)
        return "offer_made" if offer.sent_at else "offer_waits"

    return await attempt(visit, "offer", form, act)


@router.post("/deals/{deal_id}/offer/lines", dependencies=STAFF)
@router.put("/deals/{deal_id}/offer/lines", dependencies=STAFF)
async def lines(visit: Here, form: Annotated[LinesForm, Form()]) -> Response:
    """The editor with a line more or less, what it comes to now, and the products that were looked for."""
    page = await open_deal_page(visit.conn, visit.deal_id, visit.who)
    added = await _added(visit, page, form)
    rows = [row for row in typed_rows(form.model_dump()) if row.row != form.drop] + ([added] if added else [])
    # What was looked for is found: the next search begins anew.
    typed = form.model_dump() | ({"q": ""} if added else {})
    ask = Ask("win" if form.ask == "win" else "offer", {**typed, **columns_of(rows)})
    return await visit.lines(page, ask, added=added.row if added else "", dropped=form.drop)


async def _added(visit: Visit, page: DealPage, form: LinesForm) -> Row | None:
    product_id = form.add
    if product_id == FREE:
        return row_of(None, page)
    if product_id == FIRST_FOUND:
        found = await find_products(visit.conn, page, form.q, visit.fmt) if form.q.strip() else []
        product_id = found[0].product_id if found else ""
    item = (await products(visit.conn, [product_id])).get(product_id) if product_id else None
    return row_of(item, page) if item else None


async def _act(
    visit: Visit,
    name: str,
    form: DecisionForm,
    said: str,
    act: Callable[[Connection, str, Principal], Awaitable[object]],
    offer_id: str,
) -> Response:
    """One act with an offer, and what is said of it."""

    async def done() -> str:
        await act(visit.conn, offer_id, visit.who)
        return said

    return await attempt(visit, name, form, done)


@router.post("/deals/{deal_id}/offers/{offer_id}/send", dependencies=STAFF)
async def send(visit: Here, offer_id: Id, form: Annotated[DecisionForm, Form()]) -> Response:
    """Mail the offer with its PDF."""
    return await _act(visit, "send", form, "offer_mailed", send_offer, offer_id)


@router.post("/deals/{deal_id}/offers/{offer_id}/accept", dependencies=STAFF)
async def accept(visit: Here, offer_id: Id, form: Annotated[DecisionForm, Form()]) -> Response:
    """The customer said yes."""
    return await _act(visit, "accept", form, "offer_accepted", accept_offer, offer_id)


@router.post("/deals/{deal_id}/offers/{offer_id}/approve", dependencies=[allow(SUPERVISOR)])
async def approve(visit: Here, offer_id: Id, form: Annotated[DecisionForm, Form()]) -> Response:
    """A supervisor lets it go out."""
    return await _act(visit, "approve", form, "offer_approved", approve_offer, offer_id)


@router.post("/deals/{deal_id}/offers/{offer_id}/reject", dependencies=[allow(SUPERVISOR)])
async def reject(visit: Here, offer_id: Id, form: Annotated[DecisionForm, Form()]) -> Response:
    """A supervisor refuses it, and says why."""

    async def refuse(conn: Connection, offer: str, who: Principal) -> None:
        await reject_offer(conn, offer, who, body_of(Refusal, reason=form.reason).reason)

    return await _act(visit, "reject", form, "offer_rejected", refuse, offer_id)


@router.get("/offers/{offer_id}.pdf", dependencies=STAFF)
async def pdf(offer_id: Id, conn: Conn, who: Who) -> Response:
    """The offer as the customer gets it; marked as a draft unless it was sent."""
    name, content = await document_of(conn, offer_id, who)
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
