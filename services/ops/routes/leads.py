"""Leads as operators see them: found by whatever somebody knows of one, and told through all tiers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.http import Id, Page, Pager, allow, new_router
from services.ops.actions.stories import read_story
from services.ops.doors import Reachable
from services.ops.schemas.leads import Lead, Leads, Story
from services.ops.tiers import Found, Missing, TierAway

router: APIRouter = new_router(tags=["leads"])
_OPS = [allow("ops")]


def _key(one: Found) -> tuple[str, str]:
    return one.created_at.isoformat(), one.lead_id


@router.get("/leads", dependencies=_OPS, summary="Find leads by id, number or name")
async def find_leads(
    sources: Reachable,
    pager: Pager,
    q: Annotated[str, Query(min_length=1, max_length=200, description="An id, a number, or part of a name.")],
    default_region: Annotated[str, Query(max_length=10, description="How a number without a country is read.")] = "UA",
) -> Leads:
    """Looking up a number is in tier 1's audit. No log has what was asked for."""
    try:
        found = await sources.tiers.find(q, default_region, pager.limit + 1, pager.time_and_id())
    except TierAway as away:
        return Leads(items=[], missing=[Missing(what=away.tier, why=str(away))])
    page = Page.of([Lead.of(one) for one in found], pager.limit, key=_key)
    return Leads(items=page.items, next=page.next)


@router.get("/leads/{lead_id}/story", dependencies=_OPS, summary="A lead's life through all tiers")
async def get_story(sources: Reachable, lead_id: Id, pager: Pager) -> Story:
    """What happened, the latest first, from the tiers' records; where it is now, what it waits for, what is to come.

    The words are in the language of `Accept-Language`; what people wrote, and `stage`, stay as they are. A tier that is
    away, or Temporal, is named in `missing`. 404 if no tier that answers knows the lead.
    """
    return Story.of(await read_story(sources, lead_id, limit=pager.limit, before=pager.time_and_id()))
