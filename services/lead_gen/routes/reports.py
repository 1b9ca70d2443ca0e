"""Figures of tier 1."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from services.chassis.http import Conn, Page, allow, new_router
from services.lead_gen.domain.supply import alarm, interested_rate
from services.lead_gen.repository import reference, reports
from services.lead_gen.schemas.reports import CallerReport, FunnelView, RateView, SupplyView

router: APIRouter = new_router(tags=["reports"])
READERS = [allow("supervisor", "ops")]


@router.get("/supply", dependencies=READERS, summary="Will tier 2 run dry?")
async def supply(conn: Conn) -> SupplyView:
    """Interested leads in stock, the rate learned from 30 days, and an alarm."""
    _, policy = await reference.policy(conn)
    stock, found, hours, taken = await reports.supply(conn)
    rate = interested_rate(found, hours)
    return SupplyView(
        in_stock=stock,
        interested_per_hour=RateView(**asdict(rate)),
        capacity=taken,
        hours_of_work=hours,
        alarm=alarm(stock, taken, policy.stock_limit),
    )


@router.get("/reports/callers", dependencies=READERS, summary="What each caller did")
async def caller_report(conn: Conn) -> Page[CallerReport]:
    """Calls, contacts, interested, handed over, and what tier 2 made of them."""
    return Page(items=await reports.callers(conn), next=None)


@router.get("/reports/funnel", dependencies=READERS, summary="How many leads are where")
async def funnel(conn: Conn) -> FunnelView:
    """Now, and how far leads ever got."""
    return await reports.funnel(conn)
