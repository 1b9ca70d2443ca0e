"""The switchboard's webhook: signed events of calls, which may come in any order and more than once."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request

from services.chassis.auth import Principal
from services.chassis.errors import Unauthorized
from services.chassis.http import Conn, door_router
from services.lead_gen.actions.dials import take_dial_event
from services.lead_gen.actions.telephony import take_event
from services.lead_gen.domain.telephony import HEADER, BadSignatureError, verify
from services.lead_gen.schemas.dials import DialView
from services.lead_gen.schemas.inbound_calls import InboundView
from services.lead_gen.schemas.telephony import TelephonyEvent

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


@router.post("/telephony/events", summary="Report an event of a call")
async def telephony_event(conn: Conn, event: TelephonyEvent) -> InboundView | DialView:
    """Signed: `Leadrelay-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, valid for five minutes.

    The first event of an inbound call decides where it goes, and `missed` promises to call back. An `outbound` event is
    of a call that we asked for; 404 if we did not. A repeated event changes nothing, and one that comes too late for
    the call's state is only recorded.
    """
    if event.direction == "outbound":
        return DialView.of(await take_dial_event(conn, event))
    return InboundView.of(await take_event(conn, event, SWITCHBOARD.person))
