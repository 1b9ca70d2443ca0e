"""Tier 3's worker process."""

from __future__ import annotations

from services.account_mgmt.activities import Activities
from services.chassis.settings import Settings
from services.chassis.worker import run_worker
from workflows.contracts.base import Tier
from workflows.customer_care import CustomerCare
from workflows.fit_timing import FitTiming
from workflows.publish_catalogue import PublishCatalogue


async def run(settings: Settings) -> None:
    """Work until told to stop."""
    await run_worker(
        settings=settings,
        tier=Tier.ACCOUNT_MGMT,
        workflows=[CustomerCare, PublishCatalogue, FitTiming],
        activities_of=Activities,
    )
