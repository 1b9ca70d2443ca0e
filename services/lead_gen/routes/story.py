"""What happened to a lead in tier 1, for whoever keeps the house running."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.auth import OPS
from services.chassis.http import Conn, Id, Page, Who, allow, new_router
from services.chassis.http.story import Before
from services.chassis.web.speech import Spoken
from services.lead_gen.actions.story import find_leads, read_part
from services.lead_gen.schemas.story import FindLead, Found, StoryPart

router: APIRouter = new_router(tags=["story"], guests={OPS: [OPS]})
_READS = [allow("supervisor", "ops")]


@router.post("/leads/find", dependencies=_READS, summary="Find a lead by id, number or name")
async def find(conn: Conn, who: Who, body: FindLead) -> Page[Found]:
    """Several may be meant. A number is looked up in any spelling of `default_region`, which the audit keeps."""
    after = (body.after_at, body.after_id) if body.after_at and body.after_id else None
    found = await find_leads(conn, body.wanted, body.default_region, who.person, limit=body.limit + 1, after=after)
    items = [Found.of(one) for one in found]
    return Page.of(items, body.limit, key=lambda one: (one.created_at.isoformat(), one.lead_id))


@router.get("/leads/{lead_id}/story", dependencies=_READS, summary="What happened to a lead in this tier")
async def get_story(conn: Conn, lead_id: Id, page: Before, speech: Spoken) -> StoryPart:
    """In words, from its records, the latest first; with what waits now.

    The words are in the language of `Accept-Language`; what people wrote, and `stage`, stay as they are.
    """
    return StoryPart.of(await read_part(conn, lead_id, limit=page.limit, before=page.before, speech=speech))
