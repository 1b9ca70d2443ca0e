"""Alarms of supply: drought when tier 2 will run dry, glut when its managers are overloaded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.records import Record
from services.lead_gen.domain.supply import Alarm

# An alarm begins where it is more likely than not, and ends well below: it must not come and go every minute.
DROUGHT_BEGINS, DROUGHT_ENDS = 0.5, 0.3
GLUT_ENDS = 0.8


class SupplyAlarm(Record):
    """One alarm with the facts of its beginning."""

    id: str
    kind: str
    facts: dict[str, Any]
    begun_at: datetime
    ended_at: datetime | None


def due_alarms(*, stock: int, stock_limit: int, runs_dry: float, ringing: frozenset[Alarm]) -> frozenset[Alarm]:
    """Which alarms should ring, given those that are ringing now."""
    found: set[Alarm] = set()
    if runs_dry >= (DROUGHT_ENDS if "drought" in ringing else DROUGHT_BEGINS):
        found.add("drought")
    if stock > stock_limit * (GLUT_ENDS if "glut" in ringing else 1):
        found = {"glut"}
    return frozenset(found)
