"""Tier 3's api, put together."""

from __future__ import annotations

from fastapi import FastAPI

from services.account_mgmt.actions import answered_mails, mails
from services.account_mgmt.actions.operator_acts import ACTS
from services.account_mgmt.desk import aged_debts as desk_aged_debts
from services.account_mgmt.desk import bank as desk_bank
from services.account_mgmt.desk import calendar, duty, portfolio, portfolio_people, ringing, today
from services.account_mgmt.desk import contracts as desk_contracts
from services.account_mgmt.desk import corrections as desk_corrections
from services.account_mgmt.desk import credit_notes as desk_credit_notes
from services.account_mgmt.desk import customer_edit as desk_customer_edit
from services.account_mgmt.desk import customer_merges as desk_customer_merges
from services.account_mgmt.desk import customer_new as desk_customer_new
from services.account_mgmt.desk import customers as desk_customers
from services.account_mgmt.desk import dunning as desk_dunning
from services.account_mgmt.desk import dunning_steps as desk_dunning_steps
from services.account_mgmt.desk import hours as desk_hours
from services.account_mgmt.desk import invoices as desk_invoices
from services.account_mgmt.desk import legal_entities as desk_legal_entities
from services.account_mgmt.desk import mail_words as desk_mail_words
from services.account_mgmt.desk import needs as desk_needs
from services.account_mgmt.desk import nudges as desk_nudges
from services.account_mgmt.desk import orders as desk_orders
from services.account_mgmt.desk import payments as desk_payments
from services.account_mgmt.desk import people as desk_people
from services.account_mgmt.desk import policy as desk_policy
from services.account_mgmt.desk import products as desk_products
from services.account_mgmt.desk import reports as desk_reports
from services.account_mgmt.desk import settings as desk_settings
from services.account_mgmt.desk import suggestions as desk_suggestions
from services.account_mgmt.domain.import_headers import CustomerTable
from services.account_mgmt.repository import ended, serving, trail
from services.account_mgmt.repository.figures import FIGURES, STAGES
from services.account_mgmt.routes import (
    account_managers,
    bank_statements,
    bank_transfers,
    billing,
    complaints,
    contracts,
    corrections,
    credit_notes,
    customer_merges,
    customers,
    dunning,
    invoices,
    late,
    legal_entities,
    mail_templates,
    needs,
    never_offer,
    nudges,
    orders,
    people,
    policies,
    products,
    refunds,
    reports,
    story,
    suggestions,
    work,
)
from services.account_mgmt.schemas.webhooks import EVENTS
from services.chassis.api import create_app
from services.chassis.ended import ended_router
from services.chassis.imports.routes import import_router
from services.chassis.mail.inbound.one_click import one_click_router
from services.chassis.mail.inbound.routes import arrivals_router, inbound_router
from services.chassis.mail.routes import mail_router
from services.chassis.operator_acts import acts_router
from services.chassis.serving import serving_router
from services.chassis.settings import Settings
from services.chassis.standing import standing_router
from services.chassis.trail import trail_router
from services.chassis.web.desk import Desk
from workflows.contracts.base import Tier

DESK = Desk(
    [
        # Before everything that takes an id where it has a word.
        desk_customer_new.router,
        today.router,
        duty.router,
        desk_customers.router,
        desk_customer_edit.router,
        desk_customer_merges.router,
        desk_nudges.router,
        desk_suggestions.router,
        desk_needs.router,
        calendar.router,
        ringing.router,
        desk_orders.router,
        desk_invoices.router,
        desk_payments.router,
        desk_credit_notes.router,
        desk_corrections.router,
        desk_dunning.router,
        desk_contracts.router,
        desk_settings.router,
        desk_products.router,
        desk_mail_words.router,
        desk_dunning_steps.router,
        portfolio.router,
        portfolio_people.router,
        desk_aged_debts.router,
        desk_bank.router,
        desk_reports.router,
        desk_policy.router,
        desk_hours.router,
        desk_people.router,
        desk_people.steps,
        desk_legal_entities.router,
    ],
    package="services.account_mgmt",
    rings="inbound_call",
)


_ROUTES = [
    customers.router,
    billing.router,
    customer_merges.router,
    story.router,
    late.router,
    standing_router(FIGURES, STAGES),
    ended_router(ended.OVER),
    serving_router(serving.served),
    trail_router(trail.PARTS, trail.PEOPLE, trail.LEADS),
    acts_router(ACTS),
    account_managers.router,
    orders.router,
    invoices.router,
    credit_notes.router,
    dunning.router,
    refunds.router,
    corrections.router,
    contracts.router,
    legal_entities.router,
    mail_templates.router,
    people.router,
    needs.router,
    suggestions.router,
    never_offer.router,
    bank_statements.router,
    bank_transfers.router,
    nudges.router,
    work.router,
    complaints.router,
    products.router,
    import_router(CustomerTable(), "Import existing customers with their past orders"),
    policies.router,
    reports.router,
    mail_router(mails.on_trouble),
    inbound_router(answered_mails.EARS),
    arrivals_router(),
    one_click_router(answered_mails.EARS),
]


def build_app(settings: Settings) -> FastAPI:
    """The app of one process."""
    return create_app(
        title="Leadrelay account management",
        description="Tier 3: customers, orders and invoices, and the nudge for the next purchase.",
        tier=Tier.ACCOUNT_MGMT,
        settings=settings,
        routers=_ROUTES,
        desk=DESK,
        events=EVENTS,
    )
