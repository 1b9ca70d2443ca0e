"""Alarms of drought and glut."""

from __future__ import annotations

from services.chassis.http import Model
from services.lead_gen.domain.alarms import SupplyAlarm


class AlarmView(SupplyAlarm, Model):
    """One alarm with the facts of its beginning."""
