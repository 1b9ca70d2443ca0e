"""Callers: who calls, in which languages, for which campaigns."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.http import Conn, Page, Pager, allow, new_router
from services.lead_gen.actions.shifts import plan_ahead
from services.lead_gen.repository import callers, lookups, shifts
from services.lead_gen.schemas.callers import CallerChange, CallerView, NewCaller

router: APIRouter = new_router(tags=["callers"])
READERS = [allow("supervisor", "ops")]


@router.post("/callers", status_code=201, dependencies=[allow("supervisor")], summary="Add a caller")
async def add_caller(conn: Conn, new: NewCaller) -> CallerView:
    """`id` is the subject of the caller's token. 409 `duplicate` if it is taken."""
    await _check_campaigns(conn, new.campaigns)
    caller = await callers.add(conn, new)
    if caller is None:
        raise Conflict(f"There is already a caller {new.id}", code="duplicate", field="id")
    return caller


async def _check_campaigns(conn: Connection, campaigns: list[str]) -> None:
    known = await lookups.existing(conn, "campaigns", campaigns)
    for position, campaign_id in enumerate(campaigns):
        if campaign_id not in known:
            raise Invalid(f"There is no campaign {campaign_id}", field=f"campaigns.{position}")


@router.get("/callers", dependencies=READERS, summary="Callers")
async def list_callers(conn: Conn, pager: Pager) -> Page[CallerView]:
    """In order of creation."""
    found = await callers.page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/callers/{caller_id}", dependencies=READERS, summary="One caller")
async def get_caller(conn: Conn, caller_id: str) -> CallerView:
    """With languages, campaigns and quota."""
    return await callers.get(conn, caller_id)


@router.patch("/callers/{caller_id}", dependencies=[allow("supervisor")], summary="Change a caller")
async def change_caller(conn: Conn, caller_id: str, change: CallerChange) -> CallerView:
    """Takes effect with his next lead; `active: false` takes back what he holds and gives his callbacks to the pool."""
    await callers.get(conn, caller_id)
    fields = change.model_dump(exclude_unset=True)
    for name in fields.keys() - {"daily_quota"}:
        if fields[name] is None:
            raise Invalid("cannot be empty", field=name)
    await _check_campaigns(conn, change.campaigns or [])
    caller = await callers.change(conn, caller_id, fields)
    if "active" in fields:
        await shifts.forget_planned(conn, caller_id)
        await plan_ahead(conn, caller_id)
    if not caller.active:
        await callers.return_leases(conn, caller_id)
        await callers.callbacks_to_pool(conn, caller_id)
    return caller
