"""Promises to call back: made to people who called in vain, and watched until somebody calls them."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.promises import CallbackPromise, promise_time
from services.lead_gen.repository import inbound_calls, leads, promises
from services.lead_gen.repository.policies import policies


async def promised_time(conn: Connection, lead: Lead) -> datetime:
    """By when somebody will have called this lead, by the policy in force."""
    return promise_time(await policies.rules(conn), lead.calling_zones, datetime.now(UTC))


async def promise_callback(conn: Connection, inbound_call_id: str) -> CallbackPromise:
    """Promise to call back somebody whom nobody answered; asking again gives the same promise. Raises NotFound."""
    call = await inbound_calls.get(conn, inbound_call_id)
    due_at = await promised_time(conn, await leads.get(conn, call.lead_id))
    promised = await promises.add(conn, call.id, call.lead_id, due_at)
    await publish(conn, "callback_promised", inbound_call_id=call.id, lead_id=call.lead_id)
    return promised


async def watch_promises(pool: Pool) -> None:
    """A sweep: mark promises that were not kept in time as late, and tell everybody who listens."""
    async with pool.acquire() as conn, conn.transaction():
        for late in await promises.mark_late(conn):
            await publish(conn, "promise_late", promise_id=late.id, lead_id=late.lead_id)
