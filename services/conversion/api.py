"""Tier 2's REST interface, put together."""

from __future__ import annotations

from fastapi import FastAPI

from services.chassis.api import create_app
from services.chassis.ended import ended_router
from services.chassis.mail.inbound.one_click import one_click_router
from services.chassis.mail.inbound.routes import arrivals_router, inbound_router
from services.chassis.mail.routes import mail_router
from services.chassis.operator_acts import acts_router
from services.chassis.serving import serving_router
from services.chassis.settings import Settings
from services.chassis.standing import standing_router
from services.chassis.trail import trail_router
from services.chassis.web.desk import Desk
from services.conversion.actions import answered_mails, mails
from services.conversion.actions.operator_acts import ACTS
from services.conversion.actions.teams import hears
from services.conversion.desk import (
    board,
    calendar,
    commission,
    deal_routers,
    deals_list,
    duty,
    kept_commission,
    report_beside,
    ringing,
    slots,
    team_routers,
    today,
)
from services.conversion.desk import commission_rates as desk_commission_rates
from services.conversion.desk import hand_overs as hand_overs_desk
from services.conversion.desk import hours as desk_hours
from services.conversion.desk import mail_words as desk_mail_words
from services.conversion.desk import people as desk_people
from services.conversion.desk import playbook_editor as desk_playbook_editor
from services.conversion.desk import policy as policy_desk
from services.conversion.desk import reports as reports_desk
from services.conversion.desk import routing as routing_desk
from services.conversion.desk import settings as desk_settings
from services.conversion.repository import ended, serving, trail
from services.conversion.repository.figures import FIGURES, STAGES
from services.conversion.routes import (
    absences,
    catalogue,
    commissions,
    deal_contact,
    deals,
    hand_overs,
    late,
    managers,
    meeting_holds,
    meeting_slots,
    meetings,
    offers,
    playbook_runs,
    playbooks,
    policies,
    published_answers,
    reminders,
    reports,
    routing,
    story,
    templates,
)
from services.conversion.schemas.webhooks import EVENTS
from workflows.contracts.base import Tier

_DESCRIPTION = """Lead conversion: managers take warm leads, answer hard questions, meet, offer and close.

Every change is one transaction; repeat a POST safely with an `Idempotency-Key`."""

_PAGES = [
    board.router,
    hand_overs_desk.router,
    reports_desk.router,
    report_beside.router,
    today.router,
    deals_list.router,
    calendar.router,
    commission.router,
    duty.router,
    *team_routers.ROUTERS,
    desk_settings.router,
    desk_mail_words.router,
    desk_commission_rates.router,
    policy_desk.router,
    routing_desk.router,
    desk_hours.router,
    desk_people.router,
    desk_people.steps,
    desk_playbook_editor.router,
]


_ROUTES = [
    hand_overs.router,
    deals.router,
    deal_contact.router,
    meetings.router,
    meeting_slots.router,
    meeting_holds.router,
    offers.router,
    catalogue.router,
    managers.router,
    absences.router,
    routing.router,
    templates.router,
    playbooks.router,
    playbook_runs.router,
    commissions.router,
    commissions.own_router,
    published_answers.router,
    reminders.router,
    reports.router,
    story.router,
    late.router,
    standing_router(FIGURES, STAGES),
    ended_router(ended.OVER),
    serving_router(serving.served),
    trail_router(trail.PARTS, trail.PEOPLE, trail.LEADS),
    acts_router(ACTS),
    policies.router,
    mail_router(mails.on_trouble, mails.scope_of, mails.lead_first),
    inbound_router(answered_mails.EARS, mails.scope_of),
    arrivals_router(),
    one_click_router(answered_mails.EARS),
]


def build_app(settings: Settings) -> FastAPI:
    """The app, ready to serve."""
    return create_app(
        title="Leadrelay conversion",
        description=_DESCRIPTION,
        tier=Tier.CONVERSION,
        hears=hears,
        events=EVENTS,
        settings=settings,
        desk=Desk(
            routers=[*_PAGES, *deal_routers.ROUTERS, ringing.router, slots.router, kept_commission.router],
            package="services.conversion",
            rings="inbound_call",
        ),
        routers=_ROUTES,
    )
