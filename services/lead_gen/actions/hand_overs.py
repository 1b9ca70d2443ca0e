"""Hand-overs: everything that tier 2 must know about a lead."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.hand_overs import hand_over_pack
from services.lead_gen.repository import calls, leads
from workflows.contracts.lead_gen import HandOverPack, PrepareHandOver


async def prepare_hand_over(conn: Connection, request: PrepareHandOver) -> HandOverPack:
    """The contact card and the story of the calls. Raises NotFound."""
    lead = await leads.get(conn, request.lead_id)
    return hand_over_pack(lead, await calls.of_lead(conn, lead.id))
