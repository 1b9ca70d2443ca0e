"""Puts one API together. A tier brings the routers of its own nouns; everything else is the same for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from services.chassis import migrate
from services.chassis.auth import make_verifier
from services.chassis.commands import commands_are_typed
from services.chassis.http.docs import docs_router
from services.chassis.http.events import EventHub, Hears, events_router
from services.chassis.http.health import health_router
from services.chassis.http.lifespan import lifespan
from services.chassis.http.metrics import Metrics
from services.chassis.http.middleware import RequestMiddleware
from services.chassis.http.openapi import install_openapi
from services.chassis.http.problems import install_handlers
from services.chassis.mail.house import tell_house
from services.chassis.outbox.routes import outbox_router
from services.chassis.person_names import PersonNames
from services.chassis.settings import Settings, SettingsError
from services.chassis.web.desk import Desk, open_desk
from services.chassis.webhooks import EventData
from services.chassis.webhooks.document import describe
from services.chassis.webhooks.routes import webhooks_router
from workflows.contracts.base import Tier

CHASSIS_MIGRATIONS = "services.chassis.migrations"


def create_app(
    *,
    title: str,
    tier: Tier | None,
    settings: Settings,
    routers: Sequence[APIRouter],
    description: str = "",
    migrations: Sequence[str] | None = None,
    origins: Sequence[str] = (),
    desk: Desk | None = None,
    hears: Hears | None = None,
    events: Sequence[type[EventData]] = (),
) -> FastAPI:
    """An API that is ready to serve. `tier` none is the operators' API, which has no database of its own.

    `app.state.pool` is there while the app's lifespan runs. `migrations` are the packages /readyz asks for (by
    default the chassis' and the tier's). Pages of `origins` may ask from a browser. `desk` are this service's own
    pages, served where the settings name an origin. `hears` says who is told of which event.
    `events` are those that other programs may subscribe to.

    Raises SettingsError without a database or keys.
    """
    if tier is not None and not settings.database_dsn:
        raise SettingsError("LEADRELAY_DATABASE_DSN: is not set")
    if migrations is None:
        migrations = [] if tier is None else [CHASSIS_MIGRATIONS, f"services.{tier.value}.migrations"]
    name = tier.value if tier is not None else "ops"
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        lifespan=lifespan(settings, f"{name} api"),
        openapi_url="/openapi.json" if settings.shows_docs else None,
        # FastAPI's own pages load their scripts from a public CDN.
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    tell_house(settings.mail_from)
    commands_are_typed(settings.commands)
    app.state.tier = tier.value if tier is not None else None
    app.state.verifier = make_verifier(settings)
    app.state.metrics = Metrics(has_database=tier is not None)
    app.state.stopping = asyncio.Event()
    app.state.pool = None
    app.state.person_names = PersonNames()
    app.state.hears = hears
    app.state.events = EventHub(settings.database_dsn) if settings.database_dsn else None
    install_handlers(app)
    if origins:
        _let_in(app, origins)
    app.add_middleware(RequestMiddleware, metrics=app.state.metrics)
    common = [events_router(), outbox_router()] if tier is not None else []
    if events:
        common.append(webhooks_router(events, settings))
        describe(app.webhooks, events)
    pages = [docs_router(title)] if settings.shows_docs else []
    if settings.origin is not None:
        pages += open_desk(app, settings, desk or Desk())
    _take_in(app, [health_router(migrate.read(migrations), settings), *pages, *routers, *common])
    install_openapi(app)
    return app


def _take_in(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Serve their routes as they are: to include a router builds each of its routes anew, half a second of a start."""
    for router in routers:
        app.router.routes.extend(router.routes)


def _let_in(app: FastAPI, origins: Sequence[str]) -> None:
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["POST"],
        allow_headers=["content-type", "x-namespace", "authorization", "authorization-extras"],
        allow_credentials=True,
    )
