"""Hand-overs: everything that tier 2 must know about a lead."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.db import Connection
from services.lead_gen.domain.hand_overs import hand_over_pack
from services.lead_gen.domain.leads import Lead
from services.lead_gen.repository import callers, calls, leads
from workflows.contracts.lead_gen import HandOverPack, PrepareHandOver


async def prepare_hand_over(conn: Connection, request: PrepareHandOver) -> HandOverPack:
    """The contact card and the story of the calls. Raises NotFound.

    A call that was opened in the moment in which the lead called us is nobody's to make any more.
    """
    lead = await leads.get(conn, request.lead_id)
    await work_items.cancel_for_lead(conn, lead.id, kinds=["call"], result="handed_over")
    return await pack_of(conn, lead)


async def pack_of(conn: Connection, lead: Lead) -> HandOverPack:
    """The card of a lead, and the story of all its calls with the callers' names."""
    made = await calls.of_lead(conn, lead.id)
    return hand_over_pack(lead, made, await callers.names(conn, {call.caller for call in made}))
