"""Whether an account manager is on duty, and until when they are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

DutyState = Literal["on", "break", "away", "inactive"]
BREAK = "break"
"""Reason of an absence that an account manager has begun alone, by the key of the page."""
BREAKS = (15, 30, 60)
"""Minutes that a break may last."""


@dataclass(frozen=True)
class Duty:
    """`until` is when an absence ends by itself."""

    state: DutyState
    until: datetime | None = None


def breaks_from(at: datetime) -> dict[int, datetime]:
    """When a break ends that begins at this moment, by its minutes."""
    return {minutes: at + timedelta(minutes=minutes) for minutes in BREAKS}
