"""Real people beside the simulated ones: whoever opens a desk takes the place of the person they say they are.

The simulated one does nothing meanwhile, and comes back some time after the last sign of the real one.
"""

from __future__ import annotations

from typing import Final

from leadrelay.demo.day import Day, Desk
from leadrelay.demo.people import SUPERVISOR

LOOK_EVERY: Final = 0.7
ASIDE_SECONDS: Final = 0.5
"""How often somebody who has stepped aside looks whether their place is free again."""


class Chairs:
    """Looks at one tier's pages, again and again, for who is there."""

    def __init__(self, day: Day, tier: str) -> None:
        self._day = day
        self._tier = tier
        self._desk: Desk = day.desk(tier, "supervisor", SUPERVISOR)

    async def turn(self) -> float:
        """Look once. Where there are no pages, nobody is at them."""
        found = await self._desk.get("/v1/presence") or {}
        here = {(self._tier, str(one["person"])) for one in found.get("items", [])}
        others = {(tier, person) for tier, person in self._day.taken if tier != self._tier}
        self._day.taken = frozenset(here | others)
        return LOOK_EVERY
