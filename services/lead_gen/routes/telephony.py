"""The switchboard's webhook: signed events of calls, in any order and as often as it likes."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request

from services.chassis.auth import Principal
from services.chassis.errors import Unauthorized
from services.chassis.http import Conn, door_router
from services.lead_gen.actions.inbound import promise_callback, take
from services.lead_gen.domain.inbound import after
from services.lead_gen.domain.telephony import HEADER, BadSignatureError, verify
from services.lead_gen.repository import inbound
from services.lead_gen.routes.leads import read_phone
from services.lead_gen.schemas.inbound import InboundView, NewInboundCall, TelephonyEvent

SWITCHBOARD = Principal(person="switchboard", tier="lead_gen", role="switchboard")


async def signed(request: Request) -> Principal:
    """The switchboard, known by its signature. Raises Unauthorized."""
    key = request.app.state.settings.telephony_secret.encode()
    try:
        verify(key, request.headers.get(HEADER, ""), await request.body(), time.time())
    except BadSignatureError as error:
        raise Unauthorized(str(error), code="bad_signature") from None
    return SWITCHBOARD


router: APIRouter = door_router(tags=["inbound"], door=signed)


@router.post("/telephony/events", summary="What the switchboard says of a call")
async def telephony_event(conn: Conn, event: TelephonyEvent) -> InboundView:
    """Signed: `Leadrelay-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, five minutes good.

    The first event of a call decides where it goes; `missed` promises a call back; the same event again changes
    nothing, and one that comes too late for the call's state is only remembered.
    """
    phone = read_phone(event.from_, event.default_region, "from")
    call = await take(
        conn,
        NewInboundCall.model_validate({"from": event.from_, "to": event.to, "call_id": event.call_id}),
        phone,
        SWITCHBOARD.person,
    )
    if not await inbound.take_event(conn, event):
        return call
    state = after(call.state, event.event)
    if state == call.state:
        return call
    call = await inbound.set_state(conn, call.id, state)
    if state == "missed":
        await promise_callback(conn, call)
    elif state == "answered":
        await inbound.keep_promises(conn, call.lead_id)
    return call
