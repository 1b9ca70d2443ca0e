"""What callers had written into calls that were not theirs any more, and gave to the supervisor."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Page, Pager, allow, new_router
from services.lead_gen.repository import call_drafts
from services.lead_gen.schemas.call_notes import CallNote

router: APIRouter = new_router(tags=["calls"])


@router.get("/call-notes", dependencies=[allow("supervisor")], summary="Notes of calls that were lost")
async def call_notes(conn: Conn, pager: Pager) -> Page[CallNote]:
    """The oldest first. A caller's lease ended before they had reported the call; this is what they had written."""
    found = await call_drafts.given(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(CallNote.of_all(found), pager.limit, key=lambda one: (one.given_at.isoformat(), one.item_id))
