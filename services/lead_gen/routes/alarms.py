"""Alarms of supply: drought and glut."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from services.chassis.http import Conn, Page, Pager, allow, new_router
from services.lead_gen.repository import alarms
from services.lead_gen.schemas.alarms import AlarmView

router: APIRouter = new_router(tags=["supply"])


@router.get("/alarms", dependencies=[allow("supervisor", "ops")], summary="Alarms of drought and glut")
async def list_alarms(conn: Conn, pager: Pager, state: Literal["open", "closed"] | None = None) -> Page[AlarmView]:
    """In order of their beginning, with the facts of that moment."""
    found = await alarms.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(AlarmView.of_all(found), pager.limit, key=lambda a: (a.begun_at.isoformat(), a.id))
