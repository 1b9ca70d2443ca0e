"""Campaigns: prepared, started, paused, previewed."""

from __future__ import annotations

from collections.abc import Collection

from services.chassis import outbox
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.lead_gen.actions.callers import change_caller
from services.lead_gen.actions.workflow_starts import campaign_start
from services.lead_gen.domain.campaigns import Campaign, CampaignPlan, Selection
from services.lead_gen.repository import callers, campaigns, clock, criteria, enrolment, leads, scripts
from services.lead_gen.schemas.callers import CallerChange
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


async def prepare_for(conn: Connection, new: NewCampaign, caller_ids: Collection[str], by: str) -> Campaign:
    """A campaign that these callers may call besides those who may call every one. Raises as `prepare_campaign`."""
    campaign = await prepare_campaign(conn, new, by)
    await choose_callers(conn, campaign.id, caller_ids)
    return campaign


async def choose_callers(
    conn: Connection, campaign_id: str, caller_ids: Collection[str], was: Collection[str] | None = None
) -> None:
    """These callers may call it, of those who may not call every campaign; whoever is left out may not.

    `was`: who was chosen where this was asked. Whoever is chosen there as before keeps what a colleague has decided
    about them meanwhile.

    Nobody's last campaign is taken from them, since without any they could call all. Raises NotFound, Conflict
    `last_campaign`.
    """
    await campaigns.get(conn, campaign_id)
    for caller in await callers.limited(conn):
        mine, wanted = campaign_id in caller.campaigns, caller.id in caller_ids
        if was is not None and wanted == (caller.id in was):
            continue
        if mine and not wanted and len(caller.campaigns) == 1:
            raise Conflict(
                f"{caller.name} may call this campaign only; give them another one first", code="last_campaign"
            )
        if mine != wanted:
            kept = [one for one in caller.campaigns if one != campaign_id]
            change = CallerChange(campaigns=[*kept, campaign_id] if wanted else kept)
            await change_caller(conn, caller.id, change)


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


async def look_now(conn: Connection, campaign_id: str, by: str) -> Campaign:
    """Let a campaign that runs look for leads now, not at its next turn. Raises NotFound, Conflict `wrong_state`."""
    campaign = await campaigns.get(conn, campaign_id)
    if campaign.state != "running":
        raise Conflict(f"The campaign is {campaign.state}", code="wrong_state", detail={"state": campaign.state})
    answer = CampaignChanged(event_id=f"campaign:{campaign_id}:look:{new_id()}", at=await clock.now(conn), by=by)
    await outbox.signal(conn, ids.campaign(campaign_id), "changed", answer, when_missing="drop")
    return campaign


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
    return await select_leads(conn, campaign.criteria_id)


async def select_leads(conn: Connection, criteria_id: str | None) -> Selection:
    """Whom a campaign by these criteria would call now. Raises NotFound."""
    rules = await criteria.rules_of(conn, criteria_id)
    first = await enrolment.sample(conn, rules, SAMPLE)
    languages = await enrolment.by_language(conn, rules)
    sample = await leads.in_order(conn, first)
    return Selection(matching=sum(languages.values()), sample=sample, languages=languages)
