"""What a plan takes from tier 2's records and rules."""

from __future__ import annotations

from pydantic import Field

from services.chassis.records import Record


class Shares(Record):
    """Commission by the rules in force: shares of the net value of a sale, 0 to 1."""

    sourced: float
    closed: float
    kept: float


class Counts(Record):
    """Counts of the time that was asked for: a plan makes its rates of them, and says of how many cases."""

    people: int = Field(description="Managers who answered an offer or closed a deal.")
    won: int
    lost: int
    decided: int = Field(description="Won or lost deals with anything noted of them, the latest 1,000.")
    touches: float | None = Field(description="Notes, answers, offers, meetings of one after the first, the mean.")
    touch_gap_days: float | None = Field(description="Days between two of them, the mean.")
    managers: int = Field(description="Who take leads.")
    open_deals: float | None = Field(description="How many deals each of them may carry at once, the mean.")


class Rates(Counts):
    """With what the rules pay."""

    commission: Shares
