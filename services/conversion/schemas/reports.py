"""Figures of tier 2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from services.chassis.http import Model
from services.chassis.statistics import wilson
from services.conversion.domain.policy import LossReason
from services.conversion.domain.rates import Rates
from services.conversion.domain.reports import (
    CallerFigures,
    DeclineCount,
    LossCount,
    ManagerFigures,
    PlaybookFigures,
    share,
)


class ManagerReport(ManagerFigures, Model):
    """A manager's figures, or (without `manager`) the team's.

    `first_contact_seconds` is the median from accepting a lead to the first step; `age_days` the median of the open
    deals; `returned` counts accepted ones that were given back later; `win_rate` is won of won and lost.
    """

    win_rate: float | None

    @classmethod
    def from_figures(cls, figures: ManagerFigures) -> ManagerReport:
        """With the rate that follows from the figures."""
        return cls(**figures.model_dump(), win_rate=share(figures.won, figures.won + figures.lost))


class ManagersReport(Model):
    """All managers between two moments, and the team."""

    start: datetime
    end: datetime
    items: list[ManagerReport]
    team: ManagerReport


class Loss(LossCount, Model):
    """Deals given up for one reason, with its words."""

    text: str

    @classmethod
    def of_count(cls, count: LossCount, known: Mapping[str, LossReason]) -> Loss:
        """With the policy's words for the reason."""
        text = known[count.code].text if count.code in known else count.code or "in free words"
        return cls(**count.model_dump(), text=text)


class Decline(DeclineCount, Model):
    """Why offers were declined and deals given back."""


class ReasonsReport(Model):
    """Why deals were lost and offers declined."""

    start: datetime
    end: datetime
    losses: list[Loss]
    declines: list[Decline]


class CallerQuality(CallerFigures, Model):
    """What became of the leads that a caller found."""

    acceptance: float | None = Field(description="Accepted of offered.")

    @classmethod
    def from_figures(cls, figures: CallerFigures) -> CallerQuality:
        """With the rate that follows from the figures."""
        return cls(**figures.model_dump(), acceptance=share(figures.accepted, figures.offered))


class CallersReport(Model):
    """All callers between two moments."""

    start: datetime
    end: datetime
    items: list[CallerQuality]


class Outcome(PlaybookFigures, Model):
    """A playbook's figures. `win_rate` is won of won and lost, with Wilson's 95 % interval."""

    win_rate: float | None
    interval: tuple[float, float] | None

    @classmethod
    def from_figures(cls, figures: PlaybookFigures) -> Outcome:
        """With the rate that follows from the figures."""
        ended = figures.won + figures.lost
        return cls(**figures.model_dump(), win_rate=share(figures.won, ended), interval=wilson(figures.won, ended))


class Outcomes(Model):
    """All playbooks between two moments, beside the deals of that time that had none."""

    start: datetime
    end: datetime
    items: list[Outcome]
    without: Outcome


class RatesReport(Rates, Model):
    """What a plan takes from the records."""
