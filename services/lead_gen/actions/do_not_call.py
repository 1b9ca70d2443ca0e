"""A lead that nobody may call any more: out of the queue at once, and whoever runs it is told."""

from __future__ import annotations

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.lead_gen.repository import leads
from services.lead_gen.repository.leads import Lead
from workflows.contracts.base import DoNotCall


async def withdraw(conn: Connection, lead: Lead, key: str, by: str) -> None:
    """Cancel the lead's calls, move it in the register, and tell its workflow. `key` makes this withdrawal new."""
    event_id = f"do-not-call:{lead.id}:{key}"
    await work_items.cancel_for_lead(conn, lead.id, kinds=["call"], result="do_not_call")
    if lead.tier == "lead_gen":
        await leads.move(conn, lead.id, tier=lead.tier, stage="do_not_call", key=event_id)
    if lead.workflow_id:
        at = await conn.fetchval("SELECT now()")
        answer = DoNotCall(event_id=event_id, at=at, by=by)
        await outbox.signal(conn, lead.workflow_id, "do_not_call", answer, when_missing="drop")
