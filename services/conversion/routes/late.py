"""What is late in tier 2, for whoever keeps the house running."""

from __future__ import annotations

from services.chassis.http import Conn, Id, Page, Pager, allow, new_router
from services.conversion.actions.late import read_late
from services.conversion.schemas.late import LateThing

router = new_router(tags=["story"])


@router.get("/late", dependencies=[allow("supervisor", "ops")], summary="What should have happened and has not")
async def list_late(conn: Conn, pager: Pager, lead_id: Id | None = None) -> Page[LateThing]:
    """What is late longest first, of one lead or of all, each with its cause and the one safe act."""
    found = await read_late(conn, limit=pager.limit + 1, after=pager.time_and_id(), lead_id=lead_id)
    items = [LateThing.of(one) for one in found]
    return Page.of(items, pager.limit, key=lambda one: (one.since.isoformat(), one.ref))
