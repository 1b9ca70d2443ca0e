"""Needs of customers, with their history."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.kinds import NEED
from services.account_mgmt.actions.needs import change_need, record_need
from services.account_mgmt.domain.needs import NeedState
from services.account_mgmt.repository import customers, needs
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.needs import NeedChange, NeedView, NewNeed
from services.chassis.http import Conn, Id, Page, Pager, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["needs"])


@router.post("/customers/{customer_id}/needs", status_code=201, dependencies=WRITERS, summary="Record a need")
async def post_need(conn: Conn, who: Who, customer_id: Id, new: NewNeed) -> NeedView:
    """Earlier needs stay as history. One with a product puts it first among what is suggested."""
    return NeedView.of(await record_need(conn, who, customer_id, new))


@router.get("/customers/{customer_id}/needs", dependencies=READERS, summary="Needs of a customer")
async def list_needs(conn: Conn, pager: Pager, customer_id: Id, state: NeedState | None = None) -> Page[NeedView]:
    """Oldest first, each with what became of it."""
    await customers.get(conn, customer_id)
    found = await needs.page(conn, customer_id, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(NeedView.of_all(found), pager.limit, key=lambda n: (n.created_at.isoformat(), n.id))


@router.get("/needs/{need_id}", dependencies=[*READERS, tagged()], summary="One need")
async def get_need(conn: Conn, need_id: Id) -> NeedView:
    """With what became of it."""
    return NeedView.of(await needs.get(conn, need_id))


_CHANGE = if_match(get_need, NEED, "need_id")


@router.patch("/needs/{need_id}", dependencies=[*WRITERS, _CHANGE], summary="A need changes, is met, or is gone")
async def patch_need(conn: Conn, who: Who, need_id: Id, body: NeedChange) -> NeedView:
    """How it was before stays in its history. The product of a need that is gone is no longer suggested."""
    return NeedView.of(await change_need(conn, who, need_id, body))
