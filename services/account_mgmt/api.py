"""Tier 3's api, put together."""

from __future__ import annotations

from fastapi import FastAPI

from services.account_mgmt.routes import bank, customers, nudges, products, reference, refunds, sales
from services.chassis.http import create_app
from services.chassis.metrics import durable_collector
from services.chassis.outbox.routes import outbox_router
from services.chassis.settings import Settings
from workflows.contracts.base import Tier


def build_app(settings: Settings) -> FastAPI:
    """The app of one process."""
    return create_app(
        title="Leadrelay account management",
        description="Tier 3: customers, orders and invoices, and the nudge for the next purchase.",
        tier=Tier.ACCOUNT_MGMT,
        settings=settings,
        collectors=[durable_collector],
        routers=[
            customers.router,
            sales.router,
            refunds.router,
            bank.router,
            nudges.router,
            products.router,
            reference.router,
            outbox_router(),
        ],
    )
