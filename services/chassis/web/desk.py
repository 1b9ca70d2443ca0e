"""Puts the pages of one service together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from services.chassis.settings import Settings
from services.chassis.web.events import desk_events_router
from services.chassis.web.home import home_router
from services.chassis.web.nowhere import nowhere_router
from services.chassis.web.pages import Pages
from services.chassis.web.presence import presence_router
from services.chassis.web.site import Web
from services.chassis.web.static import Assets, static_router


@dataclass(frozen=True)
class Desk:
    """A service's own pages: their routers, and the package whose `desk/templates` they fill in.

    With `rings`, every page shows who is calling: `/desk/ringing`, asked again at this event of the tier.
    `stream` is the `/desk/events` of a service that has no events of its own.
    """

    routers: Sequence[APIRouter] = ()
    package: str | None = None
    rings: str | None = None
    stream: APIRouter | None = None


def open_desk(app: FastAPI, settings: Settings, desk: Desk) -> list[APIRouter]:
    """Everything that pages need, put into the app's state; returns their routers."""
    assets = Assets()
    stream = desk_events_router() if app.state.events is not None else desk.stream
    pages = Pages(
        assets,
        tier=app.state.tier,
        package=desk.package,
        issuer=settings.sign_in_issuer,
        has_events=stream is not None,
        shared={"notice": settings.notice, "by_switchboard": settings.switchboard_url is not None, "rings": desk.rings},
    )
    app.state.web = Web(settings, app.state.verifier, pages)
    live = [stream] if stream is not None else []
    played = [presence_router()] if app.state.events is not None and settings.policy == "demo" else []
    return [static_router(assets), home_router(), *live, *desk.routers, *played, nowhere_router()]
