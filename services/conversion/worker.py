"""Tier 2's worker process: its workflow, activities, outbox and sweeps."""

from __future__ import annotations

from services.chassis.settings import Settings
from services.chassis.worker import run_worker
from services.conversion.activities import Activities, purge_effects
from services.conversion.upkeep import expire_offers
from workflows.contracts.base import Tier
from workflows.conversion import Conversion


async def run(settings: Settings) -> None:
    """Run until the process is told to stop."""
    await run_worker(
        settings=settings,
        tier=Tier.CONVERSION,
        workflows=[Conversion],
        activities_of=Activities,
        sweeps=[("expire_offers", 15.0, expire_offers), ("purge_effects", 3600.0, purge_effects)],
    )
