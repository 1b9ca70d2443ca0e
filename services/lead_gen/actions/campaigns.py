"""Campaigns: prepared, started, paused, previewed."""

from __future__ import annotations

from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound
from services.lead_gen.actions.workflow_starts import campaign_start
from services.lead_gen.domain.campaigns import Campaign, CampaignPlan, Selection
from services.lead_gen.repository import campaigns, clock, criteria, enrolment, leads, scripts
from services.lead_gen.schemas.campaigns import NewCampaign
from workflows.contracts import ids
from workflows.contracts.lead_gen import CampaignChanged

SAMPLE = 10


async def prepare_campaign(conn: Connection, new: NewCampaign, by: str) -> Campaign:
    """A campaign that calls nobody yet. Raises NotFound for its criteria or script, Conflict `duplicate`."""
    if new.criteria_id:
        await criteria.get(conn, new.criteria_id)
    if new.script_id and not await scripts.exists(conn, new.script_id):
        raise NotFound(f"There is no script {new.script_id}", field="script_id")
    return await campaigns.create(conn, CampaignPlan.of(new), by)


async def start_campaign(conn: Connection, campaign_id: str, by: str) -> Campaign:
    """Start or resume it. Raises NotFound, Conflict `wrong_state` if it is already running."""
    campaign = await campaigns.get(conn, campaign_id, lock=True)
    if campaign.state == "running":
        raise Conflict("The campaign is already running", code="wrong_state", detail={"state": campaign.state})
    starts, changes = await campaigns.set_state(conn, campaign_id, "running", started=True)
    return await _tell(conn, campaign_id, by, changes, starts=starts)


async def pause_campaign(conn: Connection, campaign_id: str, by: str) -> Campaign:
    """Stop enrolling; leads in cold calling stay. Raises NotFound, Conflict `wrong_state` if it is not running."""
    campaign = await campaigns.get(conn, campaign_id, lock=True)
    if campaign.state != "running":
        raise Conflict(f"The campaign is {campaign.state}", code="wrong_state", detail={"state": campaign.state})
    _, changes = await campaigns.set_state(conn, campaign_id, "paused")
    return await _tell(conn, campaign_id, by, changes)


async def _tell(conn: Connection, campaign_id: str, by: str, changes: int, *, starts: int | None = None) -> Campaign:
    """Let the campaign's workflow look at the record at once; with `starts`, it is started if it does not run."""
    campaign = await campaigns.counted(conn, campaign_id)
    answer = CampaignChanged(event_id=f"campaign:{campaign_id}:{changes}", at=await clock.now(conn), by=by)
    start = None if starts is None else campaign_start(campaign, starts)
    await outbox.signal(conn, ids.campaign(campaign_id), "changed", answer, start=start, when_missing="drop")
    return campaign


async def preview_campaign(conn: Connection, campaign_id: str) -> Selection:
    """Whom it would call now, over the whole register. Raises NotFound."""
    campaign = await campaigns.get(conn, campaign_id)
    rules = await criteria.rules_of(conn, campaign.criteria_id)
    first = await enrolment.sample(conn, rules, SAMPLE)
    return Selection(matching=await enrolment.count(conn, rules), sample=await leads.in_order(conn, first))
