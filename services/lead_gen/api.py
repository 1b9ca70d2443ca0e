"""Tier 1's api, put together."""

from __future__ import annotations

from fastapi import FastAPI

from services.chassis.api import create_app
from services.chassis.ended import ended_router
from services.chassis.operator_acts import acts_router
from services.chassis.serving import serving_router
from services.chassis.settings import Settings
from services.chassis.standing import standing_router
from services.chassis.trail import trail_router
from services.chassis.web.desk import Desk
from services.lead_gen.actions.operator_acts import ACTS
from services.lead_gen.actions.switchboard import Switchboard
from services.lead_gen.desk import calls as desk_calls
from services.lead_gen.desk import campaigns as desk_campaigns
from services.lead_gen.desk import criteria as desk_criteria
from services.lead_gen.desk import dial as desk_dial
from services.lead_gen.desk import duplicates as desk_duplicates
from services.lead_gen.desk import files as desk_files
from services.lead_gen.desk import floor as desk_floor
from services.lead_gen.desk import instruction_edits as desk_instruction_edits
from services.lead_gen.desk import instructions as desk_instructions
from services.lead_gen.desk import lost as desk_lost
from services.lead_gen.desk import people as desk_people
from services.lead_gen.desk import policy as desk_policy
from services.lead_gen.desk import reports as desk_reports
from services.lead_gen.desk import ringing as desk_ringing
from services.lead_gen.desk import rota as desk_rota
from services.lead_gen.desk import scripts as desk_scripts
from services.lead_gen.desk import settings as desk_settings
from services.lead_gen.desk import shifts as desk_shifts
from services.lead_gen.repository import ended, serving, trail
from services.lead_gen.repository.figures import FIGURES, STAGES
from services.lead_gen.routes import (
    alarms,
    answers,
    audit,
    call_notes,
    callers,
    calls,
    campaigns,
    criteria,
    dials,
    do_not_call,
    duplicates,
    imports,
    inbound_calls,
    instructions,
    late,
    leads,
    merges,
    policies,
    promises,
    reports,
    rota,
    scores,
    scripts,
    shifts,
    story,
    supply,
    telephony,
    why,
)
from services.lead_gen.schemas.webhooks import EVENTS
from workflows.contracts.base import Tier

_PAGES = [
    desk_calls.router,
    desk_shifts.router,
    desk_lost.router,
    desk_instructions.router,
    desk_dial.router,
    desk_floor.router,
    desk_campaigns.router,
    desk_files.router,
    desk_duplicates.router,
    desk_rota.router,
    desk_people.router,
    desk_people.steps,
    desk_reports.router,
    desk_policy.router,
    desk_criteria.router,
    desk_scripts.router,
    desk_instruction_edits.router,
    desk_settings.router,
    desk_ringing.router,
]

_ROUTES = [
    imports.router,
    duplicates.router,
    merges.router,
    audit.router,
    # Before the leads' own, or `find` would be taken for an id.
    story.router,
    late.router,
    standing_router(FIGURES, STAGES),
    ended_router(ended.OVER),
    serving_router(serving.served),
    trail_router(trail.PARTS, trail.PEOPLE, trail.LEADS),
    acts_router(ACTS),
    leads.router,
    campaigns.router,
    criteria.router,
    calls.router,
    call_notes.router,
    dials.router,
    inbound_calls.router,
    promises.router,
    telephony.router,
    do_not_call.router,
    callers.router,
    shifts.router,
    rota.router,
    policies.router,
    supply.router,
    alarms.router,
    scripts.router,
    instructions.router,
    answers.router,
    reports.router,
    scores.router,
    why.router,
]


def build_app(settings: Settings) -> FastAPI:
    """The app of one process."""
    app = create_app(
        title="Leadrelay lead generation",
        description="Tier 1: the register, the callers' queue, campaigns, and where an inbound call goes.",
        tier=Tier.LEAD_GEN,
        settings=settings,
        desk=Desk(routers=_PAGES, package="services.lead_gen", rings="inbound_call"),
        routers=_ROUTES,
        events=EVENTS,
    )
    app.state.switchboard = Switchboard.of(settings)
    return app
