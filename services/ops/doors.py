"""What the operators' routes have at hand: the tiers, asked with the token of whoever asks, and Temporal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, cast

import httpx
from fastapi import Depends, FastAPI, Request
from temporalio.client import Client

from services.chassis.settings import Settings
from services.chassis.stories import Speech
from services.chassis.temporal import connect
from services.chassis.web.formats import zone_of
from services.chassis.web.pages import Reader
from services.chassis.web.speech import Spoken, speech_in
from services.ops.actions.room import Rooms
from services.ops.actions.stories import Reached
from services.ops.plans import Plans
from services.ops.tiers import SECONDS, TierApis

# Every open page holds a stream of each tier, so there is no most: what is asked besides must not wait for one to end.
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=20)


class Reach:
    """One connection pool to the tiers and one client of Temporal, each made when it is first needed."""

    def __init__(
        self,
        settings: Settings,
        open_http: Callable[[], httpx.AsyncClient] | None = None,
        temporal: Client | None = None,
    ) -> None:
        self._settings = settings
        self._open_http = open_http or (lambda: httpx.AsyncClient(timeout=SECONDS, limits=_LIMITS))
        self.room = Rooms()
        self._http: httpx.AsyncClient | None = None
        self._temporal = temporal

    @property
    def http(self) -> httpx.AsyncClient:
        """The connections to the tiers."""
        if self._http is None:
            self._http = self._open_http()
        return self._http

    @property
    def addresses(self) -> Mapping[str, str]:
        """The tiers' APIs, by tier."""
        return self._settings.tiers

    async def reached(self, token: str, speech: Speech) -> Reached:
        """What a story is gathered from, for whoever has this token, and how it is said to them."""
        if self._temporal is None:
            # Temporal may be away when this process starts, and come back.
            self._temporal = await connect(self._settings, lazy=True)
        tiers = TierApis(self.http, self._settings.tiers, token, speech)
        return Reached(
            tiers=tiers, apis=tiers, temporal=self._temporal, pages=self._settings.temporal_pages, speech=speech
        )


def open_reach(app: FastAPI, settings: Settings) -> None:
    """Give an app its reach, and room for plans."""
    app.state.reach = Reach(settings)
    app.state.plans = Plans()


def reach_of(request: Request) -> Reach:
    """The reach of this process."""
    return cast(Reach, request.app.state.reach)


async def _signed_in(request: Request) -> Reached:
    reader = Reader.of(request)
    return await reach_of(request).reached(request.state.access, speech_in(reader.language, zone_of(reader.zone).key))


async def _reached(request: Request, speech: Spoken) -> Reached:
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    return await reach_of(request).reached(token, speech)


Reachable = Annotated[Reached, Depends(_reached)]
Seen = Annotated[Reached, Depends(_signed_in)]
"""The same for a page: asked with the token of its session."""


def _plans(request: Request) -> Plans:
    return cast(Plans, request.app.state.plans)


Planning = Annotated[Plans, Depends(_plans)]
