"""Supply: will tier 2 run dry before the callers' next shift, or be overloaded?"""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, allow, new_router
from services.lead_gen.actions.supply import supply_now
from services.lead_gen.schemas.supply import SupplyView

router: APIRouter = new_router(tags=["supply"])


@router.get("/supply", dependencies=[allow("supervisor", "ops")], summary="Will tier 2 run dry?")
async def get_supply(conn: Conn) -> SupplyView:
    """Interested leads in stock, the rate learned from 30 days, a forecast until the next shift, and an alarm."""
    return SupplyView.of(await supply_now(conn))
