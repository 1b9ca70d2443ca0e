"""What happened to a lead in tier 2, for whoever keeps the house running."""

from __future__ import annotations

from services.chassis.http import Conn, Id, allow, new_router
from services.chassis.http.story import Before
from services.chassis.web.speech import Spoken
from services.conversion.actions.story import read_part
from services.conversion.schemas.story import StoryPart

router = new_router(tags=["story"])


@router.get(
    "/leads/{lead_id}/story",
    dependencies=[allow("supervisor", "ops")],
    summary="What happened to a lead in this tier",
)
async def get_story(conn: Conn, lead_id: Id, page: Before, speech: Spoken) -> StoryPart:
    """In words, from its records, the latest first; with what waits now. 404 for one that this tier never had.

    The words are in the language of `Accept-Language`; what people wrote, and `stage`, stay as they are.
    """
    return StoryPart.of(await read_part(conn, lead_id, limit=page.limit, before=page.before, speech=speech))
