"""Inbound calls: decided from the register alone, with every other tier down."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.lead_gen.actions.inbound_calls import take_inbound_call
from services.lead_gen.actions.promises import promise_callback
from services.lead_gen.repository import inbound_calls
from services.lead_gen.schemas.inbound_calls import InboundView, NewInboundCall
from services.lead_gen.schemas.promises import PromiseView

router: APIRouter = new_router(tags=["inbound"])
TAKERS = [allow("caller", "supervisor", "switchboard")]


@router.post("/inbound-calls", status_code=201, dependencies=TAKERS, summary="Route an inbound call")
async def inbound_call(conn: Conn, who: Who, body: NewInboundCall) -> InboundView:
    """A customer to tier 3, everybody else to tier 2. The same `call_id` again gives the same answer.

    A number that is withheld, short or of the house is taken too: to tier 2 as unknown, with a promise (`promised_by`).
    """
    return InboundView.of(await take_inbound_call(conn, body, who.person))


@router.get("/inbound-calls", dependencies=[allow("supervisor", "ops")], summary="Inbound calls")
async def list_inbound(
    conn: Conn,
    pager: Pager,
    lead_id: Id | None = None,
    state: Literal["ringing", "answered", "missed", "completed"] | None = None,
) -> Page[InboundView]:
    """In order of time."""
    after = pager.time_and_id()
    found = await inbound_calls.page(conn, lead_id=lead_id, state=state, limit=pager.limit + 1, after=after)
    return Page.of(InboundView.of_all(found), pager.limit, key=lambda one: (one.at.isoformat(), one.id))


@router.post(
    "/inbound-calls/{inbound_call_id}/promise",
    status_code=201,
    dependencies=TAKERS,
    summary="Promise to call back",
)
async def promise(conn: Conn, inbound_call_id: Id) -> PromiseView:
    """Tells by when somebody calls back, within the lead's own hours. Asking again gives the same promise."""
    return PromiseView.of(await promise_callback(conn, inbound_call_id))
