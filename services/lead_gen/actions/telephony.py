"""The switchboard's events of calls, which may come in any order and more than once."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.events import publish
from services.lead_gen.actions.inbound_calls import take_inbound_call
from services.lead_gen.actions.promises import promise_callback
from services.lead_gen.domain.inbound_calls import Inbound, after
from services.lead_gen.repository import inbound_calls, promises, telephony
from services.lead_gen.schemas.inbound_calls import NewInboundCall
from services.lead_gen.schemas.telephony import TelephonyEvent


async def take_event(conn: Connection, event: TelephonyEvent, by: str) -> Inbound:
    """The first event of a call decides where it goes; `missed` promises to call back, `answered` keeps a promise.

    A repeated event changes nothing, and one that comes too late for the call's state is only recorded.
    """
    call = await take_inbound_call(conn, _as_call(event), by)
    if not await telephony.add_event(conn, event.call_id, event.event, event.at):
        return call
    state = after(call.state, event.event)
    if state == call.state:
        return call
    call = await inbound_calls.set_state(conn, call.id, state)
    if state == "missed":
        await promise_callback(conn, call.id)
    elif state == "answered":
        await promises.keep(conn, call.lead_id)
    await publish(conn, "inbound_call", inbound_call_id=call.id, routed_to=call.routed_to, state=state)
    return call


def _as_call(event: TelephonyEvent) -> NewInboundCall:
    return NewInboundCall.model_validate(
        {"from": event.from_, "to": event.to, "call_id": event.call_id, "default_region": event.default_region}
    )
