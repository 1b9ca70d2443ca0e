"""Tier 3's policy as data: payment terms, dunning, and when to nudge."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class Policy(BaseModel):
    """What a supervisor may change without a programmer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payment_term: timedelta = timedelta(days=14)
    dunning_gaps: list[timedelta] = Field(
        default=[timedelta(days=7), timedelta(days=7), timedelta(days=14)],
        min_length=1,
        description="Wait after the n-th payment reminder.",
    )
    default_interval: timedelta = Field(default=timedelta(days=30), description="Rhythm of a customer with one order.")
    shortest_interval: timedelta = timedelta(days=7)
    longest_interval: timedelta = timedelta(days=365)
    nudge_ahead: timedelta = Field(default=timedelta(days=2), description="Remind so long before the expected order.")
    nudge_gap: timedelta = Field(default=timedelta(days=14), description="Never two nudges closer than this.")
    answer_within: timedelta = timedelta(days=2)
    working_days_only: bool = True
    holidays_of: str | None = "UA"
    max_escalations: int = Field(default=2, ge=0)


STANDARD = Policy()

DEMO = Policy(
    payment_term=timedelta(seconds=15),
    dunning_gaps=[timedelta(seconds=10), timedelta(seconds=15), timedelta(seconds=30)],
    default_interval=timedelta(seconds=15),
    shortest_interval=timedelta(seconds=10),
    longest_interval=timedelta(seconds=60),
    nudge_ahead=timedelta(seconds=1),
    nudge_gap=timedelta(seconds=5),
    answer_within=timedelta(seconds=20),
    working_days_only=False,
    holidays_of=None,
)

PRESETS = {"standard": STANDARD, "demo": DEMO}
