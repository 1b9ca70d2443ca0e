"""Answers about free time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.http import Model
from services.conversion.domain.slots import Stretch


class Slot(Model):
    """A free stretch of a manager's time."""

    starts_at: datetime
    ends_at: datetime


class Slots(Model):
    """Free slots, the earliest first; `timezone` is the tier's, times are UTC. Tier 1 is not told whose they are."""

    manager: str | None
    timezone: str
    items: list[Slot]

    @classmethod
    def of(cls, found: Sequence[Stretch], manager: str | None, timezone: str) -> Slots:
        """From the stretches that were found."""
        items = [Slot(starts_at=opens, ends_at=closes) for opens, closes in found]
        return cls(manager=manager, timezone=timezone, items=items)
