"""How many leads nobody has called yet: the simulated callers leave the last ones to real people."""

from __future__ import annotations

from typing import Final

from leadrelay.demo.day import Day
from leadrelay.demo.people import SUPERVISOR

LOOK_EVERY: Final = 10.0


class Stock:
    """Counts whom the campaign would still call."""

    def __init__(self, day: Day, campaign_id: str) -> None:
        self._day = day
        self._desk = day.desk("lead_gen", "supervisor", SUPERVISOR)
        self._path = f"/v1/campaigns/{campaign_id}/preview"
        self._looks = 0

    async def turn(self) -> float:
        """Count once."""
        self._looks += 1
        reply = await self._desk.post(self._path, {}, key=f"stock:{self._day.run}:{self._looks}")
        if reply.ok:
            self._day.left = int(reply.body["matching"])
        return LOOK_EVERY
