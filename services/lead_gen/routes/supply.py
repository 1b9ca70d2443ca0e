"""Supply: will tier 2 run dry before the callers' next shift, or drown?"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from services.chassis.http import Conn, Page, Pager, allow, new_router
from services.lead_gen.actions.supply import look
from services.lead_gen.repository import supply as records
from services.lead_gen.schemas.supply import AlarmView, SupplyView

router: APIRouter = new_router(tags=["supply"])
READERS = [allow("supervisor", "ops")]


@router.get("/supply", dependencies=READERS, summary="Will tier 2 run dry?")
async def supply(conn: Conn) -> SupplyView:
    """Interested leads in stock, the rate learned from 30 days, a forecast until the next shift, and an alarm."""
    return await look(conn)


@router.get("/alarms", dependencies=READERS, summary="Alarms of drought and glut")
async def list_alarms(conn: Conn, pager: Pager, state: Literal["open", "closed"] | None = None) -> Page[AlarmView]:
    """In order of their beginning, with the facts of that moment."""
    found = await records.alarms_page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda a: (a.begun_at.isoformat(), a.id))
