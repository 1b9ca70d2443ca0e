"""Inbound calls: routed by the register alone, even with the other tiers down, and reported to whoever has the lead."""

from __future__ import annotations

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.events import publish_together
from services.chassis.webhooks import announce
from services.lead_gen.actions.promises import promise_callback
from services.lead_gen.actions.workflow_starts import inbound_conversion_start
from services.lead_gen.domain.inbound_calls import (
    JUST_WON,
    Inbound,
    NewInbound,
    Ringing,
    Route,
    name_of_stranger,
    route,
    who_hears,
)
from services.lead_gen.domain.leads import Lead, Place
from services.lead_gen.domain.phones import calling_number, read_phone
from services.lead_gen.repository import calls, inbound_calls, leads
from services.lead_gen.schemas.inbound_calls import NewInboundCall
from services.lead_gen.schemas.webhooks import LeadHandedOver
from workflows.contracts import ids
from workflows.contracts.base import InboundCall

_LONGEST_SHOWN = 40


async def take_inbound_call(conn: Connection, call: NewInboundCall, by: str) -> Inbound:
    """Route a call and tell the workflow that runs the lead. The same `call_id` again gives the same answer.

    Whoever withholds their number, or shows one that cannot be dialled, goes to tier 2 as unknown and is promised a
    call back at once: nobody could tell later who it was.
    """
    phone = calling_number(call.from_, call.default_region, "from")
    # A switchboard may report a call twice in the same moment.
    await leads.hold_numbers(conn, [one for one in (phone, call.call_id) if one])
    known, earlier = await inbound_calls.who_calls(conn, phone, call.call_id)
    if earlier:
        return await inbound_calls.get(conn, earlier)
    shown = phone or (call.from_ or "").strip()[:_LONGEST_SHOWN]
    lead = await leads.lock(conn, known) if known else await _stranger(conn, phone, shown)
    taken = await inbound_calls.add(conn, _routed(call, lead, shown, by, known=bool(known)))
    moved = await _tell(conn, lead, taken, by, call.note)
    if phone is None:
        await promise_callback(conn, taken.id)
    changed = [("lead.changed", {"lead_id": lead.id})] if moved else []
    rang = ("inbound_call", {"inbound_call_id": taken.id, "routed_to": taken.routed_to})
    await publish_together(conn, [*changed, rang])
    return taken if phone else await inbound_calls.get(conn, taken.id)


async def _stranger(conn: Connection, phone: str | None, shown: str) -> Lead:
    """Register whoever calls from a number that the register does not know. Nobody else sees them before the commit."""
    lead_id = await leads.insert(conn, {"company": name_of_stranger(shown)}, [phone] if phone else [], "inbound")
    return await leads.get(conn, lead_id)


async def ringing_at(conn: Connection, caller: str) -> list[Ringing]:
    """The calls that come in now, as far as this caller is shown them."""
    is_calling = await calls.held_by(conn, caller) is not None
    return who_hears(await inbound_calls.ringing(conn, caller), is_calling=is_calling)


async def look_up_caller(conn: Connection, call: NewInboundCall, by: str) -> tuple[Inbound, Lead]:
    """Somebody's own telephone rings: route the call like any other, and say who it is. Raises Invalid `from`."""
    # Typed by a person, a number that cannot be one is a slip, and nobody must be registered under it.
    read_phone(call.from_ or "", call.default_region, "from")
    taken = await take_inbound_call(conn, call, by)
    return taken, await leads.get(conn, taken.lead_id)


async def where_to(conn: Connection, raw: str, region: str) -> tuple[Lead | None, Route]:
    """(whose number it is, where a call from it would go now); writes nothing. Raises Invalid `from`."""
    phone = read_phone(raw, region, "from")
    lead_id, _ = await inbound_calls.who_calls(conn, phone, None)
    lead = await leads.get(conn, lead_id) if lead_id else None
    return lead, route(lead.tier, lead.stage, lead.owner) if lead else route("lead_gen", "new", None)


def _routed(call: NewInboundCall, lead: Lead, phone: str, by: str, *, known: bool) -> NewInbound:
    """The call and where it goes."""
    to = route(lead.tier, lead.stage, lead.owner)
    return NewInbound(
        lead_id=lead.id,
        phone=phone,
        called=call.to,
        call_id=call.call_id,
        note=call.note,
        by=by,
        routed_to=to.tier,
        owner=to.owner,
        known=known,
        workflow_id=_workflow_of_customer(lead) if to.tier == "account_mgmt" else ids.conversion(lead.id),
        stage=to.stage,
    )


def _workflow_of_customer(lead: Lead) -> str:
    """Just won, tier 2 may still have to begin the customer's care, and passes on what it hears.

    The register knows the customer's id where an import brought the customer, and the lead was there before.
    """
    return ids.conversion(lead.id) if lead.stage == JUST_WON else lead.workflow_id or ids.customer(lead.id)


async def _tell(conn: Connection, lead: Lead, call: Inbound, by: str, note: str | None) -> bool:
    """Send the call to the workflow that runs the lead now; whether the lead moved from where it was, `lead`."""
    answer = InboundCall(event_id=f"inbound:{call.id}", at=call.at, by=by, inbound_call_id=call.id, note=note)
    to = route(lead.tier, lead.stage, lead.owner)
    if to.tier == "account_mgmt" and lead.stage != JUST_WON:
        await outbox.signal(conn, call.workflow_id, "inbound_called", answer)
        return False
    if to.begins:
        if call.known:
            await work_items.cancel_for_lead(conn, lead.id, kinds=["call"], result="inbound")
        place = Place(tier="conversion", stage="inbound", workflow_id=call.workflow_id, key=answer.event_id)
        await leads.move(conn, lead.id, place)
        told = LeadHandedOver(lead_id=lead.id, reason="inbound", campaign_id=None, by=by)
        await announce(conn, told, key=answer.event_id, at=call.at)
    if lead.tier == "lead_gen" and lead.stage == "calling":
        # The cold call hands over itself, with the story of its calls.
        await outbox.signal(conn, ids.cold_call(lead.id), "inbound_called", answer)
        return to.begins
    start = inbound_conversion_start(lead, call.id, note)
    if to.begins:
        await outbox.start(conn, start, event_id=answer.event_id)
    else:
        await outbox.signal(conn, start.id, "inbound_called", answer, start=start)
    return to.begins
