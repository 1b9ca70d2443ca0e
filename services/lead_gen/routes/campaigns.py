"""Campaigns: which leads are called, by which script, and whether now."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.lead_gen.actions.workflow_starts import campaign_start
from services.lead_gen.domain.criteria import to_sql
from services.lead_gen.domain.criteria_fields import SQL_OF_CANDIDATES
from services.lead_gen.repository import campaigns, criteria, leads, lookups
from services.lead_gen.routes.leads import view
from services.lead_gen.schemas.campaigns import CampaignView, NewCampaign, Preview
from workflows.contracts import ids
from workflows.contracts.lead_gen import CampaignChanged

router: APIRouter = new_router(tags=["campaigns"])
SAMPLE = 10


@router.post("/campaigns", status_code=201, dependencies=[allow("supervisor")], summary="Prepare a campaign")
async def create_campaign(conn: Conn, who: Who, new: NewCampaign) -> CampaignView:
    """It calls nobody until it is started. 409 `duplicate` for a name that is taken."""
    if new.criteria_id:
        await criteria.of(conn, new.criteria_id)
    if new.script_id and not await lookups.exists(conn, "scripts", new.script_id):
        raise NotFound(f"There is no script {new.script_id}", field="script_id")
    return await campaigns.create(conn, new, who.person)


@router.get("/campaigns", dependencies=[allow("supervisor", "caller", "ops")], summary="Campaigns")
async def list_campaigns(
    conn: Conn, pager: Pager, state: str | None = None, name: str | None = None
) -> Page[CampaignView]:
    """In order of creation."""
    found = await campaigns.page(conn, state=state, name=name, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/campaigns/{campaign_id}", dependencies=[allow("supervisor", "ops")], summary="One campaign")
async def get_campaign(conn: Conn, campaign_id: Id) -> CampaignView:
    """With the number of its leads per stage."""
    return await campaigns.view(conn, campaign_id)


@router.post("/campaigns/{campaign_id}/start", dependencies=[allow("supervisor")], summary="Start or go on")
async def start_campaign(conn: Conn, who: Who, campaign_id: Id) -> CampaignView:
    """409 `wrong_state` if it runs already."""
    return await _change(conn, who.person, campaign_id, "running", not_from="running")


@router.post("/campaigns/{campaign_id}/pause", dependencies=[allow("supervisor")], summary="Enrol nobody for now")
async def pause_campaign(conn: Conn, who: Who, campaign_id: Id) -> CampaignView:
    """Leads already in cold calling are called to the end, as soon as it runs again. 409 if it does not run."""
    campaign = await campaigns.get(conn, campaign_id, lock=True)
    if campaign.state != "running":
        raise Conflict(f"The campaign is {campaign.state}", code="wrong_state", detail={"state": campaign.state})
    return await _change(conn, who.person, campaign_id, "paused", not_from="paused")


async def _change(conn: Connection, person: str, campaign_id: str, state: str, *, not_from: str) -> CampaignView:
    campaign = await campaigns.get(conn, campaign_id, lock=True)
    if campaign.state == not_from:
        raise Conflict(
            f"The campaign is already {campaign.state}", code="wrong_state", detail={"state": campaign.state}
        )
    starting = state == "running"
    starts, changes = await campaigns.set_state(conn, campaign_id, state, started=starting)
    now = await campaigns.view(conn, campaign_id)
    at = await conn.fetchval("SELECT now()")
    answer = CampaignChanged(event_id=f"campaign:{campaign_id}:{changes}", at=at, by=person)
    start = campaign_start(now, starts) if starting else None
    await outbox.signal(conn, ids.campaign(campaign_id), "changed", answer, start=start, when_missing="drop")
    return now


@router.post("/campaigns/{campaign_id}/preview", dependencies=[allow("supervisor")], summary="Whom it would take")
async def preview(conn: Conn, campaign_id: Id) -> Preview:
    """Counted now, over the whole register; changes nothing."""
    campaign = await campaigns.get(conn, campaign_id)
    rules, _ = await criteria.of(conn, campaign.criteria_id)
    condition, values = to_sql(rules, 1, SQL_OF_CANDIDATES)
    first = await campaigns.sample(conn, condition, values, SAMPLE)
    return Preview(
        matching=await campaigns.count_matching(conn, condition, values),
        sample=[view(await leads.get(conn, lead_id), masked=True) for lead_id in first],
    )
