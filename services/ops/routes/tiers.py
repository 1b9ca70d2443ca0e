"""How the tiers stand now."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import allow, new_router
from services.ops.actions.tiers import read_tiers
from services.ops.doors import Reachable
from services.ops.schemas.tiers import TiersNow

router: APIRouter = new_router(tags=["tiers"])


@router.get("/tiers", dependencies=[allow("ops")], summary="How every tier stands now")
async def list_tiers(sources: Reachable) -> TiersNow:
    """Workers that poll, what waits in the queue and for how long, workflows, open work by kind, outbox, rates."""
    items, missing = await read_tiers(sources)
    return TiersNow(items=items, missing=missing)
