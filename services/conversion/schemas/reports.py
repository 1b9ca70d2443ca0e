"""Figures of tier 2."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.http import Model
from workflows.contracts.base import Money
from workflows.contracts.conversion import Stage


class ManagerReport(Model):
    """A manager's figures, or (without `manager`) the team's.

    `first_contact_seconds` is the median from accepting a lead to the first step; `age_days` the median of the open
    deals; `win_rate` is won of won and lost.
    """

    manager: str | None
    name: str
    offered: int
    accepted: int
    declined: int
    expired: int
    returned: int = Field(description="Of the accepted ones, given back later.")
    first_contact_seconds: float | None
    promises_kept: int
    promises_late: int
    open: int
    stages: dict[Stage, int] = Field(description="Open deals by stage.")
    overdue: int
    age_days: float | None
    won: int
    lost: int
    win_rate: float | None
    value: list[Money]


class ManagersReport(Model):
    """All managers between two moments, and the team."""

    start: datetime
    end: datetime
    items: list[ManagerReport]
    team: ManagerReport


class Loss(Model):
    """Deals given up for one reason; an empty `code` is free text."""

    code: str
    text: str
    lost: int
    asleep: int


class Decline(Model):
    """Why offers were declined and deals given back."""

    reason: str
    declined: int
    returned: int


class ReasonsReport(Model):
    """Why deals were lost and offers declined."""

    start: datetime
    end: datetime
    losses: list[Loss]
    declines: list[Decline]


class CallerQuality(Model):
    """What became of the leads that a caller found."""

    caller: str
    offered: int
    accepted: int
    declined: int
    won: int
    acceptance: float | None = Field(description="Accepted of offered.")


class CallersReport(Model):
    """All callers between two moments."""

    start: datetime
    end: datetime
    items: list[CallerQuality]
