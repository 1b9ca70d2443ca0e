"""Passing an inbound call on again, to whoever the register says has the lead."""

from __future__ import annotations

from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.lead_gen.actions.workflow_starts import inbound_conversion_start
from services.lead_gen.repository import leads
from workflows.contracts import ids
from workflows.contracts.base import InboundCall, Tier


async def pass_on(conn: Connection, call_id: str) -> str:
    """Signal the call to the customer's care or to the lead's conversion, which begins if it does not run.

    The same call again changes nothing. Raises NotFound.
    """
    call = await conn.fetchrow("SELECT lead_id, at, by, note FROM inbound_calls WHERE id = $1", call_id)
    if call is None:
        raise NotFound(f"There is no inbound call {call_id}")
    lead = await leads.lock(conn, call["lead_id"])
    answer = InboundCall(
        event_id=f"inbound:{call_id}:again", at=call["at"], by=call["by"], inbound_call_id=call_id, note=call["note"]
    )
    if lead.tier == Tier.ACCOUNT_MGMT:
        workflow_id = lead.workflow_id or ids.customer(lead.id)
        await outbox.signal(conn, workflow_id, "inbound_called", answer)
    else:
        start = inbound_conversion_start(lead, call_id, call["note"])
        workflow_id = start.id
        await outbox.signal(conn, workflow_id, "inbound_called", answer, start=start)
    return f"the call is on its way to {workflow_id}"
