"""Tier 3's api, put together."""

from __future__ import annotations

from fastapi import FastAPI

from services.account_mgmt.actions import mails
from services.account_mgmt.domain.import_headers import choose_mapping
from services.account_mgmt.routes import (
    account_managers,
    bank,
    customers,
    documents,
    entities,
    needs,
    nudges,
    people,
    policies,
    products,
    refunds,
    reports,
    sales,
    work,
)
from services.chassis.api import create_app
from services.chassis.imports.routes import import_router
from services.chassis.mail.routes import mail_router
from services.chassis.settings import Settings
from workflows.contracts.base import Tier


def build_app(settings: Settings) -> FastAPI:
    """The app of one process."""
    return create_app(
        title="Leadrelay account management",
        description="Tier 3: customers, orders and invoices, and the nudge for the next purchase.",
        tier=Tier.ACCOUNT_MGMT,
        settings=settings,
        routers=[
            customers.router,
            account_managers.router,
            # Before the sales: `/invoices/{id}` would take `/invoices/{id}.pdf` too.
            documents.router,
            sales.router,
            entities.router,
            refunds.router,
            people.router,
            needs.router,
            bank.router,
            nudges.router,
            work.router,
            products.router,
            import_router(choose_mapping, "Import customers with their orders of before"),
            policies.router,
            reports.router,
            mail_router(mails.on_trouble),
        ],
    )
