"""Passing on again what got lost between two tiers: a lead, the news of a sale's money.

Each takes a connection to the giving tier's database, inside a transaction, and says what it did.
"""

from __future__ import annotations

from services.chassis import outbox
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict
from services.chassis.outbox import rows
from services.conversion.domain.deals import Deal
from services.lead_gen.actions.hand_overs import pack_of
from services.lead_gen.actions.leads import update_register
from services.lead_gen.actions.workflow_starts import conversion_start
from services.lead_gen.repository import campaigns, leads
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOver, HandOverReason, Stage
from workflows.contracts.lead_gen import RegisterUpdate

_MONEY_AGAIN = """
UPDATE outbox SET state = 'pending', tried = false, attempts = 0, next_at = now(), delivered_at = NULL
 WHERE activity = 'conversion.record_commission' AND start_input->>'sale_id' = $1 AND state = 'delivered' RETURNING id
"""


async def drop_row(conn: Connection, row_id: int) -> str:
    """Give up an answer that was set aside and that nobody is there to hear."""
    dropped = await rows.drop_dead(conn, row_id, "its workflow is over, and the record has what it says")
    return "it is dropped" if dropped else "nothing to do: it is not set aside any more"


async def hand_over(conn: Connection, lead_id: str, deal: Deal | None) -> str:
    """Hand a lead to tier 2 that the register has there; `deal` is the last that tier 2 knows of."""
    lead = await leads.lock(conn, lead_id)
    if lead.tier != Tier.CONVERSION:
        return "nothing to do: the register does not have it in tier 2"
    known_at = await conn.fetchval("SELECT register_at FROM leads WHERE id = $1", lead_id)
    if deal is not None and deal.stage is Stage.LOST and deal.closed_at and deal.closed_at >= known_at:
        await update_register(conn, _lost(deal))
        return "its deal is lost, and the register says so now"
    pack = await pack_of(conn, lead)
    campaign = await campaigns.get(conn, lead.campaign_id) if lead.campaign_id else None
    again = HandOver(
        id=f"restart:{new_id()}",
        contact=pack.contact,
        reason=HandOverReason.INBOUND if lead.stage == "inbound" else HandOverReason.INTERESTED,
        question=pack.question,
        needs=pack.needs,
        wished_meeting=pack.wished_meeting,
        story=pack.story,
        campaign_id=lead.campaign_id,
        campaign_name=campaign.name if campaign else "",
        segment=lead.industry or "",
        sourced_by=pack.sourced_by,
        sticky_manager=lead.owner,
        products=pack.products,
        promised_by=pack.promised_by,
    )
    await outbox.start(conn, conversion_start(lead, again), event_id=again.id)
    return f"it is offered again, first to {lead.owner or 'whoever is free'}"


def _lost(deal: Deal) -> RegisterUpdate:
    at = deal.closed_at or deal.stage_since
    return RegisterUpdate(
        key=f"repair:{new_id()}", lead_id=deal.lead_id, tier=Tier.CONVERSION, stage="lost", owner=deal.owner,
        workflow_id=deal.workflow_id, at=at,
    )  # fmt: skip


async def report_money(conn: Connection, sale_id: str) -> str:
    """Send what tier 3 reported of a sale's money once more; tier 2 drops what it knows."""
    sent = len(await conn.fetch(_MONEY_AGAIN, sale_id))
    if not sent:
        raise Conflict("its reports are too old to be sent again: a supervisor of tier 2 adjusts", code="no_safe_act")
    return f"{sent} reports are on their way again"
