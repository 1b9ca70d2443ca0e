"""Tier 1's api, put together."""

from __future__ import annotations

from fastapi import FastAPI

from services.chassis.api import create_app
from services.chassis.settings import Settings
from services.lead_gen.routes import (
    answers,
    callers,
    calls,
    campaigns,
    criteria,
    do_not_call,
    duplicates,
    imports,
    inbound,
    instructions,
    leads,
    policies,
    privacy,
    reports,
    scores,
    scripts,
    shifts,
    supply,
    telephony,
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
        routers=[
            imports.router,
            duplicates.router,
            privacy.router,
            leads.router,
            campaigns.router,
            criteria.router,
            calls.router,
            inbound.router,
            telephony.router,
            do_not_call.router,
            callers.router,
            shifts.router,
            policies.router,
            supply.router,
            scripts.router,
            instructions.router,
            answers.router,
            reports.router,
            scores.router,
            why.router,
        ],
    )
