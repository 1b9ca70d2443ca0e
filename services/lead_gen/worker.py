"""Tier 1's worker process: its workflows, activities, outbox and sweeps."""

from __future__ import annotations

from services.chassis import effects
from services.chassis.settings import Settings
from services.chassis.worker import run_worker
from services.lead_gen.actions.alarms import watch_supply
from services.lead_gen.actions.dials import dial_watch
from services.lead_gen.actions.duplicates import find_near_duplicates
from services.lead_gen.actions.figures import FIGURES
from services.lead_gen.actions.files import forget_files
from services.lead_gen.actions.imports import run_imports
from services.lead_gen.actions.promises import watch_promises
from services.lead_gen.actions.rota import keep_rota
from services.lead_gen.actions.score_training import run_training
from services.lead_gen.actions.scores import run_scoring
from services.lead_gen.actions.sealed_days import seal_days
from services.lead_gen.actions.shifts import close_shifts
from services.lead_gen.actions.switchboard import Switchboard
from services.lead_gen.activities import Activities
from services.lead_gen.repository.ended import OVER
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
        over=OVER,
        figures=FIGURES,
        periodic_jobs=[
            ("imports", 0.2, run_imports),
            ("forgotten_files", 600.0, forget_files),
            ("near_duplicates", 1.0, find_near_duplicates),
            ("rota", 600.0, keep_rota),
            ("close_shifts", 5.0, close_shifts),
            ("dials", 1.0, dial_watch(Switchboard.of(settings))),
            ("promises", 5.0, watch_promises),
            ("training", 2.0, run_training),
            ("scoring", 2.0, run_scoring),
            ("supply", 30.0, watch_supply),
            ("sealed_days", 5.0, seal_days),
            ("purge_effects", 3600.0, effects.purge),
        ],
    )
