"""The control room, gathered from the tiers and from Temporal; what is away is named, and the rest is shown."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from functools import partial

from services.chassis.lateness import Late
from services.chassis.trail import Wanted
from services.ops.actions.late import read_late
from services.ops.actions.stories import Reached, nobody_needs
from services.ops.actions.tiers import read_tiers
from services.ops.actions.trail import read_trail, staff_names
from services.ops.domain.failures import as_late
from services.ops.domain.room import Room, gathered
from services.ops.domain.trail import Trail
from services.ops.failures import Failures
from services.ops.histories import TemporalAway
from services.ops.tiers import TierAway

GOOD_FOR_SECONDS = 0.7
_MOST_ROWS = 150
_LATELY = 6
_LEARNT_AT_ONCE = 8
_MOST_COMPANIES = 1000
_MOST_PEOPLE = 2000


class Rooms:
    """The control room as it is now: read once for all who look within the same moment, which are all operators."""

    def __init__(self) -> None:
        self._failures = Failures()
        self._companies: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._reading: asyncio.Task[Room] | None = None
        self._begun_at = 0.0

    async def now(self, sources: Reached, *, afresh: bool = False) -> Room:
        """What was read a moment ago; `afresh` for whoever has just changed something."""
        if self._reading is None or afresh or time.monotonic() - self._begun_at > GOOD_FOR_SECONDS:
            self._begun_at = time.monotonic()
            self._reading = asyncio.create_task(self._read(sources), name="control room")
        # Shielded: somebody who closes their page must not take it from the others.
        return await asyncio.shield(self._reading)

    async def _read(self, sources: Reached) -> Room:
        (tiers, missing), late, failed, trail = await asyncio.gather(
            read_tiers(sources),
            read_late(sources, limit=_MOST_ROWS),
            self._failed(sources),
            read_trail(sources, Wanted(), _LATELY),
        )
        await self._meet(sources, trail)
        lately = trail.called(self._people).lines
        room = gathered(datetime.now(UTC), tiers, late, failed, lately, missing)
        await self._learn(sources, room)
        return room.called(self._companies)

    async def _learn(self, sources: Reached, room: Room) -> None:
        """What companies are called of which a tier told by the id alone, a few with each look."""
        unknown = [one.lead_id for one in room.rows if one.lead_id and not one.company]
        wanted = [one for one in dict.fromkeys(unknown) if one not in self._companies][:_LEARNT_AT_ONCE]
        if len(self._companies) > _MOST_COMPANIES:
            self._companies.clear()
        try:
            for found in await asyncio.gather(*(sources.apis.find(one, "UA", 1) for one in wanted)):
                self._companies |= {one.lead_id: one.company for one in found}
        except TierAway:
            return

    async def _meet(self, sources: Reached, trail: Trail) -> None:
        """What those are called whom the tier of their act does not know by name, asked once."""
        if not (strangers := trail.unnamed - set(self._people)):
            return
        if len(self._people) > _MOST_PEOPLE:
            self._people.clear()
        self._people |= {one: one for one in strangers} | await staff_names(sources)

    async def _failed(self, sources: Reached) -> list[Late]:
        try:
            found = await self._failures.read(sources.temporal, partial(nobody_needs, sources))
            return [as_late(one) for one in found]
        except TemporalAway:
            return []  # named by whoever reads the queues
