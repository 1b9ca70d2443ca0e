"""Taking an inbound call: decided from the register alone, with every other tier down, and told by the outbox."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis import outbox, work_items
from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.lead_gen.actions.workflow_starts import inbound_conversion_start
from services.lead_gen.activities import contact_card
from services.lead_gen.domain.inbound import Route, route
from services.lead_gen.domain.window import next_open
from services.lead_gen.repository import inbound, leads
from services.lead_gen.repository.leads import Lead
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.inbound import InboundView, NewInboundCall, PromiseView
from workflows.contracts import ids
from workflows.contracts.base import InboundCall


async def take(conn: Connection, call: NewInboundCall, phone: str, by: str) -> InboundView:
    """Put a call through and tell whoever runs the lead. The same `call_id` again gives the same answer."""
    # A switchboard may report a call twice in the same moment.
    await leads.hold_numbers(conn, [phone, call.call_id or phone])
    if call.call_id and (earlier := await inbound.by_call_id(conn, call.call_id)):
        return earlier
    known = await leads.find_by_phone(conn, phone)
    lead_id = known or await leads.insert(conn, {"company": f"Caller {phone[-4:]}"}, [phone], "inbound")
    lead = await leads.lock(conn, lead_id)
    routed = route(lead.tier, lead.stage, lead.owner)
    workflow_id = ids.customer(lead.id) if routed.tier == "account_mgmt" else ids.conversion(lead.id)
    taken = await inbound.record(
        conn, call, phone=phone, by=by, lead_id=lead_id, known=bool(known), routed=routed, workflow_id=workflow_id
    )
    await _tell(conn, lead, routed, taken, by, call.note)
    await publish(conn, "inbound_call", inbound_call_id=taken.id, routed_to=taken.routed_to)
    return taken


async def _tell(conn: Connection, lead: Lead, routed: Route, call: InboundView, by: str, note: str | None) -> None:
    """Send the call to the workflow that runs the lead now."""
    answer = InboundCall(event_id=f"inbound:{call.id}", at=call.at, by=by, inbound_call_id=call.id, note=note)
    if routed.tier == "account_mgmt":
        await outbox.signal(conn, call.workflow_id, "inbound_called", answer)
        return
    if routed.begins:
        await work_items.cancel_for_lead(conn, lead.id, kinds=["call"], result="inbound")
        await leads.move(
            conn,
            lead.id,
            tier="conversion",
            stage="inbound",
            workflow_id=call.workflow_id,
            key=answer.event_id,
        )
    if lead.tier == "lead_gen" and lead.stage == "calling":
        # The cold call hands over itself, with the story of its calls.
        await outbox.signal(conn, ids.cold_call(lead.id), "inbound_called", answer)
        return
    start = inbound_conversion_start(lead, contact_card(lead), call.id, note)
    if routed.begins:
        await outbox.start(conn, start, event_id=answer.event_id)
    else:
        await outbox.signal(conn, start.id, "inbound_called", answer, start=start)


async def promise_time(conn: Connection, lead: Lead) -> datetime:
    """By when somebody will have called this lead, inside its own hours: what the person on the phone may promise."""
    policy = await policies.rules(conn)
    opens = next_open(policy, lead.timezone, datetime.now(UTC))
    return next_open(policy, lead.timezone, opens + policy.promise_within)


async def promise_callback(conn: Connection, call: InboundView) -> PromiseView:
    """Nobody was there: they are told when somebody will call, inside their own hours."""
    due_at = await promise_time(conn, await leads.get(conn, call.lead_id))
    promised = await inbound.promise(conn, call, due_at)
    await publish(conn, "callback_promised", inbound_call_id=call.id, lead_id=call.lead_id)
    return promised


async def watch_promises(pool: Pool) -> None:
    """A sweep: promises that were not kept in time are late, and everybody who listens hears it."""
    async with pool.acquire() as conn, conn.transaction():
        for late in await inbound.late_promises(conn):
            await publish(conn, "promise_late", promise_id=late.id, lead_id=late.lead_id)
