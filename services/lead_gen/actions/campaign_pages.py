"""Campaigns put together for their pages; looking changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from services.chassis.db import Connection
from services.lead_gen.actions.campaigns import select_leads
from services.lead_gen.actions.floor import campaigns_now
from services.lead_gen.actions.reports import caller_figures
from services.lead_gen.domain.campaign_pages import (
    CampaignFigures,
    CampaignPage,
    Choices,
    SelectionPage,
    steps_of,
    unspoken,
    ways,
)
from services.lead_gen.domain.floor import CampaignOnFloor
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.reports import CallFilter, Period
from services.lead_gen.repository import callers, campaigns, criteria, reports, scripts, supply
from services.lead_gen.repository.policies import policies

MOST_CALLERS, MOST_CHOICES = 200, 100


async def list_campaigns(conn: Connection, now: datetime) -> list[CampaignOnFloor]:
    """Every campaign with its pace, those that run first."""
    return await campaigns_now(conn, await policies.rules(conn), await _stock(conn), now)


async def read_campaign(conn: Connection, campaign_id: str, now: datetime) -> CampaignPage:
    """One campaign with its pace and its people. Raises NotFound."""
    campaign, policy = await campaigns.get(conn, campaign_id), await policies.rules(conn)
    [pace] = await campaigns_now(conn, policy, await _stock(conn), now, only=campaign_id)
    return CampaignPage(
        campaign=campaign,
        pace=pace,
        criteria=await criteria.get(conn, campaign.criteria_id) if campaign.criteria_id else None,
        script=await scripts.name_of(conn, campaign.script_id) if campaign.script_id else None,
        callers=ways(await callers.active(conn, MOST_CALLERS), campaign_id),
        policy=policy,
    )


async def _stock(conn: Connection) -> int:
    return sum(one.leads for one in await supply.stock(conn))


async def read_figures(conn: Connection, campaign_id: str, days: int | None) -> CampaignFigures:
    """What it came to in the last days, or ever. Raises NotFound."""
    await campaigns.get(conn, campaign_id)
    period = Period(datetime.now(UTC) - timedelta(days=days) if days else None, None)
    funnel = await reports.funnel(conn, period, campaign_id)
    people = await caller_figures(conn, "caller", period, CallFilter(timezone=HOME_ZONE, campaign_id=campaign_id))
    return CampaignFigures(
        funnel=funnel,
        steps=steps_of(funnel),
        outcomes=await reports.outcomes(conn, period, campaign_id),
        people=sorted(people, key=lambda one: -one.calls),
        names=await callers.names(conn, [one.group for one in people if one.group]),
    )


async def read_choices(conn: Connection) -> Choices:
    """What a new campaign may be made of: the newest versions, and who works here."""
    return Choices(
        criteria=await criteria.all_newest(conn, MOST_CHOICES),
        scripts=await scripts.all_newest(conn, MOST_CHOICES),
        callers=ways(await callers.active(conn, MOST_CALLERS), None),
        policy=await policies.rules(conn),
    )


async def read_selection(
    conn: Connection, criteria_id: str | None, campaign_id: str | None, chosen: Collection[str]
) -> SelectionPage:
    """Whom a campaign by these criteria would call, and whom of them nobody could speak with. Raises NotFound.

    `chosen` may call it besides those who may call every campaign, or this one already.
    """
    found = await select_leads(conn, criteria_id)
    people = ways(await callers.active(conn, MOST_CALLERS), campaign_id)
    able = [one.caller for one in people if one.way != "not" or one.caller.id in chosen]
    return SelectionPage(selection=found, unspoken=unspoken(found, able))


async def preview_of(conn: Connection, campaign_id: str) -> SelectionPage:
    """Whom this campaign would call now. Raises NotFound."""
    campaign = await campaigns.get(conn, campaign_id)
    return await read_selection(conn, campaign.criteria_id, campaign_id, [])
