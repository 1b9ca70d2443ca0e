"""Figures, and the policy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.http import Body, Model


class CallerReport(Model):
    """What one caller did."""

    caller: str
    calls: int
    contacts: int
    interested: int
    hard_questions: int
    handed_over: int
    accepted: int
    won: int


class FunnelView(Model):
    """How many leads are where, and how many ever got how far."""

    stages: dict[str, dict[str, int]]
    leads: int
    called: int
    reached: int
    handed_over: int
    accepted: int
    won: int


class NewPolicy(Body):
    """A new version of the tier's policy; what is left out keeps its default."""

    body: dict[str, Any]


class PolicyView(Model):
    """One version of the policy."""

    version: int
    body: dict[str, Any]
    created_by: str
    created_at: datetime
