"""Callers: who calls, in which languages, for which campaigns."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Page, Pager, allow, if_match, new_router, tagged
from services.lead_gen.actions.callers import add_caller, change_caller
from services.lead_gen.actions.kinds import CALLER
from services.lead_gen.repository import callers
from services.lead_gen.schemas.callers import CallerChange, CallerView, NewCaller

router: APIRouter = new_router(tags=["callers"])
READERS = [allow("supervisor", "ops")]


@router.post("/callers", status_code=201, dependencies=[allow("supervisor")], summary="Add a caller")
async def post_caller(conn: Conn, new: NewCaller) -> CallerView:
    """`id` is the subject of the caller's token. 409 `duplicate` if it is taken."""
    return CallerView.of(await add_caller(conn, new))


@router.get("/callers", dependencies=READERS, summary="Callers")
async def list_callers(conn: Conn, pager: Pager) -> Page[CallerView]:
    """In order of creation."""
    found = await callers.page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(CallerView.of_all(found), pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/callers/{caller_id}", dependencies=[*READERS, tagged()], summary="One caller")
async def get_caller(conn: Conn, caller_id: str) -> CallerView:
    """With languages, campaigns and quota."""
    return CallerView.of(await callers.get(conn, caller_id))


@router.patch(
    "/callers/{caller_id}",
    dependencies=[allow("supervisor"), if_match(get_caller, CALLER, "caller_id")],
    summary="Change a caller",
)
async def patch_caller(conn: Conn, caller_id: str, change: CallerChange) -> CallerView:
    """Takes effect with the next lead. `active: false` returns leads to the queue and callbacks to the pool."""
    return CallerView.of(await change_caller(conn, caller_id, change))
