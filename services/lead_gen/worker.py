"""Tier 1's worker process: cold calls, campaigns, the import runner, and scores."""

from __future__ import annotations

from services.chassis.settings import Settings
from services.chassis.worker import run_worker
from services.lead_gen.activities import Activities
from services.lead_gen.importer import run_imports
from services.lead_gen.scoring import run_scoring, run_training
from workflows.campaign import Campaign
from workflows.cold_call import ColdCall
from workflows.contracts.base import Tier


async def run(settings: Settings) -> None:
    """Work until told to stop."""
    await run_worker(
        settings=settings,
        tier=Tier.LEAD_GEN,
        workflows=[ColdCall, Campaign],
        activities_of=Activities,
        sweeps=[("imports", 0.5, run_imports), ("training", 2.0, run_training), ("scoring", 2.0, run_scoring)],
    )
