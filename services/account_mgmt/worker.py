"""Tier 3's worker process: its workflows, activities, mails and sweeps."""

from __future__ import annotations

from services.account_mgmt.actions import mails
from services.account_mgmt.actions.assignment import assign_waiting
from services.account_mgmt.actions.erasure import erase_expired
from services.account_mgmt.actions.imports import run_imports
from services.account_mgmt.actions.work_assignment import cover_absent
from services.account_mgmt.activities import Activities
from services.chassis import effects
from services.chassis.mail.sender import Sender
from services.chassis.settings import Settings
from services.chassis.worker import run_worker
from workflows.contracts.base import Tier
from workflows.customer_care.workflow import CustomerCare
from workflows.fit_timing import FitTiming
from workflows.open_care import OpenCare
from workflows.publish_catalogue import PublishCatalogue


async def run(settings: Settings) -> None:
    """Work until told to stop."""
    await run_worker(
        settings=settings,
        tier=Tier.ACCOUNT_MGMT,
        workflows=[CustomerCare, PublishCatalogue, FitTiming, OpenCare],
        activities_of=Activities,
        periodic_jobs=[
            ("send_mails", 1.0, Sender(settings, mails.on_trouble).send_due),
            ("run_imports", 1.0, run_imports),
            ("cover_absent", 2.0, cover_absent),
            ("assign_waiting", 5.0, assign_waiting),
            ("erase_expired", 3600.0, erase_expired),
            ("purge_effects", 3600.0, effects.purge),
        ],
    )
