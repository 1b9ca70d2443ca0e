"""One lead's life through all tiers on one page: what is wrong with it, what is safe, what is to come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.http import Id
from services.chassis.http.paging import PageParams, encode_cursor
from services.chassis.lateness import Late
from services.chassis.web.door import page_router, web_of
from services.ops.actions.failed import with_failed
from services.ops.actions.late import read_late
from services.ops.actions.stories import Reached, read_story
from services.ops.desk.places import OPS
from services.ops.domain.story import Story, Told
from services.ops.doors import Seen
from services.ops.tiers import Found, TierAway

router: APIRouter = page_router()
EVENTS = 60
After = Annotated[str, Query(max_length=1000)]


@router.get("/leads/{lead_id}", dependencies=OPS)
async def story_page(request: Request, sources: Seen, lead_id: Id, after: After = "") -> Response:
    """The whole story. Of a lead that was merged, that of what it became."""
    return await _show(request, sources, lead_id, after, "story.j2")


@router.get("/leads/{lead_id}/told", dependencies=OPS)
async def story_part(request: Request, sources: Seen, lead_id: Id, after: After = "") -> Response:
    """What changes by itself."""
    return await _show(request, sources, lead_id, after, "story_told.j2")


async def _show(request: Request, sources: Reached, lead_id: str, after: str, template: str) -> Response:
    place = PageParams(EVENTS, after or None).time_and_id()
    story = await read_story(sources, lead_id, limit=EVENTS, before=place)
    late, known = await asyncio.gather(_late(sources, story), _known(sources, story.head.lead_id))
    return web_of(request).pages.answer(
        request, template, story=story, head=story.head, chapters=chapters(story.events), late=late, known=known,
        after=after, asked_for=lead_id,
        older=encode_cursor((story.older[0].isoformat(), story.older[1])) if story.older else "",
    )  # fmt: skip


async def _late(sources: Reached, story: Story) -> Sequence[Late]:
    """What is late of this lead, with its cause and its act; asked for only if something is."""
    if not story.head.late:
        return []
    return await with_failed(sources, story.workflows, await read_late(sources, limit=20, lead_id=story.head.lead_id))


async def _known(sources: Reached, lead_id: str) -> Found | None:
    """The lead as the register shows it to operators, its numbers masked."""
    try:
        found = await sources.apis.find(lead_id, "UA", 1)
    except TierAway:
        return None
    return found[0] if found else None


def chapters(events: Sequence[Told]) -> list[tuple[str, list[Told]]]:
    """Events that follow each other in one tier stand together, the latest first."""
    return [(tier, list(told)) for tier, told in groupby(events, key=lambda event: event.tier)]
