"""Starting a deal's workflow again from its record, by the tier's own outbox."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis import outbox
from services.chassis.db import Connection, new_id
from services.chassis.outbox import StartWorkflow, rows
from services.chassis.sentences import said
from services.conversion.domain.deals import Deal
from services.conversion.domain.stages import FINAL
from services.conversion.repository import deals, managers
from workflows.contracts import queues
from workflows.contracts.base import Tier
from workflows.contracts.conversion import ConversionInput, HandOver, HandOverReason, Stage


async def offer_again(conn: Connection, lead_id: str) -> str | None:
    """Offer the open deal again, first to whoever had it. Says what it did; none if no deal is open."""
    deal = await deals.lock_latest(conn, lead_id)
    if deal is None or deal.stage in FINAL:
        return None
    start = StartWorkflow(
        workflow="Conversion",
        id=deal.workflow_id,
        task_queue=queues.CONVERSION,
        input=ConversionInput(lead_id=lead_id, hand_over=_hand_over(deal), reports_itself=False),
        summary=f"Conversion, started again, lead {lead_id}",
        search_attributes={
            "Lead": lead_id,
            "LeadTier": Tier.CONVERSION.value,
            "LeadStage": Stage.OFFERED.value,
            "Campaign": deal.campaign_id,
            "Segment": deal.segment,
            "NextActionAt": datetime.now(UTC).isoformat(),
        },
    )
    await rows.drop_unheard(conn, deal.workflow_id)
    await outbox.start(conn, start, event_id=f"restart:{deal.id}:{new_id()}")
    had_it = deal.owner or deal.last_owner
    if had_it is None:
        return said("the deal is offered again, first to whoever is free")
    found = await managers.find(conn, had_it)
    first = found.name if found else had_it
    return said(f"the deal is offered again, first to {first}")


def _hand_over(deal: Deal) -> HandOver:
    return HandOver(
        id=f"restart:{new_id()}",
        contact=deal.contact,
        reason=HandOverReason.RETURNED,
        question=deal.open_question,
        needs=deal.needs,
        wished_meeting=deal.wished_meeting,
        story=deal.story,
        campaign_id=deal.campaign_id,
        campaign_name=deal.campaign_name,
        segment=deal.segment,
        sourced_by=deal.sourced_by,
        sticky_manager=deal.owner or deal.last_owner,
        products=deal.products,
        promised_by=deal.promised_by,
    )
