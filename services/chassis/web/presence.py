"""Who has a page of this process open: for a sample department, whose simulated people step aside for real ones.

Kept in memory. After a restart it is right again within seconds, because every open page comes back by itself; where
several processes serve one tier, each knows its own. So it is served under the demo policy only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Final

from fastapi import APIRouter, Request
from pydantic import Field

from services.chassis.auth import Principal
from services.chassis.http import Model, allow, new_router
from services.chassis.roles import Role

AWAY_AFTER_SECONDS: Final = 45.0
"""So long after the last sign of somebody they have left: longer than from one page to the next, or a reconnect."""


class Presence:
    """People with a page open, and those who had one a moment ago."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, str], float] = {}
        self._open: Counter[tuple[str, str]] = Counter()

    def seen(self, who: Principal) -> None:
        """They asked for a page, or did something on one."""
        self._seen[who.person, who.role] = self._clock()

    async def while_open(self, who: Principal, frames: AsyncIterator[str]) -> AsyncIterator[str]:
        """The same frames of a live page; its reader is there as long as they are read."""
        key = (who.person, who.role)
        self._open[key] += 1
        try:
            async for frame in frames:
                yield frame
        finally:
            self._open[key] -= 1
            self.seen(who)

    def people(self) -> list[tuple[str, str]]:
        """(person, role) of everybody who is there, in order."""
        now = self._clock()
        self._seen = {key: at for key, at in self._seen.items() if now - at < AWAY_AFTER_SECONDS}
        return sorted({*self._seen, *(key for key, number in self._open.items() if number > 0)})


class PresentPerson(Model):
    """Somebody who has a page open, or had one a moment ago."""

    person: str
    role: str


class PresentPeople(Model):
    """Everybody who is there."""

    items: list[PresentPerson] = Field(default_factory=list)


def presence_router() -> APIRouter:
    """`/v1/presence` of a tier, for whoever plays the others."""
    router = new_router(tags=["presence"])

    @router.get("/presence", dependencies=[allow(Role.SUPERVISOR)], summary="Who has a page open")
    async def present(request: Request) -> PresentPeople:
        """The people at this process's pages now, and those who left within a moment. Of a sample department only."""
        people = request.app.state.web.presence.people()
        return PresentPeople(items=[PresentPerson(person=person, role=role) for person, role in people])

    return router
