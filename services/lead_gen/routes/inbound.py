"""Inbound calls and the do-not-call ledger: decided from the register alone, with every other tier down."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Query

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.http import Conn, Who, allow, new_router, publish
from services.lead_gen.activities import contact_card
from services.lead_gen.enrolment import inbound_conversion_start
from services.lead_gen.repository import calls, leads
from services.lead_gen.routes.leads import read_phone
from services.lead_gen.schemas.calls import DoNotCallView, InboundView, NewDoNotCall, NewInboundCall
from services.lead_gen.withdrawal import withdraw
from workflows.contracts import ids
from workflows.contracts.base import InboundCall

router: APIRouter = new_router(tags=["inbound"])

CARED_FOR = ("won", "active", "at_risk", "opted_out")


@router.post(
    "/inbound-calls",
    status_code=201,
    dependencies=[allow("caller", "supervisor", "switchboard")],
    summary="Somebody called: where do they belong?",
)
async def inbound_call(conn: Conn, who: Who, body: NewInboundCall) -> InboundView:
    """A customer to tier 3, everybody else to tier 2. The same `call_id` again gives the same answer."""
    phone = read_phone(body.from_, body.default_region, "from")
    # A switchboard may report a call twice in the same moment.
    await leads.hold_numbers(conn, [phone, body.call_id or phone])
    if body.call_id and (earlier := await calls.inbound_by_call_id(conn, body.call_id)):
        return earlier
    known = await leads.find_by_phone(conn, phone)
    lead_id = known or await leads.insert(conn, {"company": f"Caller {phone[-4:]}"}, [phone], "inbound")
    lead = await leads.lock(conn, lead_id)
    routed = _route(lead)
    call = await calls.record_inbound(
        conn, body, phone=phone, by=who.person, lead_id=lead_id, known=bool(known), routed=routed
    )
    await _tell(conn, lead, routed, call, who.person, body.note)
    await publish(conn, "inbound_call", inbound_call_id=call.id, routed_to=call.routed_to)
    return call


def _route(lead: leads.Lead) -> dict[str, Any]:
    """Who gets the call, by what the register knows."""
    if lead.tier == "account_mgmt" and lead.stage in CARED_FOR:
        return {
            "routed_to": "account_mgmt",
            "owner": lead.owner,
            "workflow_id": ids.customer(lead.id),
            "stage": lead.stage,
        }
    in_deal = lead.tier == "conversion" and lead.stage not in ("lost", "cancelled", "do_not_call")
    return {
        "routed_to": "conversion",
        "owner": lead.owner if in_deal else None,
        "workflow_id": ids.conversion(lead.id),
        "stage": lead.stage if in_deal else "inbound",
    }


async def _tell(
    conn: Connection, lead: leads.Lead, routed: dict[str, Any], call: InboundView, by: str, note: str | None
) -> None:
    """Send the call to the workflow that runs the lead now."""
    answer = InboundCall(event_id=f"inbound:{call.id}", at=call.at, by=by, inbound_call_id=call.id, note=note)
    if routed["routed_to"] == "account_mgmt":
        await outbox.signal(conn, routed["workflow_id"], "inbound_called", answer)
        return
    if routed["stage"] == "inbound":
        await work_items.cancel_for_lead(conn, lead.id, kinds=["call"], result="inbound")
        await leads.move(
            conn,
            lead.id,
            tier="conversion",
            stage="inbound",
            workflow_id=routed["workflow_id"],
            key=f"inbound:{call.id}",
        )
    if lead.tier == "lead_gen" and lead.stage == "calling":
        # The cold call hands over itself, with the story of its calls.
        await outbox.signal(conn, ids.cold_call(lead.id), "inbound_called", answer)
        return
    start = inbound_conversion_start(lead, contact_card(lead), call.id, note)
    if routed["stage"] == "inbound":
        await outbox.start(conn, start, event_id=answer.event_id)
    else:
        await outbox.signal(conn, start.id, "inbound_called", answer, start=start)


@router.put("/do-not-call/{phone}", dependencies=[allow("caller", "supervisor")], summary="Never call this number")
async def forbid(conn: Conn, who: Who, phone: str, body: NewDoNotCall | None = None) -> DoNotCallView:
    """At once, everywhere: the queue, the register, and the workflow that runs the lead, whichever tier has it.

    A company with another number that may be called stays in the queue; scope `company` covers all of them.
    """
    entry = body or NewDoNotCall()
    number = read_phone(phone, entry.default_region, "phone")
    lead_id = await leads.find_by_phone(conn, number)
    lead = await leads.lock(conn, lead_id) if lead_id else None
    written = await calls.forbid(conn, number, entry, who.person)
    if lead is not None and await calls.forbidden(conn, lead.id):
        times = await calls.times_forbidden(conn, number)
        await withdraw(conn, lead, f"{number[-4:]}:{times}", who.person)
    return written


@router.get("/do-not-call/{phone}", dependencies=[allow("caller", "supervisor", "ops")], summary="The ledger's entry")
async def ledger_entry(conn: Conn, phone: str, default_region: str = Query(default="UA")) -> DoNotCallView:
    """404 for a number that was never entered."""
    entry = await calls.ledger_entry(conn, read_phone(phone, default_region, "phone"))
    if entry is None:
        raise NotFound("This number is not in the ledger")
    return entry


@router.delete("/do-not-call/{phone}", dependencies=[allow("supervisor")], summary="Lift an entry")
async def lift(conn: Conn, phone: str, default_region: str = Query(default="UA")) -> DoNotCallView:
    """The entry stays in the ledger with the time of lifting. 404 if there is none in force."""
    lifted = await calls.lift(conn, read_phone(phone, default_region, "phone"))
    if lifted is None:
        raise NotFound("There is no entry in force for this number")
    return lifted
