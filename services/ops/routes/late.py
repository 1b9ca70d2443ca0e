"""What is late, and why."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Pager, allow, new_router
from services.ops.actions.late import read_late
from services.ops.doors import Reachable
from services.ops.schemas.late import LatePage

# Each tier is asked for one more than is shown, and gives two hundred at most.
_MOST = 199
router: APIRouter = new_router(tags=["late"])


@router.get("/late", dependencies=[allow("ops")], summary="What should have happened and has not")
async def list_late(sources: Reachable, pager: Pager) -> LatePage:
    """Across tiers, the longest first, each with since when, the cause, and the one safe act."""
    return LatePage.of(await read_late(sources, limit=min(pager.limit, _MOST), after=pager.time_and_id()))
