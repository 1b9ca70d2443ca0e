"""Workflows that tier 1 starts: what goes into the outbox, in one place."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis.outbox import StartWorkflow
from services.lead_gen.domain.campaigns import Campaign, EnrolledLead
from services.lead_gen.domain.hand_overs import contact_card
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.policy import Policy
from workflows.contracts import ids, queues
from workflows.contracts.base import Tier
from workflows.contracts.conversion import ConversionInput, HandOver, HandOverReason, Stage
from workflows.contracts.lead_gen import CampaignInput, ColdCallInput, ColdCallPolicy


def cold_call_start(lead: EnrolledLead, campaign: Campaign, version: int, policy: Policy) -> StartWorkflow:
    """The cold call of a lead just enrolled."""
    start = ColdCallInput(
        lead_id=lead.id,
        campaign_id=campaign.id,
        campaign_name=campaign.name,
        segment=lead.industry or "",
        round=lead.rounds,
        policy=ColdCallPolicy(version=version, max_attempts=policy.max_attempts),
    )
    return StartWorkflow(
        workflow="ColdCall",
        id=ids.cold_call(lead.id),
        task_queue=queues.LEAD_GEN,
        input=start,
        summary=f"Cold call, campaign {campaign.name[:60]}, lead {lead.id}",
        search_attributes={
            "Lead": lead.id,
            "LeadTier": Tier.LEAD_GEN.value,
            "LeadStage": "calling",
            "Campaign": campaign.id,
            "Segment": lead.industry or "",
            "Attempts": 0,
            "NextActionAt": datetime.now(UTC).isoformat(),
        },
    )


def campaign_start(campaign: Campaign, starts: int) -> StartWorkflow:
    """The workflow that feeds a campaign."""
    return StartWorkflow(
        workflow="Campaign",
        id=ids.campaign(campaign.id),
        task_queue=queues.LEAD_GEN,
        input=CampaignInput(campaign_id=campaign.id, campaign_name=campaign.name, round=starts),
        summary=f"Campaign {campaign.name[:100]}",
        search_attributes={"Campaign": campaign.id, "LeadTier": Tier.LEAD_GEN.value},
    )


def inbound_conversion_start(lead: Lead, inbound_call_id: str, note: str | None) -> StartWorkflow:
    """The conversion of a lead that called us itself."""
    hand_over = HandOver(
        id=f"inbound:{inbound_call_id}",
        contact=contact_card(lead),
        reason=HandOverReason.INBOUND,
        needs=note,
        segment=lead.industry or "",
        inbound_call_id=inbound_call_id,
    )
    return conversion_start(lead, hand_over)


def conversion_start(lead: Lead, hand_over: HandOver) -> StartWorkflow:
    """The conversion of a lead that tier 2 gets without a cold call."""
    return StartWorkflow(
        workflow="Conversion",
        id=ids.conversion(lead.id),
        task_queue=queues.CONVERSION,
        input=ConversionInput(lead_id=lead.id, hand_over=hand_over, reports_itself=False),
        summary=f"Conversion, {hand_over.reason.replace('_', ' ')}, lead {lead.id}",
        search_attributes={
            "Lead": lead.id,
            "LeadTier": Tier.CONVERSION.value,
            "LeadStage": Stage.OFFERED.value,
            "Segment": lead.industry or "",
            "NextActionAt": datetime.now(UTC).isoformat(),
        },
    )
