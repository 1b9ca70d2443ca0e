"""Campaigns: which leads are called, by which script, and whether now."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.campaigns import pause_campaign, prepare_campaign, preview_campaign, start_campaign
from services.lead_gen.actions.kinds import CAMPAIGN
from services.lead_gen.repository import campaigns
from services.lead_gen.schemas.campaigns import CampaignView, NewCampaign, Preview

router: APIRouter = new_router(tags=["campaigns"])
SUPERVISOR = [allow("supervisor")]


@router.post("/campaigns", status_code=201, dependencies=SUPERVISOR, summary="Prepare a campaign")
async def create(conn: Conn, who: Who, new: NewCampaign) -> CampaignView:
    """It calls nobody until it is started. 409 `duplicate` for a name that is taken."""
    return CampaignView.of(await prepare_campaign(conn, new, who.person))


@router.get("/campaigns", dependencies=[allow("supervisor", "caller", "ops")], summary="Campaigns")
async def list_campaigns(
    conn: Conn, pager: Pager, state: str | None = None, name: str | None = None
) -> Page[CampaignView]:
    """In order of creation."""
    found = await campaigns.page(conn, state=state, name=name, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(CampaignView.of_all(found), pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/campaigns/{campaign_id}", dependencies=[allow("supervisor", "ops"), tagged()], summary="One campaign")
async def get_campaign(conn: Conn, campaign_id: Id) -> CampaignView:
    """With the number of its leads per stage."""
    return CampaignView.of(await campaigns.counted(conn, campaign_id))


_CHANGE = [*SUPERVISOR, if_match(get_campaign, CAMPAIGN, "campaign_id")]


@router.post("/campaigns/{campaign_id}/start", dependencies=_CHANGE, summary="Start or resume a campaign")
async def start(conn: Conn, who: Who, campaign_id: Id) -> CampaignView:
    """409 `wrong_state` if it is already running."""
    return CampaignView.of(await start_campaign(conn, campaign_id, who.person))


@router.post("/campaigns/{campaign_id}/pause", dependencies=_CHANGE, summary="Pause a campaign")
async def pause(conn: Conn, who: Who, campaign_id: Id) -> CampaignView:
    """Enrols nobody; leads already in cold calling go on once it runs again. 409 `wrong_state` if it is not running."""
    return CampaignView.of(await pause_campaign(conn, campaign_id, who.person))


@router.post("/campaigns/{campaign_id}/preview", dependencies=SUPERVISOR, summary="Preview whom it would call")
async def preview(conn: Conn, campaign_id: Id) -> Preview:
    """Counts the whole register as it is now; changes nothing."""
    return Preview.of(await preview_campaign(conn, campaign_id))
