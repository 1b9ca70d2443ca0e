"""Inbound calls: decided from the register alone, with every other tier down."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.lead_gen.actions.inbound import promise_callback, take
from services.lead_gen.repository import inbound
from services.lead_gen.routes.leads import read_phone
from services.lead_gen.schemas.inbound import InboundView, NewInboundCall, PromiseView

router: APIRouter = new_router(tags=["inbound"])
TAKERS = [allow("caller", "supervisor", "switchboard")]
READERS = [allow("supervisor", "ops")]


@router.post("/inbound-calls", status_code=201, dependencies=TAKERS, summary="Somebody called: where do they belong?")
async def inbound_call(conn: Conn, who: Who, body: NewInboundCall) -> InboundView:
    """A customer to tier 3, everybody else to tier 2. The same `call_id` again gives the same answer."""
    phone = read_phone(body.from_, body.default_region, "from")
    return await take(conn, body, phone, who.person)


@router.get("/inbound-calls", dependencies=READERS, summary="Inbound calls")
async def list_inbound(
    conn: Conn,
    pager: Pager,
    lead_id: Id | None = None,
    state: Literal["ringing", "answered", "missed", "completed"] | None = None,
) -> Page[InboundView]:
    """In order of time."""
    found = await inbound.page(conn, lead_id=lead_id, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda one: (one.at.isoformat(), one.id))


@router.post(
    "/inbound-calls/{inbound_call_id}/promise",
    status_code=201,
    dependencies=TAKERS,
    summary="Nobody is there: promise to call back",
)
async def promise(conn: Conn, inbound_call_id: Id) -> PromiseView:
    """The time by which they are called, within their own hours. Asked again it is the same promise."""
    return await promise_callback(conn, await inbound.get(conn, inbound_call_id))


@router.get("/promises", dependencies=READERS, summary="Promises to call back")
async def list_promises(
    conn: Conn, pager: Pager, state: Literal["open", "kept", "late"] | None = None
) -> Page[PromiseView]:
    """In order of their time. Kept by a conversation with the lead, or by the manager who takes it."""
    found = await inbound.promises_page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda one: (one.due_at.isoformat(), one.id))
