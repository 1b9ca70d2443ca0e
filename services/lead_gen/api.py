"""Tier 1's api, put together."""

from __future__ import annotations

from fastapi import FastAPI

from services.chassis.http import create_app
from services.chassis.metrics import durable_collector
from services.chassis.outbox.routes import outbox_router
from services.chassis.settings import Settings
from services.lead_gen.routes import (
    calls,
    campaigns,
    criteria,
    imports,
    inbound,
    leads,
    reference,
    reports,
    scores,
    why,
)
from workflows.contracts.base import Tier


def build_app(settings: Settings) -> FastAPI:
    """The app of one process."""
    return create_app(
        title="Leadrelay lead generation",
        description="Tier 1: the register, the callers' queue, campaigns, and where an inbound call goes.",
        tier=Tier.LEAD_GEN,
        settings=settings,
        collectors=[durable_collector],
        routers=[
            imports.router,
            leads.router,
            campaigns.router,
            criteria.router,
            calls.router,
            inbound.router,
            reference.router,
            reports.router,
            scores.router,
            why.router,
            outbox_router(),
        ],
    )
