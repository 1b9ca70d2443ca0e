"""Figures of tier 1."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Page, allow, new_router
from services.lead_gen.repository import reports
from services.lead_gen.schemas.reports import CallerReport, FunnelView

router: APIRouter = new_router(tags=["reports"])
READERS = [allow("supervisor", "ops")]


@router.get("/reports/callers", dependencies=READERS, summary="What each caller did")
async def caller_report(conn: Conn) -> Page[CallerReport]:
    """Calls, contacts, interested, handed over, and what tier 2 made of them."""
    return Page(items=await reports.callers(conn), next=None)


@router.get("/reports/funnel", dependencies=READERS, summary="How many leads are where")
async def funnel(conn: Conn) -> FunnelView:
    """Now, and how far leads ever got."""
    return await reports.funnel(conn)
